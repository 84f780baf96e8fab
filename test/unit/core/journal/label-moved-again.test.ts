// Gmail: what has come to Trash has left All Mail, which is looked at later. Whoever finds it there still and moves it to Trash once
// more finds it in Trash afterwards.
import { expect, test } from 'vitest';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, shownTokens, upstreamTokens, userMoves } from '../../../support/core-mail.js';
import { createFakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

test.each([
  ['at once', 0],
  ['and a crash', 1],
  ['and a crash once it has been tried', 2],
])('moved to Trash from All Mail, where it is no longer, %s', async (_name, crashes) => {
  const fake = createFakeUpstream({
    labelStore: true,
    qresync: false,
    traits: { deleteIsMoveToTrash: true, archiveIsAll: true },
    mailboxes: [
      { path: 'INBOX', role: 'inbox' },
      { path: 'All Mail', role: 'all' },
      { path: 'Trash', role: 'trash' },
    ],
  });
  fake.deliver('INBOX', mail('m1'));
  const rig = await createRig({ accounts: [{ name: 'G', fake }] });
  await using _ = rig;
  await rig.settle();
  userMoves(rig, 'G/INBOX', 'm1', 'G/Trash');
  const owed = () => rig.store.accounts.list().reduce((sum, { id }) => sum + rig.store.journal.depth(id).depth, 0);
  await rig.until('it is carried out', () => owed() === 0, 10);
  expect([shownTokens(rig, 'G/Trash'), shownTokens(rig, 'G/All Mail')]).toEqual([['m1'], ['m1']]);
  userMoves(rig, 'G/All Mail', 'm1', 'G/Trash');
  if (crashes === 1) await rig.crash();
  if (crashes === 2) {
    const before = fake.calls.length;
    await rig.until('it is tried', () => fake.calls.length > before + 1, 1);
    await rig.crash();
  }
  await rig.settle();
  await rig.during(new Promise<void>((done) => setTimeout(done, 12 * 60_000)));
  await rig.settle();
  expect(upstreamTokens(fake, 'Trash')).toEqual(['m1']);
  expect([shownTokens(rig, 'G/Trash'), shownTokens(rig, 'G/All Mail')]).toEqual([['m1'], []]);
});
