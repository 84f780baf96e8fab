// MOVE from one account to another (DESIGN §7): spool → APPEND → verify → remove, cut at every step.
import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { NO_FLAGS } from '../../../../src/mail/flags.js';
import { createRig, named, type Rig, useVirtualTime } from '../../../support/core-harness.js';
import {
  appendMail,
  mail,
  one,
  problemsOf,
  readBody,
  shown,
  shownTokens,
  uidOf,
  upstreamTokens,
} from '../../../support/core-mail.js';
import { createFakeUpstream, type FakeMethod, type FakeUpstream, flags } from '../../../support/fake-connector.js';

useVirtualTime();

const lost = new UpstreamError('transient', 'the connection was lost', { outcomeUnknown: true });
const refused = new UpstreamError('permanent', 'no', { serverText: 'over quota' });

async function twoAccounts(options: { uidplus?: boolean } = {}) {
  const a = createFakeUpstream();
  const b = createFakeUpstream({ ...options, firstUidValidity: 5001 });
  for (const token of ['m1', 'm2']) a.deliver('INBOX', mail(token), { flags: flags('\\Flagged', '$Work') });
  const rig = await createRig({
    accounts: named({ A: a, B: b }),
  });
  await rig.settle();
  return { a, b, rig };
}

const move = (rig: Rig, token: string, to = 'B/Archive') =>
  rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', token)), to);

function expectMoved(rig: Rig, a: FakeUpstream, b: FakeUpstream): void {
  expect(upstreamTokens(a, 'INBOX')).toEqual(['m2']);
  expect(upstreamTokens(b, 'Archive')).toEqual(['m1']);
  expect(upstreamTokens(a, 'Trash')).toEqual(['m1']);
  expect(shownTokens(rig, 'B/Archive')).toEqual(['m1']);
  expect(shownTokens(rig, 'INBOX')).toEqual(['m2']);
}

test('shows the message in its new mailbox at once, with its flags and its text, and keeps its uid there', async () => {
  const { a, b, rig } = await twoAccounts();
  await using _ = rig;
  b.goOffline();
  const { pairs } = move(rig, 'm1');
  const [row] = shown(rig, 'B/Archive');
  expect(row).toMatchObject({ uid: pairs[0]?.[1], token: 'm1', flags: '\\Flagged $Work' });
  expect(await readBody(rig, 'B/Archive', row?.uid ?? 0)).toContain('This is m1.');
  // Nothing leaves its old home before the new one has it.
  expect(upstreamTokens(a, 'INBOX')).toEqual(['m1', 'm2']);
  b.goOnline();
  await rig.settle();
  expectMoved(rig, a, b);
  expect(shown(rig, 'B/Archive')[0]).toMatchObject({ uid: row?.uid, flags: '\\Flagged $Work' });
  expect([...(b.contents('Archive')[0]?.flags.keywords ?? [])]).toEqual(['$Work']);
});

/** Where the gateway dies: before or after the upstream has carried the call out. */
const STEPS: readonly [FakeMethod, 'A' | 'B', 'before' | 'after'][] = [
  ['fetchBodies', 'A', 'before'],
  ['fetchBodies', 'A', 'after'],
  ['status', 'B', 'before'],
  ['append', 'B', 'before'],
  ['append', 'B', 'after'],
  ['fetchHeaders', 'B', 'before'],
  ['fetchHeaders', 'B', 'after'],
  ['move', 'A', 'before'],
  ['move', 'A', 'after'],
];

describe.each([
  ['with UIDPLUS', true],
  ['without UIDPLUS', false],
])('%s', (_, uidplus) => {
  test.each(STEPS)(
    'the gateway dies at %s of %s (%s it): one copy there, one in Trash, none lost',
    async (method, name, when) => {
      const { a, b, rig } = await twoAccounts({ uidplus });
      await using __ = rig;
      const fake = name === 'A' ? a : b;
      fake.calls.length = 0;
      fake.failNext(method, lost, { when, cut: true, times: 1 });
      const failed = () => fake.calls.some((call) => call.method === method);
      move(rig, 'm1');
      await rig.until(`${method} was called`, failed);
      await rig.crash();
      await rig.settle();
      expectMoved(rig, a, b);
      expect(rig.core.overview.problems().filter(({ text }) => text.includes('refused'))).toEqual([]);
    },
  );
});

test('a refused APPEND puts the message back and says so', async () => {
  const { a, b, rig } = await twoAccounts();
  await using _ = rig;
  b.failNext('append', refused);
  move(rig, 'm1');
  expect(shownTokens(rig, 'INBOX')).toEqual(['m2']);
  await rig.settle();
  expect(shownTokens(rig, 'INBOX').sort()).toEqual(['m1', 'm2']);
  expect(shownTokens(rig, 'B/Archive')).toEqual([]);
  expect(upstreamTokens(a, 'INBOX')).toEqual(['m1', 'm2']);
  expect(problemsOf(rig)[0]).toBe('the provider refused to store a message: over quota');
});

