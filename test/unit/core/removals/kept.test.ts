// Which bodies are kept for `gateway undo`, and for how long.
import { expect, test, vi } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { useVirtualTime } from '../../../support/core-harness.js';
import { mail, shownTokens, upstreamTokens } from '../../../support/core-mail.js';
import { expunge, pins, startWith, undo } from '../../../support/removals.js';

useVirtualTime();

const DAY_MS = 86_400_000;

test('beyond the share of the cache the oldest removals lose their bodies, and say so', async () => {
  // A quarter of it has room for two of the three.
  const { rig } = await startWith(['a', 'b', 'c'], {}, { cacheBytes: mail('a').length * 9 });
  await using _ = rig;
  for (const token of ['a', 'b', 'c']) {
    expunge(rig, 'INBOX', [token]);
    await rig.settle();
  }
  expect(pins(rig)).toBe(2);
  expect(await undo(rig, 0, true)).toEqual({ a: 'lost', b: 'cache', c: 'cache' });
  expect(await undo(rig, 0)).toEqual({ a: 'lost', b: 'cache', c: 'cache' });
  const [lost] = (await rig.during(rig.core.removals.list(undefined), 10)).flatMap(({ messages }) =>
    messages.filter(({ way }) => way === 'lost'),
  );
  expect(lost?.reason).toMatch(/^it is in no Trash, and its text was not kept here\n已删除邮件中没有/);
});

test('after undoDays nothing is kept any more', async () => {
  const { rig } = await startWith(['a', 'b', 'c'], {}, { undoDays: 3 });
  await using _ = rig;
  expunge(rig, 'INBOX', ['a']);
  await rig.settle();
  vi.advanceTimersByTime(2 * DAY_MS);
  expunge(rig, 'INBOX', ['b']);
  await rig.settle();
  expect(pins(rig)).toBe(2);
  vi.advanceTimersByTime(2 * DAY_MS);
  expunge(rig, 'INBOX', ['c']);
  await rig.settle();
  expect(pins(rig)).toBe(2);
  expect(await undo(rig, 0)).toEqual({ b: 'cache', c: 'cache' });
});

test('undoDays 0: nothing is noted, nothing is fetched', async () => {
  const { fake, rig } = await startWith(['a'], {}, { undoDays: 0 });
  await using _ = rig;
  expunge(rig, 'INBOX', ['a']);
  await rig.settle();
  expect(fake.calls.filter(({ method }) => method === 'fetchBodies')).toEqual([]);
  expect(await undo(rig, 0)).toEqual({});
});

test.each([
  ['for good', 'permanent'],
  ['time and again', 'transient'],
] as const)('a body that cannot be had, %s, does not keep the message from being deleted', async (_, kind) => {
  const { fake, rig } = await startWith(['a', 'b']);
  await using __ = rig;
  fake.failNext('fetchBodies', new UpstreamError(kind, 'NO such luck'), { times: 50 });
  expunge(rig, 'INBOX', ['a']);
  await rig.settle();
  expect(upstreamTokens(fake, 'INBOX')).toEqual(['b']);
  expect(await undo(rig)).toEqual({ a: 'lost' });
  expect(shownTokens(rig, 'INBOX')).toEqual(['b']);
});
