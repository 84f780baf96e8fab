import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DatabaseVersionError, openDatabase } from '../../../src/store/database.js';
import { createStore } from '../../../src/store/store.js';

const MIGRATIONS = new URL('../../../src/store/migrations/', import.meta.url);
let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'database-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));
const file = () => join(directory, 'deep', 'gateway.db');
const version = (database: ReturnType<typeof openDatabase>) => database.sqlite.pragma('user_version', { simple: true });

test('a new file is made at the newest schema, and opened again as it is', () => {
  const first = openDatabase(file());
  const known = version(first);
  expect(known).toBeGreaterThan(0);
  createStore(first).accounts.upsert({ name: 'A', address: 'a@example.org', provider: 'generic' });
  first.close();
  const second = openDatabase(file());
  expect(version(second)).toBe(known);
  expect(
    createStore(second)
      .accounts.list()
      .map(({ name }) => name),
  ).toEqual(['A']);
  second.close();
});

test('each step of the schema has a number of its own, and none is left out', () => {
  const numbers = readdirSync(MIGRATIONS).map((name) => Number(/^(\d{3})-[a-z0-9-]+\.sql$/.exec(name)?.[1]));
  expect(numbers).toEqual(numbers.map((_, i) => i + 1));
});

test('a file of a newer gateway is refused with a clear message, and left alone', () => {
  const first = openDatabase(file());
  const known = Number(version(first));
  first.sqlite.pragma(`user_version = ${known + 1}`);
  first.close();
  expect(() => openDatabase(file())).toThrow(DatabaseVersionError);
  expect(() => openDatabase(file())).toThrow(/newer gateway.*upgrade/);
});

