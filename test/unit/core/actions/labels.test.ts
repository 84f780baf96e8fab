// A label store (Gmail): INBOX and All Mail show the same mail; archiving takes a label away and makes nothing new.
import { expect, it } from 'vitest';
import { mail, upstreamTokens } from '../../../support/core-mail.js';
import { startHarness } from '../../../support/harness.js';

const MESSAGE = 'From: a@a.test\r\nSubject: labelled\r\nMessage-ID: <labelled@a.test>\r\n\r\nbody\r\n';

const start = (messages = [MESSAGE]) =>
  startHarness({
    accounts: [
      {
        name: 'Gmail',
        isDefault: true,
        upstream: {
          labelStore: true,
          traits: { deleteIsMoveToTrash: true, archiveIsAll: true },
          mailboxes: [
            { path: 'INBOX', role: 'inbox' },
            { path: 'All Mail', role: 'all' },
            { path: 'Trash', role: 'trash' },
          ],
        },
      },
    ],
    prepare: (fake) => {
      for (const message of messages) fake('Gmail').deliver('INBOX', message);
    },
  });

it('an archived mail keeps its one uid in All Mail, also while the upstream is away', async () => {
  await using harness = await start();
  const { core } = harness;
  const uidsIn = (path: string) => [...core.reads.snapshot(harness.mailbox(path).id).uids];
  const before = uidsIn('Gmail/All Mail');
  expect(before).toHaveLength(1);
  const client = await harness.login();
  await client.ok('SELECT INBOX');
  harness.fake('Gmail').goOffline();
  await client.ok('MOVE 1 Archive');
  expect(uidsIn('Gmail/All Mail')).toEqual(before);
  expect(uidsIn('INBOX')).toEqual([]);
  expect(uidsIn('Archive')).toHaveLength(1);
  const archived = uidsIn('Archive');
  harness.fake('Gmail').goOnline();
  await core.overview.syncNow(undefined);
  await harness.settled();
  expect(harness.fake('Gmail').contents('INBOX')).toHaveLength(0);
  expect(harness.fake('Gmail').contents('All Mail')).toHaveLength(1);
  expect(uidsIn('Gmail/All Mail')).toEqual(before);
  expect(uidsIn('Archive')).toEqual(archived);
});

it('copied to Trash by number, it keeps its number until EXPUNGE: the STORE that follows marks no other mail', async () => {
  await using harness = await start(['a', 'b', 'c'].map((token) => mail(token)));
  const client = await harness.login();
  await client.ok('SELECT INBOX');
  for (const number of [1, 2]) {
    expect(await client.ok(`COPY ${number} Trash`)).not.toContainEqual(expect.stringContaining('EXPUNGE'));
    await client.command(`STORE ${number} +FLAGS.SILENT (\\Deleted)`);
  }
  expect(await client.ok('EXPUNGE')).toEqual(['* 2 EXPUNGE', '* 1 EXPUNGE']);
  await harness.settled();
  const fake = harness.fake('Gmail');
  expect([upstreamTokens(fake, 'INBOX'), upstreamTokens(fake, 'Trash').sort()]).toEqual([['c'], ['a', 'b']]);
  const batches = await harness.core.removals.list(undefined);
  expect(batches.map(({ messages }) => messages.map(({ subject }) => subject))).toEqual([['b'], ['a']]);
});
