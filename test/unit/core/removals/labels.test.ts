// Gmail: a message that comes to Trash loses every label. Undone, it has again those that it had.
import { expect, test, vi } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { createRig, type Rig, useVirtualTime } from '../../../support/core-harness.js';
import {
  mail,
  one,
  readBody,
  shown,
  shownTokens,
  uidOf,
  upstreamTokens,
  userMoves,
} from '../../../support/core-mail.js';
import { createFakeUpstream, type FakeUpstream } from '../../../support/fake-connector.js';
import { expunge, undo } from '../../../support/removals.js';

useVirtualTime();

const GMAIL = { labelStore: true, traits: { deleteIsMoveToTrash: true } };
const LABELS = ['News', 'Work'];
const PLACES = ['INBOX', ...LABELS, 'Trash'];

async function pause(rig: Rig): Promise<void> {
  await rig.settle();
  await vi.advanceTimersByTimeAsync(2_000);
  await rig.settle();
}

/** `a` is in INBOX and has both labels. */
async function startLabelled(options = GMAIL) {
  const fake = createFakeUpstream(options);
  for (const label of LABELS) fake.create(label);
  for (const place of ['INBOX', ...LABELS]) fake.deliver(place, mail('a'), { contentId: '77' });
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  return { fake, rig };
}

/** Where it is upstream, and where it is shown. Nowhere twice. */
const whereIs = (fake: FakeUpstream, rig: Rig, token = 'a') => {
  const upstream = PLACES.flatMap((path) => upstreamTokens(fake, path).flatMap((each) => (each === token ? path : [])));
  const here = PLACES.flatMap((path) => {
    const name = LABELS.includes(path) ? `A/${path}` : path;
    return shownTokens(rig, name).flatMap((each) => (each === token ? path : []));
  });
  return [upstream.join(' '), here.join(' ')];
};

const EVERYWHERE = ['INBOX News Work', 'INBOX News Work'];
const IN_TRASH = ['Trash', 'Trash'];

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
