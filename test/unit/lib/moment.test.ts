import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDueTimes, momentAt, momentIn } from '../../../src/lib/moment.js';

const DAY = 86_400_000;
beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 2, 1) }));
afterEach(() => void vi.useRealTimers());
/** Somebody sets the clock: no time has passed. */
const setClock = (ms: number) => vi.setSystemTime(Date.now() + ms);
const pass = (ms: number) => vi.advanceTimersByTime(ms);

test('a moment comes when its time has passed, and stays', () => {
  const moment = momentIn(1_000);
  expect([moment.leftMs(), moment.at()]).toEqual([1_000, Date.now() + 1_000]);
  pass(400);
  expect(moment.leftMs()).toBe(600);
  pass(5_000);
  expect([moment.leftMs(), moment.at()]).toEqual([0, Date.now()]);
});

test('a clock set back by days puts nothing off', () => {
  const moment = momentIn(1_000);
  setClock(-3 * DAY);
  expect([moment.leftMs(), moment.at()]).toEqual([1_000, Date.now() + 1_000]);
  pass(1_000);
  expect(moment.leftMs()).toBe(0);
});

test('a clock that is days ahead afterwards may have stood still while the machine slept', () => {
  const moment = momentIn(DAY);
  setClock(2 * DAY);
  expect(moment.leftMs()).toBe(0);
});

test('what was written down is believed up to the longest pause there is', () => {
  expect(momentAt(Date.now() + 1_000, DAY).leftMs()).toBe(1_000);
  expect(momentAt(Date.now() + 400 * DAY, DAY).leftMs()).toBe(DAY);
  expect(momentAt(Date.now() - 1_000, DAY).leftMs()).toBe(0);
});

test('the times of rows: each counts down from when it was seen first, and anew when it is changed', () => {
  const due = createDueTimes(DAY);
  const at = Date.now() + 1_000;
  expect([due.leftMs(1, at), due.leftMs(2, 0)]).toEqual([1_000, 0]);
  setClock(-3 * DAY);
  pass(400);
  expect(due.leftMs(1, at)).toBe(600);
  // Read for the first time after the clock was set back.
  expect(due.leftMs(3, at + 10 * DAY)).toBe(DAY);
  pass(DAY);
  expect([due.leftMs(1, at), due.leftMs(3, at + 10 * DAY)]).toEqual([0, 0]);
  expect(due.leftMs(1, Date.now() + 700)).toBe(700);
});
