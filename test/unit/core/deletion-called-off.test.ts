// Undo of DELETE while it is owed: where the mailbox is again.
import { expect, test } from 'vitest';
import { createRig, named, type Rig, useVirtualTime } from '../../support/core-harness.js';
import { appendMail, mail, problemsOf, shownTokens, userMoves } from '../../support/core-mail.js';
import { createFakeUpstream, flags } from '../../support/fake-connector.js';
import { undo } from '../../support/removals.js';

useVirtualTime();

const paths = (rig: Rig, like: RegExp) =>
  rig.core.mailboxes
    .list()
    .filter(({ path }) => like.test(path))
    .map(({ path }) => path);

test('a mailbox below a unified one is there again, with the messages of all accounts', async () => {
  const [a, b] = [createFakeUpstream(), createFakeUpstream()];
  a.deliver('INBOX', mail('a1'));
  b.deliver('INBOX', mail('b1'));
  await using rig = await createRig({ accounts: named({ A: a, B: b }) });
  await rig.settle();
  rig.core.mailboxes.create('Archive/2026');
  for (const token of ['a1', 'b1']) userMoves(rig, 'INBOX', token, 'Archive/2026');
  await rig.settle();
  for (const fake of [a, b]) fake.goOffline();
  rig.core.mailboxes.delete('Archive/2026');
  expect(paths(rig, /2026/)).toEqual([]);
  expect(await undo(rig)).toEqual({ a1: 'calledOff', b1: 'calledOff' });
  const isBack = () => {
    expect(paths(rig, /2026/)).toEqual(['Archive/2026', 'A/Archive/2026', 'B/Archive/2026']);
    expect(shownTokens(rig, 'Archive/2026').sort()).toEqual(['a1', 'b1']);
    expect([shownTokens(rig, 'A/Archive/2026'), shownTokens(rig, 'B/Archive/2026')]).toEqual([['a1'], ['b1']]);
  };
  isBack();
  for (const fake of [a, b]) fake.goOnline();
  await rig.settle();
  await rig.restart();
  await rig.settle();
  isBack();
});

test("an account's part of one, deleted by itself, is shown there again; the other's was there all along", async () => {
  const [a, b] = [createFakeUpstream(), createFakeUpstream()];
  a.deliver('INBOX', mail('a1'));
  b.deliver('INBOX', mail('b1'));
  await using rig = await createRig({ accounts: named({ A: a, B: b }) });
  await rig.settle();
  rig.core.mailboxes.create('Archive/2026');
  for (const token of ['a1', 'b1']) userMoves(rig, 'INBOX', token, 'Archive/2026');
  await rig.settle();
  for (const fake of [a, b]) fake.goOffline();
  rig.core.mailboxes.delete('A/Archive/2026');
  expect(shownTokens(rig, 'Archive/2026')).toEqual(['b1']);
  await undo(rig);
  for (const fake of [a, b]) fake.goOnline();
  await rig.settle();
  expect(shownTokens(rig, 'Archive/2026').sort()).toEqual(['a1', 'b1']);
});

test('its parent has been renamed meanwhile: it is below that, here as upstream', async () => {
  const fake = createFakeUpstream();
  fake.create(['F']);
  fake.create(['F', 'G']);
  fake.deliver(['F', 'G'], mail('g'));
  await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  fake.goOffline();
  rig.core.mailboxes.delete('A/F/G');
  rig.core.mailboxes.rename('A/F', 'A/H');
  expect(await undo(rig)).toEqual({ g: 'calledOff' });
  fake.goOnline();
  await rig.settle();
  expect(paths(rig, /[FGH]$/)).toEqual(['A/H', 'A/H/G']);
  expect(fake.paths().filter(([top]) => top === 'H')).toEqual([['H'], ['H', 'G']]);
  expect(shownTokens(rig, 'A/H/G')).toEqual(['g']);
});

test('made again meanwhile and used: the former is there again, and nothing of what was put into the other is lost', async () => {
  const fake = createFakeUpstream();
  for (const token of ['a1', 'a2']) fake.deliver('INBOX', mail(token));
  await using rig = await createRig({ accounts: named({ A: fake }) });
  await rig.settle();
  rig.core.mailboxes.create('Archive/2026');
  userMoves(rig, 'INBOX', 'a1', 'Archive/2026');
  await rig.settle();
  fake.goOffline();
  rig.core.mailboxes.delete('Archive/2026');
  rig.core.mailboxes.create('Archive/2026');
  userMoves(rig, 'INBOX', 'a2', 'Archive/2026');
  await appendMail(rig, 'Archive/2026', mail('stored'), flags());
  await undo(rig);
  fake.goOnline();
  await rig.settle();
  expect(shownTokens(rig, 'Archive/2026')).toEqual(['a1']);
  expect([shownTokens(rig, 'INBOX'), shownTokens(rig, 'Recovered')]).toEqual([['a2'], ['stored']]);
  expect(problemsOf(rig).length).toBeGreaterThan(0);
});
