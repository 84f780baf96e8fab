import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DiskError, type DiskTrouble, UpstreamError } from '../../../src/mail/errors.js';
import { openDatabase } from '../../../src/store/database.js';
import { diskTroubleOf } from '../../../src/store/health.js';
import { createStore } from '../../../src/store/store.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const fileError = (code: string, cause?: unknown) =>
  Object.assign(new Error(code, { cause }), { code, syscall: 'write' });

/** A database whose disk says what it is told to. */
function onDisk() {
  const disk: { says: string | undefined } = { says: undefined };
  const database = openDatabase(':memory:', {
    probe: () => {
      if (disk.says) throw fileError(disk.says);
    },
  });
  const changes: (DiskTrouble | undefined)[] = [];
  database.health.onChange((trouble) => changes.push(trouble));
  return { disk, database, changes, store: createStore(database) };
}

test.each<[string, DiskTrouble | undefined]>([
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['EROFS', 'readOnly'],
  ['EACCES', 'readOnly'],
  ['EIO', 'io'],
  ['ENOENT', undefined],
  ['ECONNRESET', undefined],
])('%s of a file, also behind other errors, says: %s', (code, trouble) => {
  expect(diskTroubleOf(fileError(code))).toBe(trouble);
  expect(diskTroubleOf(new UpstreamError('transient', 'no', {}, { cause: fileError(code) }))).toBe(trouble);
});

test('a port that needs more rights is no trouble of the disk', () => {
  expect(diskTroubleOf(Object.assign(new Error('listen EACCES'), { code: 'EACCES', port: 143 }))).toBeUndefined();
});

test.each([
  ['ENOSPC', 'full'],
  ['EROFS', 'readOnly'],
  ['EIO', 'io'],
])('%s: noted, probed every few seconds, over by itself', async (code, trouble) => {
  const { disk, database, changes } = onDisk();
  disk.says = code;
  expect(database.health.judge(fileError(code))).toBeInstanceOf(DiskError);
  let isWell = false;
  void database.health.well(new AbortController().signal).then(() => {
    isWell = true;
  });
  await vi.advanceTimersByTimeAsync(30_000);
  expect([database.health.trouble(), isWell]).toEqual([trouble, false]);
  expect(() => database.health.mustBeWell()).toThrow(DiskError);
  disk.says = undefined;
  await vi.advanceTimersByTimeAsync(5_000);
  expect([database.health.trouble(), isWell]).toEqual([undefined, true]);
  expect(changes).toEqual([trouble, undefined]);
  database.close();
});

test('a full disk that turns out to be read-only is told as that', async () => {
  const { disk, database, changes } = onDisk();
  database.health.judge(fileError('ENOSPC'));
  disk.says = 'EROFS';
  await vi.advanceTimersByTimeAsync(5_000);
  expect(changes).toEqual(['full', 'readOnly']);
  database.close();
});

test('waiting for better times ends with the signal', async () => {
  const { disk, database } = onDisk();
  disk.says = 'EIO';
  database.health.judge(fileError('EIO'));
  const stop = new AbortController();
  const waited = database.health.well(stop.signal);
  stop.abort();
  await waited;
  database.close();
});

test('a statement on its own tells of the disk as a transaction does', () => {
  const { database, store } = onDisk();
  database.sqlite.pragma('query_only = ON');
  expect(() => store.accounts.upsert({ name: 'A', address: 'a@example.org', provider: 'generic' })).toThrow(DiskError);
  expect(database.health.trouble()).toBe('readOnly');
  database.close();
});

test('a problem that cannot be written is told all the same, and written when it can be', async () => {
  const { disk, database, store, changes } = onDisk();
  store.problems.report(undefined, 'old', {
    code: 'stillOwed',
    account: 'an old one',
    address: 'old@example.org',
    changes: 1,
    messages: 0,
  });
  disk.says = 'EROFS';
  database.sqlite.pragma('query_only = ON');
  expect(
    store.problems.report(undefined, 'new', {
      code: 'stillOwed',
      account: 'a new one',
      address: 'old@example.org',
      changes: 1,
      messages: 0,
    }),
  ).toBe(true);
  expect(
    store.problems.report(undefined, 'new', {
      code: 'stillOwed',
      account: 'a new one again',
      address: 'old@example.org',
      changes: 1,
      messages: 0,
    }),
  ).toBe(false);
  store.problems.report(undefined, 'passing', {
    code: 'stillOwed',
    account: 'a passing one',
    address: 'old@example.org',
    changes: 1,
    messages: 0,
  });
  store.problems.resolve(undefined, 'passing');
  store.problems.resolve(undefined, 'old');
  const subjects = () => store.problems.open().map(({ subject }) => subject);
  expect(subjects()).toEqual(['new']);
  expect(store.problems.since(undefined, 'new')).toBe(Date.now());
  expect(store.problems.since(undefined, 'old')).toBeUndefined();
  database.sqlite.pragma('query_only = OFF');
  disk.says = undefined;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(changes).toEqual(['readOnly', undefined]);
  const rows = database.sqlite.prepare('SELECT subject, resolvedAt IS NULL AS open FROM problems ORDER BY subject');
  expect(rows.all()).toEqual([
    { subject: 'new', open: 1 },
    { subject: 'old', open: 0 },
    { subject: 'passing', open: 0 },
  ]);
  expect(subjects()).toEqual(['new']);
  database.close();
});

test('a damaged index takes nothing more, for good', async () => {
  const { database, store } = onDisk();
  database.health.damaged();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(() => database.durable(() => store.problems.open())).toThrow('the index of the gateway is damaged');
  database.close();
});
