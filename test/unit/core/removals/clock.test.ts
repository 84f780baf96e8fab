// The clock leaps, by mistake or because the machine was off: what is kept for `gateway undo` does not become old by that.
import { expect, test, vi } from 'vitest';
import { useVirtualTime } from '../../../support/core-harness.js';
import { expunge, pins, startWith, undo } from '../../../support/removals.js';

useVirtualTime();

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const setClock = (ms: number) => vi.setSystemTime(Date.now() + ms);

test.each([
  ['while it runs', false],
  ['between two runs', true],
])('400 days forward %s: everything can be brought back, and again when it is set right', async (_, isOff) => {
  const { rig } = await startWith(['a', 'b', 'c']);
  await using _rig = rig;
  expunge(rig, 'INBOX', ['a']);
  await rig.settle();
  if (isOff) await rig.restart({}, () => setClock(400 * DAY));
  else setClock(400 * DAY);
  expunge(rig, 'INBOX', ['b']);
  await rig.settle();
  expect(pins(rig)).toBe(2);
  expect(await undo(rig, Date.now() - HOUR, true)).toEqual({ b: 'cache' });
  expect(await undo(rig, 0, true)).toEqual({ a: 'cache', b: 'cache' });

  setClock(-400 * DAY + 2 * HOUR);
  expunge(rig, 'INBOX', ['c']);
  await rig.settle();
  vi.advanceTimersByTime(3 * HOUR);
  // `b` has a date to come: it is no younger than `c`.
  expect(await undo(rig, Date.now() - HOUR, true)).toEqual({});
  expect(await undo(rig, Date.now() - 4 * HOUR, true)).toEqual({ b: 'cache', c: 'cache' });
  expect(await undo(rig, 0, true)).toEqual({ a: 'cache', b: 'cache', c: 'cache' });
  // The last command's, whatever the dates say.
  expect(await undo(rig)).toEqual({ c: 'cache' });
});

test('a day back: each command is its own still, and what is kept grows old again', async () => {
  const { rig } = await startWith(['a', 'b', 'c'], {}, { undoDays: 3 });
  await using _ = rig;
  expunge(rig, 'INBOX', ['a']);
  setClock(-DAY);
  expunge(rig, 'INBOX', ['b']);
  await rig.settle();
  expect(await undo(rig, undefined, true)).toEqual({ b: 'cache' });
  vi.advanceTimersByTime(4 * DAY + HOUR);
  expunge(rig, 'INBOX', ['c']);
  await rig.settle();
  expect(await undo(rig, 0, true)).toEqual({ c: 'cache' });
});

test('off for three weeks: what was kept then is there, and goes after as long as it would have', async () => {
  const { rig } = await startWith(['a', 'b'], {}, { undoDays: 7 });
  await using _ = rig;
  expunge(rig, 'INBOX', ['a']);
  await rig.settle();
  vi.advanceTimersByTime(5 * DAY);
  await rig.settle();
  await rig.restart({}, () => setClock(21 * DAY));
  expect(await undo(rig, 0, true)).toEqual({ a: 'cache' });
  vi.advanceTimersByTime(3 * DAY);
  await rig.settle();
  await rig.restart();
  expect(pins(rig)).toBe(0);
});
