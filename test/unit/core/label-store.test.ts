// Gmail: one content under several labels (DESIGN §5). The Archive shows what stands nowhere else.
import { expect, test } from 'vitest';
import { SystemFlag } from '../../../src/mail/flags.js';
import { createRig, useVirtualTime } from '../../support/core-harness.js';
import { appendMail, mail, one, shown, shownTokens, uidOf } from '../../support/core-mail.js';
import { createFakeUpstream, flags } from '../../support/fake-connector.js';

useVirtualTime();

async function gmail() {
  const fake = createFakeUpstream({
    labelStore: true,
    traits: { deleteIsMoveToTrash: true, archiveIsAll: true },
    mailboxes: [
      { path: 'INBOX', role: 'inbox' },
      { path: 'Drafts', role: 'drafts' },
      { path: 'Sent', role: 'sent' },
      { path: 'All Mail', role: 'all' },
      { path: 'Trash', role: 'trash' },
      { path: 'Spam', role: 'junk' },
    ],
  });
  for (const token of ['m1', 'm2']) fake.deliver('INBOX', mail(token));
  fake.deliver('All Mail', mail('old'));
  const rig = await createRig({ accounts: [{ name: 'G', fake }] });
  await rig.settle();
  return { fake, rig };
}

test('the Archive shows what stands under no other label, and follows archiving and filing', async () => {
  const { fake, rig } = await gmail();
  await using _ = rig;
  expect([shownTokens(rig, 'INBOX'), shownTokens(rig, 'Archive')]).toEqual([['m1', 'm2'], ['old']]);
  rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'm1')), 'Archive');
  await rig.settle();
  expect([shownTokens(rig, 'INBOX'), shownTokens(rig, 'Archive').sort()]).toEqual([['m2'], ['m1', 'old']]);
  expect(fake.contents('All Mail').length).toBe(3);
});

test('a draft stands in Drafts, not in the Archive as well', async () => {
  const { rig } = await gmail();
  await using _ = rig;
  await appendMail(rig, 'Drafts', mail('draft'), flags('\\Draft'));
  await rig.settle();
  expect(shownTokens(rig, 'Drafts')).toEqual(['draft']);
  expect(shownTokens(rig, 'G/All Mail').sort()).toEqual(['draft', 'm1', 'm2', 'old']);
  expect(shownTokens(rig, 'Archive')).toEqual(['old']);
});

test('deleting is a move to Trash: it leaves every label', async () => {
  const { fake, rig } = await gmail();
  await using _ = rig;
  rig.core.actions.storeFlags(rig.idOf('INBOX'), { uids: one(1), operation: 'add', flags: flags('\\Deleted') });
  rig.core.actions.expunge(rig.idOf('INBOX'), undefined);
  await rig.settle();
  expect([shownTokens(rig, 'INBOX'), shownTokens(rig, 'Trash'), shownTokens(rig, 'Archive')]).toEqual([
    ['m2'],
    ['m1'],
    ['old'],
  ]);
  expect(fake.contents('All Mail').length).toBe(2);
});

test('\\Deleted is ours in every mailbox, its own ones too: over a restart, a resync and new uids', async () => {
  const { fake, rig } = await gmail();
  await using _ = rig;
  const deleted = () =>
    shown(rig, 'G/All Mail').flatMap(({ token, flags: told }) =>
      told.includes('\\Deleted') ? [`${token} ${told}`] : [],
    );
  const store = (operation: 'add' | 'remove') =>
    rig.core.actions.storeFlags(rig.idOf('G/All Mail'), {
      uids: one(uidOf(rig, 'G/All Mail', 'm1')),
      operation,
      flags: flags('\\Deleted', '\\Seen'),
    });
  store('add');
  await rig.settle();
  // Gmail would act at once, and take the label away (providers.md §3).
  const upstream = () => fake.contents('All Mail').map((message) => message.flags.system & SystemFlag.Deleted);
  expect([deleted(), upstream()]).toEqual([['m1 \\Deleted \\Seen'], [0, 0, 0]]);
  await rig.restart();
  fake.setFlags('All Mail', 1, flags('\\Seen', '\\Flagged'));
  fake.resetUidValidity('All Mail');
  await rig.settle();
  expect([deleted(), upstream()]).toEqual([['m1 \\Flagged \\Deleted \\Seen'], [0, 0, 0]]);
  store('remove');
  await rig.settle();
  expect(deleted()).toEqual([]);
  expect(rig.core.actions.expunge(rig.idOf('G/All Mail'), undefined)).toEqual([]);
  await rig.settle();
  expect([fake.contents('All Mail').length, fake.contents('Trash').length]).toEqual([3, 0]);
});
