// What stands where a backup is restored: nothing that is owed there goes unsaid, and all of it can be had back.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { backUpData } from '../../../src/store/backup.js';
import { restoreData } from '../../../src/store/restore.js';
import { createRig, useVirtualTime } from '../../support/core-harness.js';
import { appendMail, mail, shownTokens, upstreamTokens } from '../../support/core-mail.js';
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
