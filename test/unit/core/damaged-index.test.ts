// An index that the disk has damaged: what exists only here is saved as far as it can be read, the rest is found again, and
// no uid comes to mean another message (promise 1).
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { inLanguage } from '../../../src/lib/languages.js';
import { UpstreamError } from '../../../src/mail/errors.js';
import { NO_FLAGS } from '../../../src/mail/flags.js';
import { finishSalvage } from '../../../src/store/salvage.js';
import { useVirtualTime } from '../../support/core-harness.js';
import {
  appendMail,
  mail,
  one,
  problemsOf,
  readBody,
  shown,
  shownTokens,
  uidOf,
  upstreamTokens,
} from '../../support/core-mail.js';
import {
  account,
  flag,
  flagged,
  type Harm,
  indexes,
  nothingLeft,
  overwriting,
  submit,
  suffer,
} from '../../support/damaged-rig.js';

useVirtualTime();

describe.each<[string, Harm]>([
  ['indexes', indexes],
  ['envelopes, headers and sort keys', overwriting('listings', 'headers', 'sortKeys', 'previews')],
  ['headers alone', overwriting('headers')],
  ['the places of messages in mailboxes', overwriting('entries', 'tombstones')],
  ['the mailboxes', overwriting('mailboxes', 'feeds', 'subscriptions')],
  ['the list of body files', overwriting('bodies')],
])('with %s unreadable', (_, harm) => {
  test('what was owed is carried out once, and every message is there once', async () => {
    const { fake, rig, sent, down, up } = await account();
    await using _rig = rig;
    await readBody(rig, 'INBOX', 1);
    down();
    flag(rig, 'm2');
    await appendMail(rig, 'A/Drafts', mail('draft'), NO_FLAGS);
    rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'm3')), 'A/Archive');
    await submit(rig, 'b@example.org');
    await suffer(rig, harm);
    expect(problemsOf(rig)).toEqual(expect.arrayContaining([expect.stringMatching(/^the index was damaged \(.*\)/)]));
    up();
    await rig.settle();
    await rig.until('it is sent', () => sent.length > 0);
    expect(sent).toEqual(['b@example.org']);
    expect(flagged(fake)).toBe(1);
    expect(upstreamTokens(fake, 'Drafts')).toEqual(['draft']);
    expect(upstreamTokens(fake, 'Archive')).toEqual(['m3']);
    expect(shownTokens(rig, 'INBOX').sort()).toEqual(['m1', 'm2', 'm4']);
    expect(shownTokens(rig, 'Drafts')).toEqual(['draft']);
    expect(await readBody(rig, 'INBOX', uidOf(rig, 'INBOX', 'm1'))).toBe(mail('m1'));
  });
});

test('with the journal unreadable: what clients have stored here alone is stored upstream all the same', async () => {
  const { fake, rig, down, up } = await account();
  await using _ = rig;
  down();
  await appendMail(rig, 'A/Drafts', mail('draft'), NO_FLAGS);
  rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'm3')), 'A/Archive');
  await suffer(rig, overwriting('journal', 'journalTargets'));
  up();
  await rig.settle();
  expect(upstreamTokens(fake, 'Drafts')).toEqual(['draft']);
  // The move is forgotten; the message is not.
  expect(shownTokens(rig, 'INBOX').sort()).toEqual(['m1', 'm2', 'm3', 'm4']);
});

test.each<[string, Harm]>([
  ['messages', overwriting('messages')],
  ['copies', overwriting('copies')],
  ['both', overwriting('messages', 'copies')],
])('with the table of %s unreadable: a draft that no provider has is stored all the same', async (_, harm) => {
  const { fake, rig, sent, down, up } = await account();
  await using _rig = rig;
  down();
  await appendMail(rig, 'A/Drafts', mail('draft'), NO_FLAGS);
  await submit(rig, 'b@example.org');
  await suffer(rig, harm);
  expect(problemsOf(rig)).toContainEqual(
    expect.stringMatching(/some of this may be lost: changes that no provider had yet/),
  );
  up();
  await rig.settle();
  await rig.until('it is sent', () => sent.length > 0);
  expect(upstreamTokens(fake, 'Drafts')).toEqual(['draft']);
  await rig.until('it is shown', () => shownTokens(rig, 'Drafts').join() === 'draft');
  expect(shownTokens(rig, 'INBOX').sort()).toEqual(['m1', 'm2', 'm3', 'm4']);
});