test('its old mailbox is deleted before the message has reached the new one: the original is in Trash, not gone', async () => {
  const { a, b, rig } = await twoAccounts();
  await using _ = rig;
  a.create('Box');
  a.deliver('Box', mail('m3'), { flags: flags('\\Flagged') });
  await rig.settle();
  b.goOffline();
  rig.core.actions.move(rig.idOf('A/Box'), one(uidOf(rig, 'A/Box', 'm3')), 'B/Archive');
  rig.core.mailboxes.delete('A/Box');
  const isGone = () => !a.paths().some((path) => path.join('/') === 'Box');
  await rig.until('the mailbox is gone upstream', isGone, 500);
  expect(upstreamTokens(a, 'Trash')).toEqual(['m3']);
  b.goOnline();
  await rig.settle();
  expect(upstreamTokens(a, 'Trash')).toEqual(['m3']);
  expect(upstreamTokens(b, 'Archive')).toEqual(['m3']);
  expect(shownTokens(rig, 'Trash')).toEqual(['m3']);
});

test('its old mailbox is deleted when the new one has the message, and before the old one is rid of it: it is in Trash', async () => {
  const { a, b, rig } = await twoAccounts();
  await using _ = rig;
  a.create('Box');
  a.deliver('Box', mail('m3'));
  await rig.settle();
  b.goOffline();
  rig.core.actions.move(rig.idOf('A/Box'), one(uidOf(rig, 'A/Box', 'm3')), 'B/Archive');
  await rig.until('its bytes are here', () => rig.store.journal.depth(1).depth === 0, 50);
  a.goOffline();
  rig.core.mailboxes.delete('A/Box');
  b.goOnline();
  await rig.until('it is there', () => rig.store.journal.depth(2).depth === 0, 5_000);
  expect(upstreamTokens(b, 'Archive')).toEqual(['m3']);
  a.goOnline();
  await rig.settle();
  expect(upstreamTokens(a, 'Trash')).toEqual(['m3']);
  expect(shownTokens(rig, 'Trash')).toEqual(['m3']);
});

test('when the new mailbox goes before the message has reached it, the original shows again', async () => {
  const { a, b, rig } = await twoAccounts();
  await using _ = rig;
  b.create('Box');
  await rig.settle();
  a.goOffline();
  move(rig, 'm1', 'B/Box');
  b.remove('Box');
  await rig.during(rig.core.overview.syncNow('B'));
  expect(rig.core.mailboxes.find('B/Box')).toBeUndefined();
  a.goOnline();
  await rig.settle();
  expect(shownTokens(rig, 'INBOX').sort()).toEqual(['m1', 'm2']);
  expect(upstreamTokens(a, 'INBOX')).toEqual(['m1', 'm2']);
});

test('an account that is taken out of the configuration gives back what was on its way to it', async () => {
  const { a, b, rig } = await twoAccounts();
  await using _ = rig;
  b.goOffline();
  move(rig, 'm1');
  await rig.until('the message is spooled', () => a.calls.some(({ method }) => method === 'fetchBodies'));
  await rig.restart({ accounts: [{ name: 'A', fake: a }] });
  await rig.settle();
  expect(shownTokens(rig, 'INBOX').sort()).toEqual(['m1', 'm2']);
  expect(upstreamTokens(a, 'INBOX')).toEqual(['m1', 'm2']);
});

test('an account that is taken out of the configuration with a draft still owed to it is kept until it is put back', async () => {
  const { a, b, rig } = await twoAccounts();
  await using _ = rig;
  b.goOffline();
  await appendMail(rig, 'B/Drafts', mail('draft'), NO_FLAGS);
  await rig.restart({ accounts: [{ name: 'A', fake: a }] });
  expect(rig.core.overview.problems()).toMatchObject([{ text: expect.stringContaining('account "B"') }]);
  expect(shownTokens(rig, 'B/Drafts')).toEqual(['draft']);
  b.goOnline();
  await rig.restart({
    accounts: named({ A: a, B: b }),
  });
  await rig.settle();
  expect(upstreamTokens(b, 'Drafts')).toEqual(['draft']);
  expect(rig.core.overview.problems()).toEqual([]);
  await rig.restart({ accounts: [{ name: 'A', fake: a }] });
  expect(rig.core.mailboxes.find('B/Drafts')).toBeUndefined();
});

test('moved on before it has arrived: the journal does not wait for itself', async () => {
  const { a, b, rig } = await twoAccounts();
  await using _ = rig;
  a.goOffline();
  move(rig, 'm1', 'B/Archive');
  rig.core.actions.move(rig.idOf('B/Archive'), one(uidOf(rig, 'B/Archive', 'm1')), 'B/Junk');
  const { uid } = shown(rig, 'B/Junk')[0] ?? { uid: 0 };
  rig.core.actions.storeFlags(rig.idOf('B/Junk'), { uids: one(uid), operation: 'add', flags: flags('\\Seen') });
  a.goOnline();
  await rig.settle();
  expect(upstreamTokens(b, 'Archive')).toEqual([]);
  expect(upstreamTokens(b, 'Junk')).toEqual(['m1']);
  expect(shown(rig, 'B/Junk')).toMatchObject([{ uid, flags: '\\Flagged \\Seen $Work' }]);
  expect(upstreamTokens(a, 'Trash')).toEqual(['m1']);
});
