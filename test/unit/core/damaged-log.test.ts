// A write-ahead log that the disk has damaged: SQLite forgets what it cannot read of it without a word; the gateway does not.
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NO_FLAGS } from '../../../src/mail/flags.js';
import { useVirtualTime } from '../../support/core-harness.js';
import { appendMail, mail, problemsOf, shownTokens, upstreamTokens } from '../../support/core-mail.js';
import { account, type Harm, submit, suffer } from '../../support/damaged-rig.js';

useVirtualTime();

const cut =
  (share: number): Harm =>
  (file) =>
    truncateSync(`${file}-wal`, Math.floor(statSync(`${file}-wal`).size * share));
const overwritten =
  (suffix: string, from: number, bytes: number, byte: number): Harm =>
  (file) => {
    const before = readFileSync(file + suffix);
    const start = Math.floor(before.length * from);
    writeFileSync(file + suffix, before.fill(byte, start, start + bytes));
  };

test.each<[string, Harm]>([
  ['cut in half', cut(0.5)],
  ['cut at its end', cut(0.98)],
  ['overwritten in its middle', overwritten('-wal', 0.7, 9_000, 0xee)],
  ['without its beginning', overwritten('-wal', 0, 32, 0)],
  ['gone', (file) => rmSync(`${file}-wal`)],
])(
  'with the write-ahead log %s: said, no uid means another message, what is only here is kept or named',
  async (_, harm) => {
    const { fake, rig, sent, down, up } = await account();
    await using _rig = rig;
    down();
    await appendMail(rig, 'A/Drafts', mail('draft'), NO_FLAGS);
    await submit(rig, 'b@example.org');
    const before = rig.core.mailboxes.list().map(({ uidValidity }) => uidValidity);
    await suffer(rig, harm);
    const said = rig.core.overview.problems().filter(({ text }) => text.startsWith('the index was damaged'));
    expect(said[0]?.text).toMatch(
      /write-ahead log.*may be lost: changes that no provider had yet, messages waiting to be sent/,
    );
    const directory = /in (\S+gateway\.db\.damaged-\S+\.messages):/.exec(said[0]?.remedy ?? '')?.[1];
    up();
    await rig.settle();
    expect(shownTokens(rig, 'INBOX').sort()).toEqual(['m1', 'm2', 'm3', 'm4']);
    const after = rig.core.mailboxes.list().map(({ uidValidity }) => uidValidity);
    expect(after.filter((validity) => before.includes(validity))).toEqual([]);
    const kept =
      directory === undefined ? [] : readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8'));
    const isKept = (token: string) => kept.some((text) => text.includes(`<${token}@`));
    expect(upstreamTokens(fake, 'Drafts').includes('draft') || isKept('draft')).toBe(true);
    expect(rig.submissions.counts().queued + sent.length > 0 || isKept('sent')).toBe(true);
  },
);

test.each<[string, Harm]>([
  ['all zeros', overwritten('-shm', 0, 32_768, 0)],
  ['anything', overwritten('-shm', 0, 32_768, 0xee)],
  ['gone', (file) => rmSync(`${file}-shm`)],
  ['untouched', () => undefined],
])('with the index of the write-ahead log %s: nothing is lost, and nothing said', async (_, harm) => {
  const { fake, rig, down, up } = await account();
  await using _rig = rig;
  down();
  await appendMail(rig, 'A/Drafts', mail('draft'), NO_FLAGS);
  await suffer(rig, harm);
  expect(problemsOf(rig).filter((text) => text.startsWith('the index'))).toEqual([]);
  up();
  await rig.settle();
  expect(upstreamTokens(fake, 'Drafts')).toEqual(['draft']);
});
