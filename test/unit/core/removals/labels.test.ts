// Gmail: a message that comes to Trash loses every label. Undone, it has again those that it had.
import { expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { type Rig, useVirtualTime } from '../../../support/core-harness.js';
import {
  appendMail,
  mail,
  one,
  readBody,
  shown,
  shownTokens,
  uidOf,
  upstreamTokens,
  userMoves,
} from '../../../support/core-mail.js';
import { EVERYWHERE, IN_TRASH, pause, startLabelled, whereIs } from '../../../support/labelled.js';
import { expunge, undo } from '../../../support/removals.js';

useVirtualTime();

const REMOVE = {
  MOVE: (rig: Rig, from: string) => void userMoves(rig, from, 'a', 'Trash'),
  EXPUNGE: (rig: Rig, from: string) => expunge(rig, from, ['a']),
  COPY: (rig: Rig, from: string) => void rig.core.actions.copy(rig.idOf(from), one(uidOf(rig, from, 'a')), 'Trash'),
};
const HOW = Object.entries(REMOVE);

test.each(HOW)('%s: undone, it is in the mailbox it was removed from, and has its labels', async (_, remove) => {
  const { fake, rig } = await startLabelled();
  await using _rig = rig;
  remove(rig, 'INBOX');
  await pause(rig);
  expect(whereIs(fake, rig)).toEqual(IN_TRASH);
  expect(await undo(rig)).toEqual({ a: 'trash' });
  expect(whereIs(fake, rig)[1]).toBe('INBOX News Work');
  await pause(rig);
  expect(whereIs(fake, rig)).toEqual(EVERYWHERE);
  expect(['INBOX', 'A/News', 'A/Work'].flatMap((path) => shown(rig, path).map(({ flags }) => flags))).toEqual([
    '',
    '',
    '',
  ]);
  const calls = fake.calls.length;
  expect(await undo(rig)).toEqual({ a: 'undone' });
  await pause(rig);
  expect(fake.calls.slice(calls).filter(({ method }) => method === 'copy' || method === 'move')).toEqual([]);
  expect(whereIs(fake, rig)).toEqual(EVERYWHERE);
});

test.each(HOW)('%s from a label, undone while the upstream is away; a restart between', async (_, remove) => {
  const { fake, rig } = await startLabelled();
  await using _rig = rig;
  remove(rig, 'A/News');
  await pause(rig);
  expect(whereIs(fake, rig)).toEqual(IN_TRASH);
  fake.goOffline();
  await rig.restart();
  expect(await undo(rig)).toEqual({ a: 'trash' });
  expect(whereIs(fake, rig)).toEqual(['Trash', 'INBOX News Work']);
  await rig.crash();
  expect(await undo(rig)).toEqual({ a: 'undone' });
  fake.goOnline();
  await pause(rig);
  expect(whereIs(fake, rig)).toEqual(EVERYWHERE);
});

test.each(HOW)('%s, undone before it has been carried out: no label is lost on the way', async (how, remove) => {
  const { fake, rig } = await startLabelled();
  await using _rig = rig;
  fake.goOffline();
  remove(rig, 'INBOX');
  expect(await undo(rig)).toEqual({ a: how === 'EXPUNGE' ? 'calledOff' : 'trash' });
  expect(whereIs(fake, rig)).toEqual(EVERYWHERE);
  fake.goOnline();
  await pause(rig);
  expect(whereIs(fake, rig)).toEqual(EVERYWHERE);
});

test('a label is seen to be gone before it is given again', async () => {
  const { fake, rig } = await startLabelled();
  await using _ = rig;
  fake.goOffline();
  userMoves(rig, 'INBOX', 'a', 'Trash');
  await undo(rig);
  fake.failNext('copy', new UpstreamError('transient', 'busy'), { times: 3 });
  fake.goOnline();
  await rig.until('the COPY is tried', () => fake.calls.some(({ method }) => method === 'copy'));
  await rig.during(rig.core.overview.syncNow(undefined));
  await pause(rig);
  expect(whereIs(fake, rig)).toEqual(EVERYWHERE);
});

test('a label whose mailbox is gone is said, and the rest comes back', async () => {
  const { fake, rig } = await startLabelled();
  await using _ = rig;
  userMoves(rig, 'INBOX', 'a', 'Trash');
  await pause(rig);
  rig.core.mailboxes.delete('A/News');
  await pause(rig);
  for (const dryRun of [true, false]) {
    const [batch] = await rig.during(rig.core.removals.undo({ since: undefined, dryRun }), 10);
    expect(batch?.messages).toMatchObject([{ way: 'trash', without: ['A/News'] }]);
  }
  await pause(rig);
  expect([upstreamTokens(fake, 'INBOX'), upstreamTokens(fake, 'Work'), shownTokens(rig, 'A/Work')]).toEqual([
    ['a'],
    ['a'],
    ['a'],
  ]);
});

test('a label that has been renamed meanwhile is the same label', async () => {
  const { fake, rig } = await startLabelled();
  await using _ = rig;
  userMoves(rig, 'INBOX', 'a', 'Trash');
  await pause(rig);
  rig.core.mailboxes.rename('A/News', 'A/Letters');
  await pause(rig);
  await undo(rig);
  await pause(rig);
  expect([upstreamTokens(fake, 'Letters'), shownTokens(rig, 'A/Letters')]).toEqual([['a'], ['a']]);
});

test('gone from Trash too, it is stored again with its labels', async () => {
  const { fake, rig } = await startLabelled();
  await using _ = rig;
  await readBody(rig, 'INBOX', uidOf(rig, 'INBOX', 'a'));
  userMoves(rig, 'INBOX', 'a', 'Trash');
  await pause(rig);
  fake.expunge('Trash', ...fake.contents('Trash').map(({ uid }) => uid));
  await pause(rig);
  expect(await undo(rig)).toEqual({ a: 'cache' });
  await pause(rig);
  expect(whereIs(fake, rig)).toEqual(EVERYWHERE);
});

test('a label that the upstream refuses is a problem, and the message is back where it was', async () => {
  const { fake, rig } = await startLabelled();
  await using _ = rig;
  userMoves(rig, 'INBOX', 'a', 'Trash');
  await pause(rig);
  fake.failNext('copy', new UpstreamError('permanent', 'NO not this label'));
  await undo(rig);
  await pause(rig);
  expect(whereIs(fake, rig)).toEqual(['INBOX Work', 'INBOX Work']);
  expect(rig.core.overview.problems()).not.toEqual([]);
});

test('taken out of Trash by hand, it is left as the user has it', async () => {
  const { fake, rig } = await startLabelled();
  await using _ = rig;
  userMoves(rig, 'INBOX', 'a', 'Trash');
  await pause(rig);
  userMoves(rig, 'Trash', 'a', 'A/Work');
  await pause(rig);
  expect(await undo(rig)).toEqual({ a: 'there' });
  await pause(rig);
  expect(whereIs(fake, rig)).toEqual(['Work', 'Work']);
});

test('where mailboxes are no labels the other copies are left alone', async () => {
  const { fake, rig } = await startLabelled({ labelStore: false, traits: { deleteIsMoveToTrash: false } });
  await using _ = rig;
  userMoves(rig, 'INBOX', 'a', 'Trash');
  await pause(rig);
  expect(whereIs(fake, rig)[0]).toBe('News Work Trash');
  expect(await undo(rig)).toEqual({ a: 'trash' });
  await pause(rig);
  expect(whereIs(fake, rig)).toEqual(EVERYWHERE);
});

test('stored and labelled while the upstream is away', async () => {
  const { fake, rig } = await startLabelled();
  await using _ = rig;
  fake.goOffline();
  const uid = await appendMail(rig, 'INBOX', mail('b'), { system: 0, keywords: [] });
  rig.core.actions.copy(rig.idOf('INBOX'), one(uid), 'A/News');
  userMoves(rig, 'INBOX', 'b', 'Trash');
  await undo(rig);
  fake.goOnline();
  await pause(rig);
  expect(whereIs(fake, rig, 'b')).toEqual(['INBOX News', 'INBOX News']);
});

test('copied to a label and removed while the upstream is away, undone later', async () => {
  const { fake, rig } = await startLabelled();
  await using _ = rig;
  fake.deliver('INBOX', mail('b'));
  await pause(rig);
  fake.goOffline();
  rig.core.actions.copy(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'b')), 'A/News');
  userMoves(rig, 'INBOX', 'b', 'Trash');
  fake.goOnline();
  await pause(rig);
  expect(whereIs(fake, rig, 'b')).toEqual(IN_TRASH);
  await undo(rig);
  await pause(rig);
  expect(whereIs(fake, rig, 'b')).toEqual(['INBOX News', 'INBOX News']);
});
