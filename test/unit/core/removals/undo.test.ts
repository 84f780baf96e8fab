// What clients have removed comes back: from where it still is, once, and durably.
import { expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { SystemFlag } from '../../../../src/mail/flags.js';
import { useVirtualTime } from '../../../support/core-harness.js';
import { mail, one, readBody, shown, shownTokens, uidOf, upstreamTokens } from '../../../support/core-mail.js';
import { expunge, pins, startWith, undo } from '../../../support/removals.js';

useVirtualTime();

test('expunged for good: its body was fetched first, and it is appended again, with flags and date, once', async () => {
  const { fake, rig } = await startWith(['a', 'b']);
  await using _ = rig;
  const before = fake.contents('INBOX')[0];
  const uids = one(uidOf(rig, 'INBOX', 'a'));
  const flags = { system: SystemFlag.Flagged, keywords: ['$Label1'] };
  rig.core.actions.storeFlags(rig.idOf('INBOX'), { uids, operation: 'add', flags });
  expunge(rig, 'INBOX', ['a']);
  await rig.settle();
  expect(upstreamTokens(fake, 'INBOX')).toEqual(['b']);

  expect(await undo(rig, undefined, true)).toEqual({ a: 'cache' });
  expect(shownTokens(rig, 'INBOX')).toEqual(['b']);
  expect(await undo(rig)).toEqual({ a: 'cache' });
  expect(shown(rig, 'INBOX').map(({ token, flags }) => [token, flags])).toEqual([
    ['b', ''],
    ['a', '\\Flagged $Label1'],
  ]);
  expect(await undo(rig)).toEqual({ a: 'undone' });
  await rig.settle();
  expect(upstreamTokens(fake, 'INBOX')).toEqual(['b', 'a']);
  expect(fake.contents('INBOX')[1]).toMatchObject({
    internalDate: before?.internalDate,
    flags: { system: SystemFlag.Flagged, keywords: ['$Label1'] },
  });
  expect(pins(rig)).toBe(0);
});

test('what was moved to Trash moves back', async () => {
  const { fake, rig } = await startWith(['a', 'b']);
  await using _ = rig;
  rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'a')), 'Trash', { device: 'phone' });
  await rig.settle();
  expect(upstreamTokens(fake, 'Trash')).toEqual(['a']);
  expect(await undo(rig)).toEqual({ a: 'trash' });
  expect(shownTokens(rig, 'INBOX')).toEqual(['b', 'a']);
  await rig.settle();
  expect([upstreamTokens(fake, 'INBOX'), upstreamTokens(fake, 'Trash')]).toEqual([['b', 'a'], []]);
  expect(await undo(rig)).toEqual({ a: 'undone' });
  expect(fake.calls.filter(({ method }) => method === 'append')).toEqual([]);
});

test('moved to Trash and expunged there: it comes back to where it was first', async () => {
  const { fake, rig } = await startWith(['a']);
  await using _ = rig;
  rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'a')), 'Trash');
  await rig.settle();
  expunge(rig, 'Trash', ['a']);
  await rig.settle();
  expect(upstreamTokens(fake, 'Trash')).toEqual([]);
  expect(await undo(rig, 0)).toEqual({ a: 'cache' });
  await rig.settle();
  expect([upstreamTokens(fake, 'INBOX'), upstreamTokens(fake, 'Trash')]).toEqual([['a'], []]);
  expect(await undo(rig, 0)).toEqual({ a: 'undone' });
  expect(pins(rig)).toBe(0);
});

test('one step at a time: back into Trash, then back to INBOX', async () => {
  const { fake, rig } = await startWith(['a']);
  await using _ = rig;
  rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'a')), 'Trash');
  await rig.settle();
  expunge(rig, 'Trash', ['a']);
  await rig.settle();
  expect(await undo(rig)).toEqual({ a: 'cache' });
  expect(shownTokens(rig, 'Trash')).toEqual(['a']);
  await undo(rig, 0);
  await rig.settle();
  expect([upstreamTokens(fake, 'INBOX'), upstreamTokens(fake, 'Trash')]).toEqual([['a'], []]);
});

test('what has not reached the provider yet is called off', async () => {
  const { fake, rig } = await startWith(['a', 'b', 'c']);
  await using _ = rig;
  fake.goOffline();
  expunge(rig, 'A/INBOX', ['a', 'b']);
  expect(await undo(rig)).toEqual({ a: 'calledOff', b: 'calledOff' });
  expect(shown(rig, 'INBOX').map(({ token, flags }) => [token, flags])).toEqual([
    ['c', ''],
    ['b', ''],
    ['a', ''],
  ]);
  fake.goOnline();
  await rig.settle();
  expect(fake.contents('INBOX').map(({ flags }) => flags.system)).toEqual([0, 0, 0]);
  expect(fake.calls.filter(({ method }) => method === 'expunge')).toEqual([]);
});

