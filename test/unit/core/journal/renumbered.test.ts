// The upstream gives a mailbox a new UIDVALIDITY while actions on its messages are owed: an old uid is another message
// there now, and nothing may happen to that one (promises 1 and 3).
import { expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { createRig, type Rig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, one, readBody, shown, shownTokens, uidOf, upstreamTokens } from '../../../support/core-mail.js';
import { createFakeUpstream, type FakeUpstream, flags } from '../../../support/fake-connector.js';

useVirtualTime();

const TOKENS = ['m1', 'm2', 'm3', 'm4'];

async function renumberedWhileAway(act: (rig: Rig, fake: FakeUpstream) => void) {
  const fake = createFakeUpstream();
  fake.create('Box');
  for (const token of TOKENS) fake.deliver('Box', mail(token));
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  const before = shown(rig, 'A/Box').map(({ uid, token }) => [token, uid]);
  fake.goOffline();
  act(rig, fake);
  // Every old uid names the message after the one it used to.
  fake.resetUidValidity('Box', 2);
  fake.goOnline();
  await rig.settle();
  return { fake, rig, before };
}

test('flags go to the message they were meant for, and the mailbox keeps its uids', async () => {
  const { fake, rig, before } = await renumberedWhileAway(({ core, idOf }, _) => {
    core.actions.storeFlags(idOf('A/Box'), { uids: one(2), operation: 'add', flags: flags('\\Flagged') });
  });
  await using _ = rig;
  expect(fake.contents('Box').map((message) => message.flags.system)).toEqual([0, 4, 0, 0]);
  expect(shown(rig, 'A/Box').map(({ uid, token }) => [token, uid])).toEqual(before);
  expect(shown(rig, 'A/Box').map((row) => row.flags)).toEqual(['', '\\Flagged', '', '']);
});

test('MOVE takes the message it was meant for', async () => {
  const { fake, rig } = await renumberedWhileAway(({ core, idOf }) => {
    core.actions.move(idOf('A/Box'), one(2), 'A/Archive');
  });
  await using _ = rig;
  expect(upstreamTokens(fake, 'Box')).toEqual(['m1', 'm3', 'm4']);
  expect(upstreamTokens(fake, 'Archive')).toEqual(['m2']);
});

test('EXPUNGE deletes the message it was meant for', async () => {
  const { fake, rig } = await renumberedWhileAway(({ core, idOf }) => {
    core.actions.storeFlags(idOf('A/Box'), { uids: one(2), operation: 'add', flags: flags('\\Deleted') });
    core.actions.expunge(idOf('A/Box'), undefined);
  });
  await using _ = rig;
  expect(upstreamTokens(fake, 'Box')).toEqual(['m1', 'm3', 'm4']);
});

test('a body is fetched of the message that was asked for', async () => {
  const { fake, rig } = await renumberedWhileAway(() => undefined);
  await using _ = rig;
  const uid = uidOf(rig, 'A/Box', 'm1');
  // Renumbered again, at the very moment the body is to be read; the reader's connection learns of it, the index next.
  let isDone = false;
  fake.before = async ({ method }) => {
    if (method !== 'select' || isDone) return;
    isDone = true;
    fake.resetUidValidity('Box', 1);
  };
  const first = await readBody(rig, 'A/Box', uid).catch(() => undefined);
  fake.before = undefined;
  fake.cut();
  await rig.settle();
  for (const body of [first, await readBody(rig, 'A/Box', uid)]) expect(body ?? 'This is m1.').toContain('This is m1.');
});

test('a message that takes the place of one that is gone inherits nothing that was owed to that one', async () => {
  const fake = createFakeUpstream();
  for (const token of TOKENS) fake.deliver('INBOX', mail(token));
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await using _ = rig;
  await rig.settle();
  fake.goOffline();
  const id = rig.idOf('INBOX');
  rig.core.actions.storeFlags(id, { uids: one(4), operation: 'add', flags: flags('\\Deleted', '\\Flagged') });
  rig.core.actions.expunge(id, undefined);
  // Another client has deleted it too, and new mail has come; the inbox is looked at before the journal gets its turn.
  fake.expunge('INBOX', 4);
  fake.deliver('INBOX', mail('new'));
  fake.failNext('expunge', new UpstreamError('transient', 'busy'));
  fake.failNext('storeFlags', new UpstreamError('transient', 'busy'));
  fake.goOnline();
  await rig.until('the new mail is here', () => shownTokens(rig, 'INBOX').includes('new'));
  await rig.settle();
  expect(upstreamTokens(fake, 'INBOX')).toEqual(['m1', 'm2', 'm3', 'new']);
  expect(fake.contents('INBOX').map((message) => message.flags.system)).toEqual([0, 0, 0, 0]);
});