test.each<[string, Harm, says: RegExp]>([
  ['the accounts', overwriting('accounts'), /changes that no provider had yet, messages in Recovered$/],
  ['the messages to be sent', overwriting('submissions'), /lost: messages waiting to be sent$/],
  [
    'everything',
    nothingLeft,
    /lost: changes that no provider had yet, messages waiting to be sent, what "gateway undo"/,
  ],
])('with %s unreadable: what may be lost is named, and the texts are kept', async (_, harm, says) => {
  const { rig, down, up } = await account();
  await using _rig = rig;
  await readBody(rig, 'INBOX', 1);
  down();
  await appendMail(rig, 'A/Drafts', mail('draft'), NO_FLAGS);
  await submit(rig, 'b@example.org');
  await suffer(rig, harm);
  const [{ text, remedy } = { text: '', remedy: '' }] = rig.core.overview
    .problems()
    .filter(({ text }) => text.startsWith('the index'));
  expect(inLanguage(text, 'en')).toMatch(says);
  const directory = /in (\S+gateway\.db\.damaged-\S+\.messages):/.exec(remedy)?.[1] ?? '';
  up();
  await rig.settle();
  const kept = readdirSync(directory).map(
    (name) => /^subject: (.*)/im.exec(readFileSync(join(directory, name), 'utf8'))?.[1],
  );
  if (harm === nothingLeft) expect(kept.sort()).toEqual(['draft', 'm1', 'sent']);
  else expect(kept).toContain(/sent/.test(text) ? 'sent' : 'draft');
  expect(shownTokens(rig, 'INBOX').sort()).toEqual(['m1', 'm2', 'm3', 'm4']);
});

test('with nothing left of it: all is fetched anew, under other uidValidities, and the damaged file is kept', async () => {
  const { rig } = await account();
  await using _ = rig;
  const before = rig.core.mailboxes.list().map(({ uidValidity }) => uidValidity);
  await suffer(rig, nothingLeft);
  await rig.settle();
  expect(shownTokens(rig, 'INBOX').sort()).toEqual(['m1', 'm2', 'm3', 'm4']);
  const after = rig.core.mailboxes.list().map(({ uidValidity }) => uidValidity);
  expect(after.filter((validity) => before.includes(validity))).toEqual([]);
  expect(readdirSync(rig.directory).some((name) => /^gateway\.db\.damaged-\d{4}-/.test(name))).toBe(true);
});

test('uids mean what they meant, or are of another uidValidity', async () => {
  const { rig } = await account();
  await using _ = rig;
  const seen = new Map<string, string>();
  const look = () => {
    for (const { path, uidValidity } of rig.core.mailboxes.list())
      for (const { uid, token } of shown(rig, path)) {
        const key = `${path} ${uidValidity} ${uid}`;
        expect([key, seen.get(key) ?? token]).toEqual([key, token]);
        seen.set(key, token);
      }
  };
  look();
  for (const harm of [indexes, overwriting('entries'), nothingLeft]) {
    await suffer(rig, harm);
    await rig.settle();
    look();
  }
  expect(shownTokens(rig, 'INBOX').sort()).toEqual(['m1', 'm2', 'm3', 'm4']);
});

test('what was recovered stays, whatever becomes of the rest', async () => {
  const { fake, rig } = await account();
  await using _ = rig;
  fake.before = ({ method }) => {
    if (method === 'append') throw new UpstreamError('permanent', 'no');
  };
  await appendMail(rig, 'A/Drafts', mail('precious'), NO_FLAGS);
  await rig.until('it is in Recovered', () => rig.core.mailboxes.find('Recovered') !== undefined);
  await suffer(rig, overwriting('entries', 'listings', 'bodies', 'mailboxes', 'feeds'));
  await rig.settle();
  expect(shownTokens(rig, 'Recovered')).toEqual(['precious']);
  expect(await readBody(rig, 'Recovered', uidOf(rig, 'Recovered', 'precious'))).toBe(mail('precious'));
});

describe('while the gateway runs', () => {
  test('a page that cannot be read is named, and nothing is written any more; the next start mends it', async () => {
    const { rig } = await account();
    await using _ = rig;
    rig.store.database.health.damaged();
    expect(problemsOf(rig)).toEqual([expect.stringMatching(/^the index \(gateway\.db\) is damaged/)]);
    expect(() => flag(rig, 'm1')).toThrow('the index of the gateway is damaged');
    await suffer(rig, indexes);
    await rig.settle();
    expect(problemsOf(rig)).toEqual([expect.stringMatching(/^the index was damaged/)]);
    flag(rig, 'm1');
  });
});

test('a salvage that was interrupted is ended by the next start, without the old write-ahead log', async () => {
  const { rig } = await account();
  await using _ = rig;
  await rig.crash({}, (directory) => {
    const file = join(directory, 'gateway.db');
    const sqlite = new Sqlite(file);
    sqlite.pragma('journal_mode = DELETE');
    sqlite.close();
    writeFileSync(`${file}.salvaged`, readFileSync(file));
    rmSync(file);
    writeFileSync(`${file}-wal`, 'of another database');
    finishSalvage(file);
    expect(existsSync(`${file}-wal`)).toBe(false);
  });
  expect(shownTokens(rig, 'INBOX').sort()).toEqual(['m1', 'm2', 'm3', 'm4']);
});
