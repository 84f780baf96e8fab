// Other uids, in any order, with crashes in between: every copy ends under its message's uid, none is lost on the way.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBell } from '../../../../src/core/changes.js';
import { createStrays } from '../../../../src/core/journal/strays.js';
import { KeyTable, matched } from '../../../../src/core/sync/fingerprints.js';
import { createIngest } from '../../../../src/core/sync/ingest.js';
import type { LaneSession, Selection } from '../../../../src/core/sync/lane.js';
import { rematch } from '../../../../src/core/sync/rematch.js';
import { renumber } from '../../../../src/core/sync/renumber.js';
import { createUnitOfWork } from '../../../../src/core/unit-of-work.js';
import { silentLogger } from '../../../../src/lib/logger.js';
import { createMutex } from '../../../../src/lib/mutex.js';
import { createTurns, type Turns } from '../../../../src/lib/turns.js';
import { openDatabase } from '../../../../src/store/database.js';
import { createStore } from '../../../../src/store/store.js';
import type { ProviderTraits, UpstreamSession } from '../../../../src/upstream/connector.js';

const FLAGS = { system: 0, keywords: [] };

function filled(count: number) {
  const database = openDatabase(':memory:');
  const store = createStore(database);
  const unit = createUnitOfWork(store, createBell());
  const account = store.accounts.upsert({ name: 'A', address: 'a@example.org', provider: 'generic' });
  const row = { accountId: account.id, path: ['INBOX'], role: 'inbox', selectable: true, present: true } as const;
  const source = store.sources.insert(row);
  store.sources.setState(source.id, { uidValidity: 1, uidNext: count + 1, highestModseq: undefined });
  const ids: number[] = [];
  unit.batch(() => {
    for (let uid = 1; uid <= count; uid++) {
      const message = {
        accountId: account.id,
        emailId: undefined,
        threadId: undefined,
        internalDate: uid,
        sizeBytes: 1,
      };
      ids.push(store.copies.insertListed(source.id, store.messages.insert(message), uid, FLAGS));
    }
  });
  return {
    store,
    unit,
    strays: createStrays({ store, unit, accounts: new Map() }),
    ids,
    source: () => store.sources.get(source.id) ?? (row.path.join() as never),
    [Symbol.dispose]: () => database.close(),
  };
}

/** Stops the work at the n-th pause, as a crash would: what has been committed stays. */
const dyingTurns = (n: number): Turns => {
  let left = n;
  return {
    pause: async () => {
      if (left-- <= 0) throw new Error('killed');
    },
  };
};

/** Lehmer's generator: numbers in no order. */
function shuffledRanks(seed: number, count: number): number[] {
  let last = seed;
  return Array.from({ length: count }, () => {
    last = (last * 48_271) % 2_147_483_647;
    return last;
  });
}

test('any permutation, some gone, cut short twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 2 ** 31 - 2 }),
      fc.nat(2),
      fc.nat(2),
      async (seed, firstCut, secondCut) => {
        using rig = filled(1_250);
        const ranks = shuffledRanks(seed, 1_250);
        const order = rig.ids.map((id, i) => [id, ranks[i] ?? 0] as const).sort((a, b) => a[1] - b[1]);
        // One in seven is not there any more; and each attempt finds yet another numbering.
        const pairsOf = (shift: number) =>
          new Map(order.filter(([id]) => id % 7 !== 0).map(([id], i) => [id, i + 1 + shift]));
        const attempt = async (turns: Turns, pairs: Map<number, number>) => {
          const state = { uidValidity: 2, uidNext: 2_000 };
          const source = rig.source();
          const bound = new Map(rig.store.copies.bound(source.id).map(({ id, upstreamUid }) => [id, upstreamUid]));
          await renumber(rig, { source, state, bound, pairs, turns });
        };
        await expect(attempt(dyingTurns(firstCut), pairsOf(9))).rejects.toThrow('killed');
        await expect(attempt(dyingTurns(secondCut), pairsOf(4))).rejects.toThrow('killed');
        expect(rig.source().uidValidity).toBe(1);
        await attempt(createTurns(), pairsOf(0));
        expect(rig.source().uidValidity).toBe(2);
        const bound = rig.store.copies.bound(rig.source().id);
        expect(new Map(bound.map(({ id, upstreamUid }) => [id, upstreamUid]))).toEqual(
          new Map([...pairsOf(0)].sort((a, b) => a[1] - b[1])),
        );
      },
    ),
    { numRuns: 6 },
  );
});

