// The wait for an answer: what counts as one, and what is never cut.
import { expect, test, vi } from 'vitest';
import { type ClientRead, createClientReads } from '../../../../src/core/sync/client-reads.js';
import { createLane, type LaneSession, Priority } from '../../../../src/core/sync/lane.js';
import { sleep } from '../../../../src/lib/deadline.js';
import type { UpstreamSession } from '../../../../src/upstream/connector.js';
import { useVirtualTime } from '../../../support/core-harness.js';

useVirtualTime();

function rig() {
  const traffic = { received: 0, sent: 0 };
  const misses: string[] = [];
  const session = {
    closed: new Promise<void>(() => undefined),
    traffic: () => ({ ...traffic }),
    close: async () => undefined,
    status: () => new Promise(() => undefined),
  } as unknown as UpstreamSession;
  const lane = createLane(async () => session);
  const stop = new AbortController();
  const gate = {
    unanswered: (error: Error) => void misses.push(error.message),
    isUnanswered: () => misses.length > 0,
    waitMs: () => 60_000,
  };
  const read = createClientReads({ name: 'A', lane, gate, signal: stop.signal });
  const ask = (ask: ClientRead<string>['ask'], how: Partial<ClientRead<string>> = {}) =>
    read(Priority.read, { prepare: async () => undefined, ask, ...how }).catch((error: Error) => error.message);
  return { traffic, misses, lane, ask };
}

const NO_ANSWER = 'A does not answer now; what is cached can still be read';
const never = () => new Promise<string>(() => undefined);

test('a body that has begun to come is not cut, however long it takes and pauses', async () => {
  const { traffic, misses, ask } = rig();
  const done = ask(async () => {
    for (let i = 0; i < 20; i++) {
      await sleep(i === 0 ? 15_000 : 40_000);
      traffic.received += 1_000;
    }
    return 'whole';
  });
  await vi.advanceTimersByTimeAsync(1_000_000);
  expect(await done).toBe('whole');
  expect(misses).toEqual([]);
});

test('what SELECT takes is part of the wait, and its answer does not end it', async () => {
  const { traffic, ask } = rig();
  const prepare = async (_: LaneSession) => {
    await sleep(15_000);
    traffic.received += 200;
  };
  let isOver = false;
  const done = ask(never, { prepare }).finally(() => {
    isOver = true;
  });
  await vi.advanceTimersByTimeAsync(18_000);
  expect(isOver).toBe(false);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(await done).toBe(NO_ANSWER);
});

test('behind other work that moves bytes it waits for its turn', async () => {
  const { traffic, misses, lane, ask } = rig();
  const others = lane.run(Priority.push, async () => {
    for (let i = 0; i < 10; i++) {
      await sleep(10_000);
      traffic.sent += 1_000;
    }
  });
  const done = ask(async () => 'read');
  await vi.advanceTimersByTimeAsync(110_000);
  await others;
  expect(await done).toBe('read');
  expect(misses).toEqual([]);
});

test('behind work that is silent it does not wait, but that work goes on', async () => {
  const { lane, ask } = rig();
  const others = lane.run(Priority.push, () => sleep(50_000).then(() => 'carried out'));
  const done = ask(async () => 'read');
  await vi.advanceTimersByTimeAsync(21_000);
  expect(await done).toBe(NO_ANSWER);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(await others).toBe('carried out');
});

test('a SEARCH the server thinks about for long is waited for', async () => {
  const { misses, ask } = rig();
  const done = ask(() => sleep(50_000).then(() => 'found'), { isSlow: true });
  await vi.advanceTimersByTimeAsync(51_000);
  expect(await done).toBe('found');
  expect(misses).toEqual([]);
});
