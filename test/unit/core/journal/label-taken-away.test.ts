// MOVE onto a label that the message has already: should another client take that label away before the MOVE is carried out,
// the user's MOVE still counts.
import { expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, one, shownTokens, uidOf, upstreamTokens, userMoves } from '../../../support/core-mail.js';
import { createFakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

test.each<[string, string | undefined]>([
  ['moves it away', 'Other'],
  ['takes it away', undefined],
])('another client %s', async (_, elsewhere) => {
  const fake = createFakeUpstream({ labelStore: true, traits: { deleteIsMoveToTrash: true } });
  for (const path of ['Box', 'Other']) fake.create(path);
  fake.deliver('INBOX', mail('m'));
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await using _rig = rig;
  await rig.settle();
  rig.core.actions.copy(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'm')), 'A/Box');
  await rig.settle();
  fake.goOffline();
  userMoves(rig, 'A/Box', 'm', 'INBOX');
  const [{ uid } = { uid: 0 }] = fake.contents('INBOX');
  if (elsewhere) fake.move('INBOX', uid, elsewhere);
  else fake.expunge('INBOX', uid);
  // The mailboxes are looked at before it is carried out.
  fake.failNext('move', new UpstreamError('transient', 'busy'), { times: 2 });
  fake.goOnline();
  await rig.settle();
  const state = { INBOX: ['m'], Box: [], Other: elsewhere ? ['m'] : [] };
  for (const [path, tokens] of Object.entries(state)) {
    expect([path, upstreamTokens(fake, path)]).toEqual([path, tokens]);
    expect([path, shownTokens(rig, path === 'INBOX' ? path : `A/${path}`)]).toEqual([path, tokens]);
  }
});

test('without labels a second copy is a second message, though deleting is a move to Trash', async () => {
  const fake = createFakeUpstream({ traits: { deleteIsMoveToTrash: true } });
  fake.create('Box');
  fake.deliver('INBOX', mail('m'));
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await using _rig = rig;
  await rig.settle();
  rig.core.actions.copy(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'm')), 'A/Box');
  await rig.settle();
  userMoves(rig, 'A/Box', 'm', 'INBOX');
  expect(shownTokens(rig, 'INBOX')).toEqual(['m', 'm']);
  await rig.settle();
  expect([upstreamTokens(fake, 'INBOX'), shownTokens(rig, 'INBOX')]).toEqual([
    ['m', 'm'],
    ['m', 'm'],
  ]);
});
