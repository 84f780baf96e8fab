// What is written of many copies at once is what would have been written of each.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CopyFlags } from '../../../src/store/copies.js';
import { type Database, openDatabase } from '../../../src/store/database.js';
import { createStore, type Store } from '../../../src/store/store.js';

let database: Database;
let store: Store;

beforeEach(() => {
  database = openDatabase(':memory:');
  store = createStore(database);
});
afterEach(() => database.close());

const flags = (system: number, keywords: string): CopyFlags => ({
  upstreamFlags: system >> 1,
  upstreamKeywords: keywords.slice(1),
  flags: system,
  keywords,
  ownFlags: system & 1,
  ownKeywords: keywords.toLowerCase(),
});

it('each copy gets its own flags, the same ones or others, and no other copy is changed', () => {
  const accountId = store.accounts.upsert({ name: 'QQ', address: 'a@qq.test', provider: 'qq' }).id;
  const sourceId = store.sources.insert({
    accountId,
    path: ['INBOX'],
    role: undefined,
    selectable: true,
    present: true,
  }).id;
  const ids = [1, 2, 3, 4].map((uid) => {
    const messageId = store.messages.insert({
      accountId,
      emailId: undefined,
      threadId: undefined,
      internalDate: 0,
      sizeBytes: 1,
    });
    return store.copies.insertListed(sourceId, messageId, uid, { system: 0, keywords: [] });
  });
  const [first = 0, second = 0, third = 0, untouched = 0] = ids;
  const wanted = [
    { id: first, ...flags(3, "it's $A") },
    { id: second, ...flags(8, '') },
    { id: third, ...flags(3, "it's $A") },
  ];
  store.copies.setAllFlags(wanted);
  for (const { id, ...fields } of wanted) expect(store.copies.get(id)).toMatchObject(fields);
  expect(store.copies.get(untouched)).toMatchObject(flags(0, ''));
});
