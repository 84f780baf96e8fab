// A connection answers from what it has been told in its own session. What another connection has bound since is not missing.
import { expect, test } from 'vitest';
import { createBell } from '../../../../src/core/changes.js';
import { createStrays } from '../../../../src/core/journal/strays.js';
import { createIngest } from '../../../../src/core/sync/ingest.js';
import type { LaneSession, Selection } from '../../../../src/core/sync/lane.js';
import { syncSource } from '../../../../src/core/sync/source-sync.js';
import { createUnitOfWork } from '../../../../src/core/unit-of-work.js';
import { silentLogger } from '../../../../src/lib/logger.js';
import { createMutex } from '../../../../src/lib/mutex.js';
import { openDatabase } from '../../../../src/store/database.js';
import { createStore } from '../../../../src/store/store.js';
import type { ProviderTraits, UpstreamSession } from '../../../../src/upstream/connector.js';

const NO_FLAGS = { system: 0, keywords: [] };

test.each([
  ['bound since the SELECT: it stays', 3, [1, 2, 3]],
  ['gone since: it leaves', 4, [1, 2]],
])('%s', async (_, uidNext, left) => {
  using database = Object.assign(openDatabase(':memory:'), { [Symbol.dispose]: () => database.close() });
  const store = createStore(database);
  const unit = createUnitOfWork(store, createBell());
  const { id: accountId } = store.accounts.upsert({ name: 'A', address: 'a@example.org', provider: 'generic' });
  const { id } = store.sources.insert({ accountId, path: ['Box'], role: undefined, selectable: true, present: true });
  store.sources.setState(id, { uidValidity: 1, uidNext: 3, highestModseq: undefined });
  for (const uid of [1, 2, 3]) {
    const message = { accountId, emailId: undefined, threadId: undefined, internalDate: uid, sizeBytes: 1 };
    store.copies.insertListed(id, store.messages.insert(message), uid, NO_FLAGS);
  }
  const selection = {
    uidValidity: 1,
    uidNext,
    exists: 2,
    highestModseq: undefined,
    permanentSystemFlags: 0,
    keepsNewKeywords: false,
    keepsKeywords: [],
    isRenumbered: false,
    isFresh: true,
  } satisfies Selection;
  const session = {
    capabilities: { condstore: false },
    uids: async () => Uint32Array.of(1, 2),
    fetchHeaders: async () => undefined,
  } as unknown as UpstreamSession;
  const lane: LaneSession = { session, select: async () => selection, selectKnown: async () => selection };
  const strays = createStrays({ store, unit, accounts: new Map() });
  const ingest = createIngest(store, unit, strays);
  const traits = {} as ProviderTraits;
  const context = { store, unit, ingest, strays, traits, logger: silentLogger, rematching: createMutex() };
  await syncSource(context, lane, id, { flags: false });
  expect(store.copies.bound(id).map(({ upstreamUid }) => upstreamUid)).toEqual(left);
});
