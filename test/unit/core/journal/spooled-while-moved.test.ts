// A move between accounts reads the original; while it does, another client moves the original away.
import { expect, test } from 'vitest';
import { createBell } from '../../../../src/core/changes.js';
import { carrySpool } from '../../../../src/core/journal/append.js';
import type { JournalContext } from '../../../../src/core/journal/context.js';
import { createStrays } from '../../../../src/core/journal/strays.js';
import { createIngest } from '../../../../src/core/sync/ingest.js';
import { createUnitOfWork } from '../../../../src/core/unit-of-work.js';
import { openDatabase } from '../../../../src/store/database.js';
import { createStore } from '../../../../src/store/store.js';

const BODY = { bodyRef: 'a'.repeat(64), sizeBytes: 10 };
const NONE = { system: 0, keywords: [] };

test('what is found to have left meanwhile, and is sent on for it, is stored once', async () => {
  const store = createStore(openDatabase(':memory:'));
  const unit = createUnitOfWork(store, createBell());
  const strays = createStrays({ store, unit, accounts: new Map() });
  const ingest = createIngest(store, unit, strays);
  const sourceOf = (name: string) => {
    const { id: accountId } = store.accounts.upsert({ name, address: `${name}@example.org`, provider: 'generic' });
    return store.sources.insert({ accountId, path: ['Box'], role: undefined, selectable: true, present: true });
  };
  const [from, to] = [sourceOf('a'), sourceOf('b')];
  const about = { emailId: undefined, threadId: undefined, internalDate: 1, sizeBytes: BODY.sizeBytes };
  const { origin, made } = unit.batch((work) => {
    const messageId = store.messages.insert({ ...about, accountId: from.accountId });
    const madeId = store.messages.insert({ ...about, accountId: to.accountId });
    const upstream = { upstreamFlags: 0, upstreamKeywords: '', flags: 0, keywords: '', ownFlags: 0, ownKeywords: '' };
    const ids = {
      origin: store.copies.insertListed(from.id, messageId, 1, NONE),
      made: store.copies.insertUnbound(to.id, madeId, upstream),
    };
    store.bodyIndex.add(BODY.bodyRef, BODY.sizeBytes);
    store.messages.setBody(messageId, BODY.bodyRef);
    const targets = [{ copyId: ids.origin, newCopyId: ids.made }];
    const payload = { toSourceId: to.id, remove: true };
    work.owe({ accountId: from.accountId, kind: 'spool', sourceId: from.id, payload, targets });
    return ids;
  });
  const bodies = {
    ensureDurable: async () => {
      await ingest.vanished([{ id: origin, upstreamUid: 1 }]);
      store.bodyIndex.pin(BODY.bodyRef);
      return BODY;
    },
    unpin: store.bodyIndex.unpin,
  };
  const [row] = store.journal.head(from.accountId, 1);
  if (!row) throw new Error('nothing is owed');
  await carrySpool({ store, unit, bodies } as unknown as JournalContext, row);
  expect(store.journal.ofCopy(made).map(({ kind }) => kind)).toEqual(['append']);
  // Each pin is that of one append.
  const pins = store.database.sqlite.prepare('SELECT pins FROM bodies').pluck().get();
  expect(pins).toBe(1);
});
