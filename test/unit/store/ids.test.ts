// Journal rows name copies, messages and sources by id, and outlive them: an id that is given out again would turn an
// EXPUNGE that is still owed against another message.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../src/store/database.js';
import { createStore, type Store } from '../../../src/store/store.js';

let database: Database;
let store: Store;

beforeEach(() => {
  database = openDatabase(':memory:');
  store = createStore(database);
});
afterEach(() => database.close());

const newAccount = () => store.accounts.upsert({ name: 'QQ', address: 'a@qq.test', provider: 'qq' }).id;
const newSource = (accountId: number, name = 'INBOX') =>
  store.sources.insert({ accountId, path: [name], role: undefined, selectable: true, present: true }).id;
const newMessage = (accountId: number) =>
  store.messages.insert({ accountId, emailId: undefined, threadId: undefined, internalDate: 0, sizeBytes: 1 });

it('never gives the id of a copy or a message out again', () => {
  const accountId = newAccount();
  const sourceId = newSource(accountId);
  const messageId = newMessage(accountId);
  const copyId = store.copies.insertListed(sourceId, messageId, 1, { system: 0, keywords: [] });
  store.copies.remove(copyId);
  store.messages.removeIfOrphan(messageId);
  const laterMessage = newMessage(accountId);
  expect(laterMessage).toBeGreaterThan(messageId);
  expect(store.copies.insertListed(sourceId, laterMessage, 2, { system: 0, keywords: [] })).toBeGreaterThan(copyId);
});

it('never gives the id of a source, a mailbox or an account out again', () => {
  const accountId = newAccount();
  const sourceId = newSource(accountId);
  store.sources.remove(sourceId);
  expect(newSource(accountId, 'Other')).toBeGreaterThan(sourceId);
  const fields = { kind: 'account', role: undefined, accountId, selectable: true } as const;
  const mailbox = store.mailboxes.insert({ path: 'QQ/a', ...fields });
  store.mailboxes.remove(mailbox.id);
  expect(store.mailboxes.insert({ path: 'QQ/a', ...fields }).id).toBeGreaterThan(mailbox.id);
  store.accounts.remove(accountId);
  expect(newAccount()).toBeGreaterThan(accountId);
});
