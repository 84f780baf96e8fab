// A gateway that goes back to an old backup while mail programs remember what came after it (promises 1 to 4).
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, test, vi } from 'vitest';
import { BackupError, backUpData } from '../../../src/store/backup.js';
import { restoreData } from '../../../src/store/restore.js';
import type { DeliveryReceipt, OutgoingMessage } from '../../../src/upstream/connector.js';
import { createRig, type Rig, useVirtualTime } from '../../support/core-harness.js';
import { appendMail, mail, one, readBody, shown, shownTokens, uidOf, upstreamTokens } from '../../support/core-mail.js';
import { createFakeUpstream, flags } from '../../support/fake-connector.js';

useVirtualTime();

const account = () => {
  const fake = createFakeUpstream();
  for (const token of ['m1', 'm2', 'm3']) fake.deliver('INBOX', mail(token));
  fake.create('Projects');
  return fake;
};

/** All that a client could have seen: (mailbox, uidValidity, uid) and EMAILID → the message. @throws when one has come to mean another */
function rememberer() {
  const seen = new Map<string, string>();
  const note = (key: string, token: string) => {
    expect([key, seen.get(key) ?? token]).toEqual([key, token]);
    seen.set(key, token);
  };
  const look = (rig: Rig) => {
    for (const { path, uidValidity } of rig.core.mailboxes.list()) {
      for (const { uid, token } of shown(rig, path)) note(`${path} ${uidValidity} ${uid}`, token);
      note(`MAILBOXID ${uidValidity}`, path);
    }
    const ids = rig.store.database.sqlite.prepare('SELECT id, messageIdHeader AS token FROM messages').all();
    for (const { id, token } of ids as { id: number; token: string }[]) note(`EMAILID ${id}`, token);
  };
  return { look, count: () => seen.size };
}

/** Back to the backup; all that stood in the data directory is lost. */
const goBack = (rig: Rig, file: string, before: (directory: string) => void = () => undefined) =>
  rig.crash({}, (directory) => {
    for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true });
    before(directory);
    restoreData(directory, file, { force: false });
  });

describe('an old backup', () => {
  test('brings back no uid, mailbox id or message id for another message', async () => {
    const fake = account();
    await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
    const file = join(rig.directory, '..', 'backup');
    const memory = rememberer();
    await rig.settle();
    memory.look(rig);
    backUpData(rig.directory, file);
    // What came since is gone again upstream, so that others take the very numbers that it had.
    const [n1] = ['n1', 'n2'].map((token) => fake.deliver('INBOX', mail(token)));
    rig.core.mailboxes.create('A/Made since', undefined);
    await rig.settle();
    memory.look(rig);
    fake.expunge('INBOX', n1 ?? 0);
    await rig.settle();
    const before = memory.count();
    fake.deliver('INBOX', mail('o1'));
    await goBack(rig, file);
    memory.look(rig);
    await rig.settle();
    memory.look(rig);
    fake.deliver('INBOX', mail('o2'));
    await rig.settle();
    memory.look(rig);
    expect(shownTokens(rig, 'INBOX')).toEqual(expect.arrayContaining(['m1', 'm2', 'm3', 'n2', 'o1', 'o2']));
    expect(memory.count()).toBeGreaterThan(before);
  });

  test('also when the clock goes back a day, and when it is restored twice', async () => {
    await using rig = await createRig({ accounts: [{ name: 'A', fake: account() }] });
    const file = join(rig.directory, '..', 'backup');
    await rig.settle();
    backUpData(rig.directory, file);
    const validities = () => rig.core.mailboxes.list().map(({ uidValidity }) => uidValidity);
    const seen = validities();
    await goBack(rig, file);
    seen.push(...validities());
    vi.setSystemTime(Date.now() - 86_400_000);
    // Here what is replaced tells what has been given out.
    await rig.crash({}, (directory) => restoreData(directory, file, { force: true }));
    seen.push(...validities());
    expect(new Set(seen).size).toBe(seen.length);
    expect(readdirSync(rig.directory).filter((name) => name.startsWith('before-restore-'))).toHaveLength(1);
  });

  test('has what is owed with its bytes, and it is carried out', async () => {
    const fake = account();
    await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
    const file = join(rig.directory, '..', 'backup');
    await rig.settle();
    await readBody(rig, 'INBOX', uidOf(rig, 'INBOX', 'm1'));
    fake.goOffline();
    await appendMail(rig, 'A/Projects', mail('draft'), flags('\\Seen'));
    rig.core.actions.storeFlags(rig.idOf('INBOX'), {
      uids: one(uidOf(rig, 'INBOX', 'm2')),
      operation: 'add',
      flags: flags('\\Flagged'),
    });
    // Of the bodies only what is owed: m1's can be fetched again.
    expect(backUpData(rig.directory, file)).toEqual({ mailboxes: expect.any(Number), messages: 3, owed: 2, bodies: 1 });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await goBack(rig, file);
    fake.goOnline();
    await rig.settle();
    expect(upstreamTokens(fake, 'Projects')).toEqual(['draft']);
    expect(shown(rig, 'INBOX').find(({ token }) => token === 'm2')?.flags).toContain('\\Flagged');
    expect(await readBody(rig, 'INBOX', uidOf(rig, 'INBOX', 'm1'))).toContain('This is m1.');
  });

  test('does nothing a second time that was owed then and has been done since', async () => {
    const fake = account();
    const sent: string[] = [];
    const submitter = {
      submit: async ({ rcptTo }: OutgoingMessage): Promise<DeliveryReceipt> => {
        sent.push(rcptTo.join());
        return { accepted: rcptTo, rejected: [], serverText: 'taken' };
      },
    };
    const offline = { name: 'A', fake, savesSent: false };
    await using rig = await createRig({ accounts: [offline] });
    const file = join(rig.directory, '..', 'backup');
    await rig.settle();
    fake.goOffline();
    await appendMail(rig, 'A/Projects', mail('draft'), flags('\\Seen'));
    await rig.core.actions.copy(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'm1')), 'A/Projects');
    await rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'm2')), 'A/Projects');
    const submit = async () => {
      const spool = rig.core.outbox.spool(0);
      await spool.write(Buffer.from(mail('letter', 'a@example.org')));
      const request = { mailFrom: 'a@example.org', rcptTo: ['you@example.org'], eightBit: false, smtpUtf8: false };
      return rig.core.outbox.submit({ ...request, message: await spool.finish() });
    };
    await rig.during(submit(), 10);
    backUpData(rig.directory, file);
    fake.goOnline();
    await rig.restart({ accounts: [{ ...offline, submitter }] });
    await rig.until('its copy is in Sent', () => upstreamTokens(fake, 'Sent').length === 1);
    await rig.settle();
    const done = ['INBOX', 'Projects', 'Sent'].map((path) => upstreamTokens(fake, path).sort());
    expect(done).toEqual([['m1', 'm3'], ['draft', 'm1', 'm2'], ['letter']]);
    await goBack(rig, file);
    await rig.until('it is settled', () => rig.submissions.counts().queued === 0);
    await rig.settle();
    expect(['INBOX', 'Projects', 'Sent'].map((path) => upstreamTokens(fake, path).sort())).toEqual(done);
    expect(shownTokens(rig, 'A/Projects').sort()).toEqual(['draft', 'm1', 'm2']);
    expect(sent).toEqual(['you@example.org']);
  });
});

