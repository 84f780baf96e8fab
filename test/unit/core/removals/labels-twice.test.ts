// Gmail: a message is removed from one of its labels after the other, before they are seen to be gone; then undone.
import { expect, test } from 'vitest';
import { useVirtualTime } from '../../../support/core-harness.js';
import { readBody, uidOf, userMoves } from '../../../support/core-mail.js';
import { EVERYWHERE, IN_TRASH, pause, startLabelled, whereIs } from '../../../support/labelled.js';
import { expunge, undo } from '../../../support/removals.js';

useVirtualTime();

test.each([
  ['one after the other', false],
  ['all at once', true],
])('removed from each of its mailboxes, undone %s', async (_, isAtOnce) => {
  const { fake, rig } = await startLabelled();
  await using _rig = rig;
  fake.goOffline();
  userMoves(rig, 'INBOX', 'a', 'Trash');
  expunge(rig, 'A/News', ['a']);
  userMoves(rig, 'A/Work', 'a', 'Trash');
  expect(whereIs(fake, rig)[1]).toBe('Trash');
  fake.goOnline();
  await pause(rig);
  expect(whereIs(fake, rig)).toEqual(IN_TRASH);
  if (isAtOnce) await undo(rig, 0);
  else {
    expect(await undo(rig)).toEqual({ a: 'trash' });
    await pause(rig);
    expect(whereIs(fake, rig)).toEqual(['Work', 'Work']);
    expect(await undo(rig)).toEqual({ a: 'copy' });
    await pause(rig);
    expect(whereIs(fake, rig)).toEqual(['News Work', 'News Work']);
    expect(await undo(rig)).toEqual({ a: 'copy' });
  }
  await pause(rig);
  expect(whereIs(fake, rig)).toEqual(EVERYWHERE);
  expect(await undo(rig, 0)).toEqual({ a: 'undone' });
  await pause(rig);
  expect(whereIs(fake, rig)).toEqual(EVERYWHERE);
});

test('removed, undone, removed from another label, undone', async () => {
  const { fake, rig } = await startLabelled();
  await using _ = rig;
  for (const from of ['INBOX', 'A/Work', 'A/News']) {
    userMoves(rig, from, 'a', 'Trash');
    await pause(rig);
    expect(whereIs(fake, rig)).toEqual(IN_TRASH);
    expect(await undo(rig)).toEqual({ a: 'trash' });
    await pause(rig);
    expect(whereIs(fake, rig)).toEqual(EVERYWHERE);
  }
});

test('removed from two mailboxes and then from Trash, all undone at once', async () => {
  const { fake, rig } = await startLabelled();
  await using _ = rig;
  await readBody(rig, 'INBOX', uidOf(rig, 'INBOX', 'a'));
  fake.goOffline();
  userMoves(rig, 'INBOX', 'a', 'Trash');
  userMoves(rig, 'A/News', 'a', 'Trash');
  fake.goOnline();
  await pause(rig);
  fake.expunge('Trash', ...fake.contents('Trash').map(({ uid }) => uid));
  await pause(rig);
  await undo(rig, 0);
  await pause(rig);
  expect(whereIs(fake, rig)).toEqual(EVERYWHERE);
});

test.each([
  ['the last one is undone', false],
  ['both are undone', true],
])('moved to Trash, its other label expunged before it is seen to be gone: %s', async (_, isAll) => {
  const { fake, rig } = await startLabelled();
  await using _rig = rig;
  userMoves(rig, 'INBOX', 'a', 'Trash');
  await rig.until('it is in Trash', () => fake.contents('Trash').length > 0);
  fake.goOffline();
  expunge(rig, 'A/News', ['a']);
  await undo(rig, isAll ? 0 : undefined);
  fake.goOnline();
  await pause(rig);
  expect(whereIs(fake, rig)).toEqual(isAll ? EVERYWHERE : ['News Work', 'News Work']);
});
