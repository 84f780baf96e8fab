// Budgets by the minute: what counts, for how long, and when there is room again.
import { describe, expect, test, vi } from 'vitest';
import { createMeter } from '../../../../src/core/limits/meter.js';
import { openDatabase } from '../../../../src/store/database.js';
import { createStore, type Store } from '../../../../src/store/store.js';
import type { Budgets } from '../../../../src/upstream/connector.js';
import { useVirtualTime } from '../../../support/core-harness.js';

useVirtualTime();

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const pass = (ms: number) => void vi.setSystemTime(Date.now() + ms);

function opened(budgets: Budgets) {
  const store: Store = createStore(openDatabase(':memory:'));
  const { id } = store.accounts.upsert({ name: 'A', address: 'a@example.org', provider: 'generic' });
  return {
    store,
    meter: createMeter(store.usage, id, () => budgets),
    again: () => createMeter(store.usage, id, () => budgets),
  };
}

/** A connection whose traffic the test decides. */
function connection() {
  let [received, sent] = [0, 0];
  let close = (): void => undefined;
  return {
    closed: new Promise<void>((resolve) => {
      close = resolve;
    }),
    close: () => close(),
    traffic: () => ({ received, sent }),
    carry: (down: number, up = 0) => {
      received += down;
      sent += up;
    },
  };
}
const used = (meter: ReturnType<typeof createMeter>, name: keyof Budgets) =>
  meter.uses().find((use) => use.name === name)?.used;

test('bytes of all connections count, those of a closed one too, each once', async () => {
  const { meter } = opened({});
  const [one, other] = [connection(), connection()];
  meter.watch(one);
  meter.watch(other);
  one.carry(100, 10);
  expect([used(meter, 'downloadBytesPerDay'), used(meter, 'uploadBytesPerDay')]).toEqual([100, 10]);
  one.carry(50);
  other.carry(7, 3);
  one.close();
  await one.closed;
  one.carry(1_000);
  expect([used(meter, 'downloadBytesPerDay'), used(meter, 'uploadBytesPerDay')]).toEqual([157, 13]);
});

test('what was written down counts after a restart, for as long as it would have', () => {
  const { meter, again } = opened({ messagesPerDay: 10 });
  meter.login();
  meter.message(3);
  const next = again();
  expect(
    ['loginsPer15Minutes', 'messagesPerDay', 'recipientsPerDay'].map((name) => used(next, name as keyof Budgets)),
  ).toEqual([1, 1, 3]);
  pass(15 * MINUTE);
  expect([used(next, 'loginsPer15Minutes'), used(next, 'messagesPerDay')]).toEqual([0, 1]);
  pass(24 * HOUR);
  expect([used(next, 'messagesPerDay'), used(again(), 'messagesPerDay')]).toEqual([0, 0]);
});

test('minutes of yesterday are forgotten on disk', () => {
  const { store, meter } = opened({});
  for (let hour = 0; hour < 30; hour++) {
    meter.login();
    meter.flush();
    pass(HOUR);
  }
  expect(store.usage.since(1, 0).length).toBeLessThanOrEqual(25);
});

describe('used up', () => {
  test('logins: until the oldest are a quarter of an hour old; sending and connecting, not work', () => {
    const { meter } = opened({ loginsPer15Minutes: 3 });
    meter.login();
    pass(5 * MINUTE);
    meter.login();
    expect(meter.exhausted('connect')).toBeUndefined();
    meter.login();
    const spent = meter.exhausted('connect');
    expect(spent).toMatchObject({ name: 'loginsPer15Minutes', used: 3, limit: 3, until: Date.now() + 10 * MINUTE });
    expect([meter.exhausted('send')?.name, meter.exhausted('work')]).toEqual(['loginsPer15Minutes', undefined]);
    pass(10 * MINUTE);
    expect(meter.exhausted('connect')).toBeUndefined();
  });

  test('bytes: it stays so until there is room worth having', () => {
    const { meter } = opened({ downloadBytesPerDay: 1_000 });
    const line = connection();
    meter.watch(line);
    for (const bytes of [60, 60, 700]) {
      line.carry(bytes);
      expect(meter.exhausted('work')).toBeUndefined();
      pass(HOUR);
    }
    expect(meter.isSaving()).toBe(true);
    line.carry(200);
    // The first hour's bytes leave 960, the second's 900: a tenth is free then.
    expect(meter.exhausted('work')?.until).toBe(Date.now() + 22 * HOUR);
    pass(21 * HOUR);
    expect(meter.exhausted('work')?.used).toBe(960);
    pass(HOUR);
    expect([meter.exhausted('work'), meter.exhausted('connect')]).toEqual([undefined, undefined]);
  });

  test('uploads keep nobody from reading', () => {
    const { meter } = opened({ uploadBytesPerDay: 100 });
    const line = connection();
    meter.watch(line);
    line.carry(0, 100);
    expect([meter.exhausted('upload')?.name, meter.exhausted('work'), meter.exhausted('connect')]).toEqual([
      'uploadBytesPerDay',
      undefined,
      undefined,
    ]);
  });

  test('a clock that is set back by a day locks nobody out for two', () => {
    const { meter } = opened({ messagesPerDay: 2 });
    meter.message(1);
    pass(-24 * HOUR);
    meter.message(1);
    meter.message(1);
    const { until = 0 } = meter.exhausted('send') ?? {};
    expect(until - Date.now()).toBeGreaterThan(0);
    expect(until - Date.now()).toBeLessThanOrEqual(24 * HOUR);
  });
});

test('without a limit nothing is ever used up', () => {
  const { meter } = opened({});
  for (let i = 0; i < 1_000; i++) {
    meter.login();
    meter.message(100);
  }
  expect(['connect', 'work', 'upload', 'send'].map((purpose) => meter.exhausted(purpose as 'send'))).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