describe('a move between accounts that was owed then, and has been done since', () => {
  test.each(['A', 'B'] as const)('while %s was away: the message is there once', async (away) => {
    const fakes = { A: account(), B: createFakeUpstream() };
    const accounts = (['A', 'B'] as const).map((name) => ({ name, fake: fakes[name] }));
    await using rig = await createRig({ accounts });
    const file = join(rig.directory, '..', 'backup');
    await rig.settle();
    fakes[away].goOffline();
    rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'm2')), 'B/Archive');
    if (away === 'B')
      await rig.until('it is spooled', () => rig.store.journal.ofAccountAndKind(2, 'append').length > 0);
    backUpData(rig.directory, file);
    fakes[away].goOnline();
    await rig.settle();
    expect(upstreamTokens(fakes.B, 'Archive')).toEqual(['m2']);
    await goBack(rig, file);
    await rig.settle();
    expect([upstreamTokens(fakes.A, 'INBOX'), upstreamTokens(fakes.B, 'Archive')]).toEqual([['m1', 'm3'], ['m2']]);
    expect([shownTokens(rig, 'A/INBOX'), shownTokens(rig, 'B/Archive')]).toEqual([['m1', 'm3'], ['m2']]);
    expect(rig.core.overview.problems()).toEqual([]);
  });
});

describe('what is no backup, or no place for one', () => {
  test('is refused, and nothing is changed', async () => {
    await using rig = await createRig({ accounts: [{ name: 'A', fake: account() }] });
    await rig.settle();
    const at = (name: string) => join(rig.directory, '..', name);
    const backup = at('backup');
    backUpData(rig.directory, backup);
    const refused = (file: string) => () => restoreData(rig.directory, file, { force: true });
    const before = readdirSync(rig.directory).sort();
    writeFileSync(at('text'), 'This is no backup. '.repeat(1000));
    new Sqlite(at('other')).exec('CREATE TABLE t (a)').close();
    expect(refused(at('text'))).toThrow(/no backup made by/);
    expect(refused(at('other'))).toThrow(/no backup made by/);
    expect(refused(at('missing'))).toThrow(BackupError);
    expect(() => restoreData(rig.directory, backup, { force: false })).toThrow(/--force/);
    const newer = new Sqlite(backup);
    newer.pragma('user_version = 999');
    newer.close();
    expect(refused(backup)).toThrow(/newer gateway/);
    expect(readdirSync(rig.directory).sort()).toEqual(before);
    expect(() => backUpData(at('nowhere'), at('more'))).toThrow(/nothing to back up/);
    expect(existsSync(at('more'))).toBe(false);
  });

  test('a backup in which an owed body is damaged is refused', async () => {
    const fake = account();
    await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
    await rig.settle();
    fake.goOffline();
    await appendMail(rig, 'A/Projects', mail('draft'), flags());
    const file = join(rig.directory, '..', 'backup');
    backUpData(rig.directory, file);
    new Sqlite(file).exec("UPDATE backupBodies SET bytes = x'00'").close();
    expect(() => restoreData(rig.directory, file, { force: true })).toThrow(/damaged/);
    // Nor is one made of a data directory that lacks it.
    rmSync(join(rig.directory, 'bodies'), { recursive: true });
    expect(() => backUpData(rig.directory, file)).toThrow(/bodies of messages .* are missing/);
  });
});
