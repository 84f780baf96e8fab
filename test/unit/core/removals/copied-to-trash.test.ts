// Gmail: what is copied to Trash leaves every other label, so that a COPY to Trash deletes. It is one deletion, whether the mail
// program's EXPUNGE comes before the upstream has carried the COPY out or after.
import { expect, test, vi } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { SystemFlag } from '../../../../src/mail/flags.js';
import { createRig, type Rig, useVirtualTime } from '../../../support/core-harness.js';
import { appendMail, mail, one, shown, shownTokens, uidOf, upstreamTokens } from '../../../support/core-mail.js';
import { createFakeUpstream } from '../../../support/fake-connector.js';
import { expunge, startWith, undo } from '../../../support/removals.js';

useVirtualTime();

const GMAIL = { labelStore: true, traits: { deleteIsMoveToTrash: true } };
/** Each is a command of its own. */
const by = () => ({ device: 'mutt' });

const list = async ({ core }: Rig) =>
  (await core.removals.list(undefined)).map(({ device, messages }) => [device, messages.map(({ subject }) => subject)]);

const copy = (rig: Rig, uid: number, to = 'Trash') => rig.core.actions.copy(rig.idOf('INBOX'), one(uid), to, by());

function markAndExpunge(rig: Rig, uid: number): void {
  const id = rig.idOf('INBOX');
  const flags = { system: SystemFlag.Deleted, keywords: [] };
  rig.core.actions.storeFlags(id, { uids: one(uid), operation: 'add', flags });
  rig.core.actions.expunge(id, undefined, by());
}

async function pause(rig: Rig): Promise<void> {
  await rig.settle();
  await vi.advanceTimersByTimeAsync(2_000);
}

test.each([
  ['no pause', false],
  ['a pause', true],
])('COPY to Trash, %s, STORE and EXPUNGE: one removal, the last one', async (_, isPaused) => {
  const { fake, rig } = await startWith(['older', 'a', 'stays'], GMAIL);
  await using _rig = rig;
  expunge(rig, 'INBOX', ['older']);
  await pause(rig);
  const uid = uidOf(rig, 'INBOX', 'a');
  expect(copy(rig, uid).pairs).toEqual([[uid, uidOf(rig, 'Trash', 'a')]]);
  if (isPaused) await pause(rig);
  markAndExpunge(rig, uid);
  await pause(rig);
  expect([shownTokens(rig, 'INBOX'), shownTokens(rig, 'Trash').sort()]).toEqual([['stays'], ['a', 'older']]);
  expect(await list(rig)).toEqual([
    ['mutt', ['a']],
    ['phone', ['older']],
  ]);
  expect(await undo(rig)).toEqual({ a: 'trash' });
  await pause(rig);
  expect([upstreamTokens(fake, 'INBOX'), upstreamTokens(fake, 'Trash')]).toEqual([['stays', 'a'], ['older']]);
  expect(shown(rig, 'INBOX').map(({ token, flags }) => [token, flags])).toEqual([
    ['stays', ''],
    ['a', ''],
  ]);
  expect(await undo(rig)).toEqual({ older: 'trash' });
  expect(await undo(rig, 0)).toEqual({ a: 'undone', older: 'undone' });
  await pause(rig);
  expect([upstreamTokens(fake, 'INBOX'), upstreamTokens(fake, 'Trash')]).toEqual([['stays', 'a', 'older'], []]);
});

test.each([
  ['COPY alone', false],
  ['COPY, STORE and EXPUNGE', true],
])('%s, undone before the upstream has heard of it: it is in INBOX, and stays there', async (_, isExpunged) => {
  const { fake, rig } = await startWith(['a'], GMAIL);
  await using _rig = rig;
  fake.goOffline();
  const uid = uidOf(rig, 'INBOX', 'a');
  copy(rig, uid);
  if (isExpunged) markAndExpunge(rig, uid);
  expect(await undo(rig)).toEqual({ a: 'trash' });
  expect([shownTokens(rig, 'INBOX'), shownTokens(rig, 'Trash')]).toEqual([['a'], []]);
  fake.goOnline();
  await pause(rig);
  expect([upstreamTokens(fake, 'INBOX'), upstreamTokens(fake, 'Trash')]).toEqual([['a'], []]);
  expect([shownTokens(rig, 'INBOX'), shownTokens(rig, 'Trash')]).toEqual([['a'], []]);
});

test('copied twice, it is removed once; deleted again after undo, it is removed again', async () => {
  const { fake, rig } = await startWith(['a'], GMAIL);
  await using _ = rig;
  const uid = uidOf(rig, 'INBOX', 'a');
  copy(rig, uid);
  expect(copy(rig, uid).pairs).toEqual([]);
  await pause(rig);
  expect(copy(rig, uid).pairs).toEqual([]);
  expect(await list(rig)).toEqual([['mutt', ['a']]]);
  expect(await undo(rig)).toEqual({ a: 'trash' });
  await pause(rig);
  copy(rig, uidOf(rig, 'INBOX', 'a'));
  await pause(rig);
  expect(upstreamTokens(fake, 'INBOX')).toEqual([]);
  expect(await undo(rig)).toEqual({ a: 'trash' });
  await pause(rig);
  expect([upstreamTokens(fake, 'INBOX'), upstreamTokens(fake, 'Trash')]).toEqual([['a'], []]);
});

