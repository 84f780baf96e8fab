// When what a client is told is on disk: a uid that it knows must not go to another message, should the power fail.
import { afterEach, expect, test, vi } from 'vitest';
import { createBell } from '../../../src/core/changes.js';
import type { MailboxId } from '../../../src/core/mailbox-contract.js';
import { createUnitOfWork } from '../../../src/core/unit-of-work.js';
import { DiskError } from '../../../src/mail/errors.js';
import { openDatabase } from '../../../src/store/database.js';
import { createStore } from '../../../src/store/store.js';

const database = openDatabase(':memory:');
afterEach(() => vi.restoreAllMocks());

function mailbox() {
  const store = createStore(database);
  const path = `A/${Math.random()}`;
  const account = store.accounts.upsert({ name: path, address: 'a@example.org', provider: 'generic' });
  const fields = { kind: 'account', role: undefined, accountId: account.id, selectable: true } as const;
  const { id: mailboxId } = store.mailboxes.insert({ path, ...fields });
  const order: string[] = [];
  const bell = createBell();
  bell.onMailbox(mailboxId as MailboxId, () => order.push('bell'));
  const { durable } = database;
  vi.spyOn(database, 'durable').mockImplementation((work) => {
    order.push('on disk');
    return durable(work);
  });
  return { unit: createUnitOfWork(store, bell), mailboxId, order };
}

test('a batch that changes what a mailbox shows is on disk before anybody is told', () => {
  const { unit, mailboxId, order } = mailbox();
  unit.batch((work) => work.touchMailbox(mailboxId));
  expect(order).toEqual(['on disk', 'bell']);
});

test('one that nobody is told of is not', () => {
  const { unit, order } = mailbox();
  unit.batch(() => undefined);
  expect(order).toEqual([]);
});

test('the disk takes no more just then: what is committed is told all the same', () => {
  const { unit, mailboxId, order } = mailbox();
  vi.spyOn(database, 'durable').mockImplementation(() => {
    throw new DiskError('full');
  });
  expect(() => unit.batch((work) => work.touchMailbox(mailboxId))).toThrow(DiskError);
  expect(order).toEqual(['bell']);
});