test('an expunge whose outcome is not known is not called off', async () => {
  const { fake, rig } = await startWith([]);
  await using _ = rig;
  // Nobody watches this one: what has become of the message is found out by nothing but the journal.
  fake.create('Box');
  fake.deliver('Box', mail('a'));
  await rig.settle();
  fake.failNext('expunge', new UpstreamError('transient', 'lost'), { when: 'after', cut: true });
  let isSent = false;
  fake.before = ({ method }) => {
    if (method === 'expunge') isSent = true;
    if (method === 'connect' && isSent) throw new UpstreamError('transient', 'away');
  };
  expunge(rig, 'A/Box', ['a']);
  await rig.until('it is carried out', () => fake.contents('Box').length === 0, 10);
  expect(rig.store.journal.depth(1).depth).toBe(1);
  expect(await undo(rig)).toEqual({ a: 'cache' });
  fake.before = undefined;
  await rig.settle();
  expect(upstreamTokens(fake, 'Box')).toEqual(['a']);
  expect(shownTokens(rig, 'A/Box')).toEqual(['a']);
});

test('called off in the very moment before it is sent, it is not sent', async () => {
  const { fake, rig } = await startWith(['a', 'b']);
  await using _ = rig;
  let undone: ReturnType<typeof undo> | undefined;
  // Its body is here, so that the next thing is the command; for which another connection has to select the mailbox.
  await readBody(rig, 'INBOX', uidOf(rig, 'INBOX', 'a'));
  fake.before = async ({ method }) => {
    if (method !== 'select' || undone) return;
    undone = undo(rig);
    await undone;
  };
  expunge(rig, 'INBOX', ['a']);
  await rig.until('it is brought back', () => undone !== undefined, 10);
  expect(await undone).toEqual({ a: 'calledOff' });
  await rig.settle();
  expect(upstreamTokens(fake, 'INBOX')).toEqual(['a', 'b']);
  expect(shownTokens(rig, 'INBOX').sort()).toEqual(['a', 'b']);
});

test('one command is one batch; each undo goes on to the latest that is not back, whatever of it can be had', async () => {
  const { rig } = await startWith(['a', 'b', 'c']);
  await using _ = rig;
  expunge(rig, 'INBOX', ['a']);
  const by = { device: 'laptop' };
  for (const token of ['b', 'c'])
    rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', token)), 'Trash', by);
  await rig.settle();
  const batches = await rig.during(rig.core.removals.list(undefined), 10);
  expect(
    batches.map(({ device, messages }) => [device, messages.map(({ subject, way }) => `${subject} ${way}`)]),
  ).toEqual([
    ['laptop', ['c trash', 'b trash']],
    ['phone', ['a cache']],
  ]);
  const next = async () => {
    const { device, mailboxes, messages } = (await rig.core.removals.next()) ?? {};
    return [device, mailboxes, messages];
  };
  expect(await next()).toEqual(['laptop', ['INBOX'], 2]);
  expect(await undo(rig, undefined, true)).toEqual({ b: 'trash', c: 'trash' });
  expect(await undo(rig)).toEqual({ b: 'trash', c: 'trash' });
  expect(shownTokens(rig, 'INBOX')).toEqual(['c', 'b']);
  expect(await next()).toEqual(['phone', ['INBOX'], 1]);
  expect(await undo(rig, undefined, true)).toEqual({ a: 'cache' });
  expect(await undo(rig)).toEqual({ a: 'cache' });
  expect(await rig.core.removals.next()).toBeUndefined();
  // There is nothing before it: the last one is told as it is.
  expect(await undo(rig)).toEqual({ b: 'undone', c: 'undone' });
  expect(await undo(rig, 0)).toEqual({ a: 'undone', b: 'undone', c: 'undone' });
});