test('a transaction is all or nothing, nested ones with their outer one', () => {
  const database = openDatabase(':memory:');
  const { accounts } = createStore(database);
  const make = (name: string) => accounts.upsert({ name, address: `${name}@example.org`, provider: 'generic' });
  expect(() =>
    database.durable(() => {
      make('A');
      database.batch(() => make('B'));
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(accounts.list()).toEqual([]);
  database.close();
});

test('an id is never given twice: rows elsewhere may still name the one that is gone', () => {
  const database = openDatabase(':memory:');
  const { accounts, sources, messages, copies, mailboxes } = createStore(database);
  const { id: accountId } = accounts.upsert({ name: 'A', address: 'a@example.org', provider: 'generic' });
  const makeSource = () =>
    sources.insert({ accountId, path: ['Box'], role: undefined, selectable: true, present: true }).id;
  const kept = sources.insert({ accountId, path: ['Kept'], role: undefined, selectable: true, present: true }).id;
  const makeMessage = () =>
    messages.insert({ accountId, emailId: undefined, threadId: undefined, internalDate: 0, sizeBytes: 1 });
  const message = makeMessage();
  const makeCopy = () => copies.insertListed(kept, message, 7, { system: 0, keywords: [] });
  const makeMailbox = () =>
    mailboxes.insert({ path: 'A/Box', kind: 'account', role: undefined, accountId, selectable: true }).id;
  const cases: readonly [() => number, (id: number) => void][] = [
    [makeSource, sources.remove],
    [makeCopy, copies.remove],
    [makeMessage, messages.removeIfOrphan],
    [makeMailbox, mailboxes.remove],
  ];
  for (const [make, remove] of cases) {
    const first = make();
    remove(first);
    expect(make()).toBeGreaterThan(first);
  }
  database.close();
});

test('uidValidity is never the same twice, within one second too', () => {
  const database = openDatabase(':memory:');
  const { mailboxes } = createStore(database);
  const make = (path: string) =>
    mailboxes.insert({ path, kind: 'unified', role: undefined, accountId: undefined, selectable: true });
  const first = make('one');
  const second = make('two');
  mailboxes.renumber(first.id);
  const third = mailboxes.get(first.id)?.uidValidity ?? 0;
  expect(second.uidValidity).toBeGreaterThan(first.uidValidity);
  expect(third).toBeGreaterThan(second.uidValidity);
  database.close();
});

test('a disk that is full is told as such, and the database goes on when there is room again', () => {
  const database = openDatabase(file());
  const { accounts } = createStore(database);
  database.sqlite.pragma('max_page_count = 1');
  const fill = () => {
    for (let i = 0; i < 2_000; i++) accounts.upsert({ name: `A${i}`, address: 'a'.repeat(500), provider: 'generic' });
  };
  expect(() => database.durable(fill)).toThrow(/the disk of the gateway is full/);
  database.sqlite.pragma('max_page_count = 100000');
  database.durable(fill);
  expect(accounts.list()).toHaveLength(2_000);
  database.close();
});

test('a file of the first version is brought up to date, and keeps its mailboxes', () => {
  const old = new Sqlite(join(directory, 'old.db'));
  const [first] = readdirSync(MIGRATIONS).sort();
  old.exec(readFileSync(new URL(first ?? '', MIGRATIONS), 'utf8'));
  old.pragma('user_version = 1');
  old.exec("INSERT INTO mailboxes (path, kind, role, uidValidity) VALUES ('Sent', 'unified', 'sent', 7)");
  old.exec('INSERT INTO entries (mailboxId, uid, copyId, modseq) VALUES (1, 4, 9, 2)');
  old.exec("INSERT INTO accounts (name, address, provider) VALUES ('QQ', 'me@qq.example', 'qq')");
  old.exec('INSERT INTO messages (accountId, internalDate, sizeBytes) VALUES (1, 2, 3)');
  old.close();
  const database = openDatabase(join(directory, 'old.db'));
  const { mailboxes } = createStore(database);
  expect(mailboxes.byPath('Sent')).toMatchObject({ role: 'sent', uidValidity: 7, specialUse: undefined });
  expect(database.sqlite.prepare('SELECT * FROM entries').all()).toMatchObject([{ uid: 4, copyId: 9, saveDate: null }]);
  expect(database.sqlite.prepare('SELECT * FROM messages').all()).toMatchObject([{ id: 1, contentId: null }]);
  database.close();
});

test('flags kept here, once rows of meta, are given back as before; those of nobody are dropped', () => {
  const old = new Sqlite(join(directory, 'old.db'));
  const steps = readdirSync(MIGRATIONS).sort().slice(0, 9);
  for (const step of steps) old.exec(readFileSync(new URL(step, MIGRATIONS), 'utf8'));
  old.pragma('user_version = 9');
  old.exec("INSERT INTO accounts (name, address, provider) VALUES ('QQ', 'me@qq.example', 'qq')");
  const meta = old.prepare('INSERT INTO meta (key, value) VALUES (?, ?)');
  const one = { ownFlags: 17, flags: 1, ownKeywords: ['later', 'work'], keywords: ['Later'] };
  const other = { ownFlags: 2, flags: 0, ownKeywords: [], keywords: [] };
  meta.run('kept 1 Zm9v/+=', JSON.stringify({ ...one, at: 20 }));
  meta.run('kept 1 a space in it', JSON.stringify({ ...other, at: 30 }));
  meta.run('kept 1 oldest', JSON.stringify({ ...other, at: 10 }));
  meta.run('kept 1 cut', '{"ownFlags":');
  meta.run('kept 2 nobody', JSON.stringify({ ...other, at: 10 }));
  meta.run('uidValidity', '77');
  old.close();
  const database = openDatabase(join(directory, 'old.db'));
  const { keptFlags } = createStore(database);
  expect(database.sqlite.prepare('SELECT key FROM meta').pluck().all()).toEqual(['uidValidity']);
  keptFlags.trim(2);
  expect([keptFlags.take(1, 'Zm9v/+='), keptFlags.take(1, 'a space in it')]).toEqual([one, other]);
  expect(keptFlags.isEmpty()).toBe(true);
  expect(database.sqlite.pragma('foreign_key_check')).toEqual([]);
  database.close();
});

test.each<[what: string, change: () => void]>([
  ['the directory is deleted', () => rmSync(join(directory, 'deep'), { recursive: true })],
  ['the directory is moved', () => renameSync(join(directory, 'deep'), join(directory, 'elsewhere'))],
  [
    'the directory is deleted and made anew',
    () => {
      rmSync(join(directory, 'deep'), { recursive: true });
      mkdirSync(join(directory, 'deep'));
      writeFileSync(file(), '');
    },
  ],
  ['the file is deleted', () => rmSync(file())],
  ['what is not checkpointed yet is deleted', () => rmSync(`${file()}-wal`)],
])('%s: no change is told OK, and it is told once what happened', (_, change) => {
  vi.useFakeTimers();
  try {
    const gone: Error[] = [];
    const database = openDatabase(file(), { onGone: (error) => gone.push(error) });
    const { accounts } = createStore(database);
    const add = () => database.durable(() => accounts.upsert({ name: 'A', address: 'a@x.org', provider: 'generic' }));
    add();
    vi.advanceTimersByTime(5_000);
    expect(gone).toEqual([]);
    change();
    expect(add).toThrow(/data directory of the gateway is gone/);
    expect(gone.length).toBe(1);
    expect(gone[0]?.message).toMatch(/was deleted, moved or replaced.*start again/);
    expect(add).toThrow(/is gone/);
    vi.advanceTimersByTime(5_000);
    expect(gone.length).toBe(1);
    database.close();
  } finally {
    vi.useRealTimers();
  }
});

test('it is noticed without anybody writing', () => {
  vi.useFakeTimers();
  try {
    const gone: Error[] = [];
    const database = openDatabase(file(), { onGone: (error) => gone.push(error) });
    rmSync(join(directory, 'deep'), { recursive: true });
    vi.advanceTimersByTime(1_000);
    expect(gone.length).toBe(1);
    database.close();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