test('refused by the upstream, it shows in INBOX again', async () => {
  const { fake, rig } = await startWith(['a'], GMAIL);
  await using _ = rig;
  fake.failNext('move', new UpstreamError('permanent', 'NO not today'));
  copy(rig, uidOf(rig, 'INBOX', 'a'));
  await pause(rig);
  expect([shownTokens(rig, 'INBOX'), shownTokens(rig, 'Trash')]).toEqual([['a'], []]);
  expect(await undo(rig)).toEqual({ a: 'undone' });
});

test.each([
  ['an ordinary account', {}],
  ['one without labels whose deleting is a move to Trash', { traits: { deleteIsMoveToTrash: true } }],
])('at %s a COPY to Trash is a copy, and what follows a removal', async (_, options) => {
  const { fake, rig } = await startWith(['a'], options);
  await using _rig = rig;
  copy(rig, uidOf(rig, 'INBOX', 'a'));
  await pause(rig);
  expect([upstreamTokens(fake, 'INBOX'), upstreamTokens(fake, 'Trash')]).toEqual([['a'], ['a']]);
  expect(shownTokens(rig, 'INBOX')).toEqual(['a']);
  expect(await list(rig)).toEqual([]);
  markAndExpunge(rig, uidOf(rig, 'INBOX', 'a'));
  await pause(rig);
  expect(await list(rig)).toEqual([['mutt', ['a']]]);
});

test('of two accounts in INBOX each does as its own does; to the Trash of another account it is a copy', async () => {
  const [gmail, plain] = [createFakeUpstream(GMAIL), createFakeUpstream()];
  for (const token of ['g', 'kept']) gmail.deliver('INBOX', mail(token));
  plain.deliver('INBOX', mail('p'));
  await using rig = await createRig({
    accounts: [
      { name: 'G', fake: gmail },
      { name: 'P', fake: plain },
    ],
  });
  await rig.settle();
  const [g, p] = [uidOf(rig, 'INBOX', 'g'), uidOf(rig, 'INBOX', 'p')];
  const uids = [g, p].sort((a, b) => a - b).map((uid) => [uid, uid] as const);
  expect(rig.core.actions.copy(rig.idOf('INBOX'), uids, 'Trash', by()).pairs).toHaveLength(2);
  copy(rig, uidOf(rig, 'INBOX', 'kept'), 'P/Trash');
  await pause(rig);
  expect([upstreamTokens(gmail, 'INBOX'), upstreamTokens(gmail, 'Trash')]).toEqual([['kept'], ['g']]);
  expect([upstreamTokens(plain, 'INBOX'), upstreamTokens(plain, 'Trash').sort()]).toEqual([['p'], ['kept', 'p']]);
  expect(shownTokens(rig, 'INBOX').sort()).toEqual(['kept', 'p']);
  expect(await list(rig)).toEqual([['mutt', ['g']]]);
});

test('COPY from Trash to Trash removes nothing and numbers nothing anew', async () => {
  const { fake, rig } = await startWith([], GMAIL);
  await using _ = rig;
  fake.deliver('Trash', mail('a'));
  await pause(rig);
  const uid = uidOf(rig, 'Trash', 'a');
  for (const to of ['Trash', 'A/Trash']) {
    rig.core.actions.copy(rig.idOf('Trash'), one(uid), to, by());
    await pause(rig);
  }
  expect(uidOf(rig, 'Trash', 'a')).toBe(uid);
  expect(shownTokens(rig, 'Trash')).toEqual(['a']);
  expect(await list(rig)).toEqual([]);
});

test('a message that has just been stored here, and is not known to the provider yet, is noted and undone too', async () => {
  const { fake, rig } = await startWith([], GMAIL);
  await using _ = rig;
  fake.goOffline();
  const uid = await appendMail(rig, 'INBOX', mail('a'), { system: 0, keywords: [] });
  copy(rig, uid);
  markAndExpunge(rig, uid);
  expect([shownTokens(rig, 'INBOX'), shownTokens(rig, 'Trash')]).toEqual([[], ['a']]);
  expect(await list(rig)).toEqual([['mutt', ['a']]]);
  fake.goOnline();
  await pause(rig);
  expect([upstreamTokens(fake, 'INBOX'), upstreamTokens(fake, 'Trash')]).toEqual([[], ['a']]);
  expect(await undo(rig)).toEqual({ a: 'trash' });
  await pause(rig);
  expect([upstreamTokens(fake, 'INBOX'), upstreamTokens(fake, 'Trash')]).toEqual([['a'], []]);
  expect([shownTokens(rig, 'INBOX'), shownTokens(rig, 'Trash')]).toEqual([['a'], []]);
});
