// MOVE onto a label that the message has already: should another client take that label away before the MOVE is carried out,
// the user's MOVE still counts.
import { expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, one, shownTokens, uidOf, upstreamTokens, userMoves } from '../../../support/core-mail.js';
import { createFakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

test.each<[string, string | undefined, boolean]>([
  ['moves it away', 'Other', false],
  ['takes it away', undefined, false],
  ['moves it away, on a label store', 'Other', true],
  ['takes it away, on a label store', undefined, true],
])('another client %s', async (_, elsewhere, labelStore) => {
  const fake = createFakeUpstream({ labelStore, traits: { deleteIsMoveToTrash: true } });
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