test('what cannot be brought back is told by one undo, and passed over by the next', async () => {
  const { rig } = await startWith(['a', 'b']);
  await using _ = rig;
  expunge(rig, 'INBOX', ['a']);
  await rig.settle();
  expunge(rig, 'INBOX', ['b']);
  await rig.settle();
  const { sqlite } = rig.store.database;
  sqlite.exec(
    "UPDATE removals SET bodyRef = NULL WHERE subject LIKE '%b%'; DELETE FROM bodies WHERE pins = 1 AND ref NOT IN (SELECT bodyRef FROM removals WHERE bodyRef IS NOT NULL)",
  );
  expect(await undo(rig, undefined, true)).toEqual({ b: 'lost' });
  expect(await undo(rig, undefined, true)).toEqual({ b: 'lost' });
  expect(await undo(rig)).toEqual({ b: 'lost' });
  expect(await rig.core.removals.next()).toMatchObject({ messages: 1 });
  expect(await undo(rig)).toEqual({ a: 'cache' });
  expect(shownTokens(rig, 'INBOX')).toEqual(['a']);
  expect(await undo(rig)).toEqual({ b: 'lost' });
});

test('moved back by hand, it is there already', async () => {
  const { rig } = await startWith(['a']);
  await using _ = rig;
  rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'a')), 'Trash');
  await rig.settle();
  rig.core.actions.move(rig.idOf('Trash'), one(uidOf(rig, 'Trash', 'a')), 'INBOX');
  await rig.settle();
  expect(await undo(rig)).toEqual({ a: 'there' });
  expect(shownTokens(rig, 'INBOX')).toEqual(['a']);
});

test('moved from Trash to another mailbox by hand, it is there already: it is not stored again', async () => {
  const { fake, rig } = await startWith(['a', 'b']);
  await using _ = rig;
  fake.create('Box');
  await rig.settle();
  for (const token of ['a', 'b']) {
    await readBody(rig, 'INBOX', uidOf(rig, 'INBOX', token));
    rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', token)), 'Trash');
    await rig.settle();
  }
  // By a program of ours, and by one that we know nothing of.
  rig.core.actions.move(rig.idOf('Trash'), one(uidOf(rig, 'Trash', 'a')), 'A/Box');
  await rig.settle();
  fake.expunge('Trash', ...fake.contents('Trash').map(({ uid }) => uid));
  fake.deliver('Box', mail('b'));
  await rig.settle();
  expect(shownTokens(rig, 'A/Box')).toEqual(['a', 'b']);
  expect(await undo(rig, 0)).toEqual({ a: 'there', b: 'there' });
  await rig.settle();
  expect([upstreamTokens(fake, 'INBOX'), upstreamTokens(fake, 'Box').sort()]).toEqual([[], ['a', 'b']]);
});

test('a copy that was elsewhere all the time does not stand for the one that was removed', async () => {
  const { fake, rig } = await startWith(['a']);
  await using _ = rig;
  fake.create('Box');
  await rig.settle();
  rig.core.actions.copy(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'a')), 'A/Box');
  await rig.settle();
  rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'a')), 'Trash');
  await rig.settle();
  fake.expunge('Trash', ...fake.contents('Trash').map(({ uid }) => uid));
  await rig.settle();
  expect(await undo(rig, 0)).toEqual({ a: 'copy' });
  await rig.settle();
  expect([upstreamTokens(fake, 'INBOX'), upstreamTokens(fake, 'Box')]).toEqual([['a'], ['a']]);
});

test('moved to Trash and expunged there, it is told twice and counts once', async () => {
  const { rig } = await startWith(['a']);
  await using _ = rig;
  rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'a')), 'Trash');
  await rig.settle();
  expunge(rig, 'Trash', ['a']);
  await rig.settle();
  for (const call of [rig.core.removals.list(undefined), rig.core.removals.undo({ since: 0, dryRun: false })]) {
    const batches = await rig.during(call, 10);
    expect(batches.map(({ messages }) => messages.map(({ mailbox, again }) => [mailbox, again]))).toEqual([
      [['Trash', true]],
      [['INBOX', undefined]],
    ]);
  }
});

test('killed right after it: nothing is brought back twice, and all of it arrives', async () => {
  const tokens = ['a', 'b', 'c', 'd'];
  const { fake, rig } = await startWith(tokens);
  await using _ = rig;
  expunge(rig, 'INBOX', ['a', 'b']);
  await rig.settle();
  for (const token of ['c', 'd']) rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', token)), 'Trash');
  await rig.settle();
  await undo(rig, 0);
  await rig.crash();
  const ways = Object.values(await undo(rig, 0));
  expect(ways).toEqual(['undone', 'undone', 'undone', 'undone']);
  await rig.settle();
  expect(upstreamTokens(fake, 'INBOX').sort()).toEqual(tokens);
  expect(shownTokens(rig, 'INBOX').sort()).toEqual(tokens);
  expect(upstreamTokens(fake, 'Trash')).toEqual([]);
});