test('what has been bound under the new numbering meanwhile stays, and its twin leaves', async () => {
  using rig = filled(3);
  const [first = 0, second = 0, third = 0] = rig.ids;
  const source = rig.source();
  const bound = new Map(rig.store.copies.bound(source.id).map(({ id, upstreamUid }) => [id, upstreamUid]));
  rig.store.copies.setUpstreamUid(second, 40);
  const pairs = new Map([
    [first, 40],
    [second, 41],
    [third, 1],
  ]);
  await renumber(rig, { source, state: { uidValidity: 2, uidNext: 42 }, bound, pairs, turns: createTurns() });
  expect(rig.store.copies.bound(source.id).map(({ id, upstreamUid }) => [id, upstreamUid])).toEqual([
    [third, 1],
    [second, 40],
  ]);
});

const known = (internalDate: number, sizeBytes: number, headers?: string, emailId?: string) => ({
  emailId,
  internalDate,
  sizeBytes,
  headers,
});
const table = (...rows: [number, ReturnType<typeof known>][]) => {
  const keys = new KeyTable();
  for (const [value, row] of rows) keys.add(value, row);
  return keys;
};
const header = (token: string) => `Message-ID: <${token}@example.org>\r\n\r\n`;

test.each([
  ['an id of the provider comes first', known(1, 2, header('a'), 'x'), known(9, 9, header('b'), 'x'), true],
  ['another id, all else equal', known(1, 2, header('a'), 'x'), known(1, 2, header('a'), 'y'), true],
  ['a provider that rewrote the message', known(1, 2, header('a')), known(1, 3, header('a')), true],
  ['a provider that gave another date', known(1, 2, header('a')), known(5, 2, header('a')), true],
  ['the same Message-ID, neither date nor size', known(1, 2, header('a')), known(5, 3, header('a')), false],
  ['only listed here', known(1, 2), known(1, 2, header('a')), true],
  ['only listed, another size', known(1, 2), known(1, 3, header('a')), false],
  ['date and size do not outweigh headers', known(1, 2, header('a')), known(1, 2, header('b')), false],
  ['no Message-ID, all else equal', known(1, 2, 'Subject: a\r\n\r\n'), known(1, 2, 'Subject: a\r\n\r\n'), true],
  ['no Message-ID, another header', known(1, 2, 'Subject: a\r\n\r\n'), known(1, 2, 'Subject: b\r\n\r\n'), false],
])('matched: %s', async (_, here, there, isPair) => {
  const pairs = await matched(table([7, here]), table([70, there]), createTurns());
  expect([...pairs]).toEqual(isPair ? [[7, 70]] : []);
});

test('the same mail delivered twice is paired in order; only listed twice, not at all', async () => {
  const twice = known(1, 2, header('a'));
  const rows = table([70, twice], [71, twice]);
  expect([...(await matched(table([7, twice], [8, twice]), rows, createTurns()))]).toEqual([
    [7, 70],
    [8, 71],
  ]);
  expect([...(await matched(table([7, known(1, 2)], [8, known(1, 2)]), rows, createTurns()))]).toEqual([]);
});

test('keys in order of another number', () => {
  const keys = table([3, known(1, 1)], [1, known(2, 2)], [2, known(3, 3, header('a'))]);
  const before = keys.key(2, 1);
  keys.sortBy((value) => value);
  expect([0, 1, 2].map((row) => [keys.value(row), keys.hasHeaders(row)])).toEqual([
    [1, false],
    [2, true],
    [3, false],
  ]);
  expect(keys.key(1, 1)).toEqual(before);
});

test('what is bound while the mailbox is listed anew stays under its new uid', async () => {
  using rig = filled(3);
  const { store, unit, strays } = rig;
  const source = rig.source();
  const message = { accountId: 1, emailId: undefined, threadId: undefined, internalDate: 9, sizeBytes: 9 };
  const session = {
    uids: async () => Uint32Array.of(11, 12, 13),
    fetchHeaders: async (_: unknown, onRows: (rows: unknown[]) => void) => {
      onRows([1, 2, 3].map((date) => ({ ...known(date, 1, header(`m${date}`)), uid: 10 + date, flags: FLAGS })));
      // By another connection, before this answer is here as a whole.
      store.copies.insertListed(source.id, store.messages.insert(message), 14, FLAGS);
    },
    fetchFlags: async () => undefined,
  } as unknown as UpstreamSession;
  const state = { uidValidity: 2, uidNext: 14, exists: 3, highestModseq: undefined } as unknown as Selection;
  const lane: LaneSession = { session, select: async () => state, selectKnown: async () => state };
  const ingest = createIngest(store, unit, strays);
  const traits = {} as ProviderTraits;
  const context = { store, unit, ingest, strays, traits, logger: silentLogger, rematching: createMutex() };
  await rematch(context, lane, source, state);
  expect(store.copies.bound(source.id).map(({ upstreamUid }) => upstreamUid)).toEqual([11, 12, 13, 14]);
});
