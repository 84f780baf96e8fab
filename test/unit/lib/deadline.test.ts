import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { orAfter, sleepByClock } from '../../../src/lib/deadline.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('orAfter: the result; nothing is left on the signal or the clock', async () => {
  const { signal } = new AbortController();
  await expect(orAfter(1_000, signal, Promise.resolve('done'), 'late')).resolves.toBe('done');
  await expect(orAfter(1_000, signal, Promise.reject(new Error('no')), 'late')).rejects.toThrow('no');
  expect(vi.getTimerCount()).toBe(0);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('orAfter: too late, and ended by the signal', async () => {
  const stop = new AbortController();
  const never = new Promise<string>(() => undefined);
  const late = orAfter(1_000, stop.signal, never, 'late');
  await vi.advanceTimersByTimeAsync(1_000);
  await expect(late).resolves.toBe('late');
  const stopped = orAfter(1_000, stop.signal, never, 'late');
  stop.abort();
  await expect(stopped).resolves.toBe('late');
});

test('sleepByClock: a clock set forward ends it at the next step, one set back does not lengthen it', async () => {
  const { signal } = new AbortController();
  let isOver = false;
  const wait = () => {
    isOver = false;
    void sleepByClock(600_000, signal).then(() => {
      isOver = true;
    });
  };
  wait();
  await vi.advanceTimersByTimeAsync(10_000);
  vi.setSystemTime(Date.now() + 3_600_000);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(isOver).toBe(true);
  wait();
  await vi.advanceTimersByTimeAsync(10_000);
  vi.setSystemTime(Date.now() - 3_600_000);
  await vi.advanceTimersByTimeAsync(560_000);
  expect(isOver).toBe(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(isOver).toBe(true);
});
