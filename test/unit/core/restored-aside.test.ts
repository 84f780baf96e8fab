// What stands where a backup is restored: nothing that is owed there goes unsaid, and all of it can be had back.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BackupError, backUpData } from '../../../src/store/backup.js';
import { restoreData } from '../../../src/store/restore.js';
import { createRig, useVirtualTime } from '../../support/core-harness.js';
import { appendMail, mail, one, shownTokens, uidOf, upstreamTokens } from '../../support/core-mail.js';
import { createFakeUpstream, flags } from '../../support/fake-connector.js';

useVirtualTime();

test('what is put aside is told with all it owed, and restored from where it was put it is carried out', async () => {
  const fake = createFakeUpstream();
  fake.deliver('INBOX', mail('m1'));
  await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  const file = join(rig.directory, '..', 'backup');
  backUpData(rig.directory, file);
  fake.goOffline();
  await appendMail(rig, 'INBOX', mail('draft'), flags());
  rig.store.database.sqlite.exec(`INSERT INTO submissions (accountId, mailFrom, rcptTo, bodyRef, sizeBytes, eightBit, smtpUtf8, state,
      createdAt, nextAttemptAt, sentCopy)
    SELECT 1, 'a@example.org', '[]', '', 0, 0, 0, value, 0, 0, 'pending' FROM json_each('["queued", "unknown", "delivered", "failed"]')`);
  expect(() => restoreData(rig.directory, file, { force: false })).toThrow(
    /holds the data of a gateway already, with 1 change not yet carried out, 2 messages not yet sent, 1 copy of sent mail not yet filed: give --force/,
  );
  rig.store.database.sqlite.exec('DELETE FROM submissions');
  let aside = '';
  await rig.crash({}, (directory) => {
    const { before } = restoreData(directory, file, { force: true });
    expect(before?.owed).toEqual({ changes: 1, unsent: 0, sentCopies: 0, recovered: 0 });
    aside = before?.path ?? '';
  });
  fake.goOnline();
  await rig.settle();
  expect(shownTokens(rig, 'INBOX')).toEqual(['m1']);
  await rig.crash({}, (directory) => restoreData(directory, aside, { force: true }));
  await rig.settle();
  expect(shownTokens(rig, 'INBOX').sort()).toEqual(['draft', 'm1']);
  expect(upstreamTokens(fake, 'INBOX').sort()).toEqual(['draft', 'm1']);
});

test('where there is nothing but an empty database nothing has to be forced', async () => {
  const fake = createFakeUpstream();
  fake.deliver('INBOX', mail('m1'));
  await using full = await createRig({ accounts: [{ name: 'A', fake }] });
  await full.settle();
  const file = join(full.directory, '..', 'backup');
  backUpData(full.directory, file);
  fake.goOffline();
  await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.crash({}, (directory) => {
    expect(readdirSync(directory)).toContain('gateway.db');
    expect(restoreData(directory, file, { force: false })).toMatchObject({ messages: 1 });
  });
  expect(shownTokens(rig, 'INBOX')).toEqual(['m1']);
});

test('a backup tells as many messages as `gateway status`: one in two mailboxes twice', async () => {
  const fake = createFakeUpstream({ labelStore: true });
  for (const token of ['m1', 'm2']) fake.deliver('INBOX', mail(token));
  await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  rig.core.actions.copy(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'm1')), 'Archive');
  await rig.settle();
  const told = rig.core.overview.accounts().flatMap(({ sources }) => sources.map(({ total }) => total));
  const { messages } = backUpData(rig.directory, join(rig.directory, '..', 'backup'));
  expect(messages).toBe(3);
  expect(told.reduce((sum, total) => sum + total, 0)).toBe(messages);
});

test('a backup into a directory that does not exist names it', async () => {
  await using rig = await createRig({ accounts: [{ name: 'A', fake: createFakeUpstream() }] });
  const nowhere = join(rig.directory, 'nowhere');
  const attempt = () => backUpData(rig.directory, join(nowhere, 'b1'));
  expect(attempt).toThrow(BackupError);
  expect(attempt).toThrow(`the directory ${nowhere} does not exist: make it first, or give another place`);
});
