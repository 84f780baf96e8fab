import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../../src/store/database.js';
import { checkBeside, checkWhole, faultOf, headerFault, lookForDamage } from '../../../src/store/integrity.js';
import { createStore } from '../../../src/store/store.js';

let directory = '';
let file = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'integrity-'));
  file = join(directory, 'gateway.db');
  fill(file, 400);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function fill(path: string, messageCount: number): void {
  const database = openDatabase(path);
  const { accounts, sources, messages, copies, journal } = createStore(database);
  database.batch(() => {
    const { id: accountId } = accounts.upsert({ name: 'A', address: 'a@example.org', provider: 'generic' });
    const source = sources.insert({ accountId, path: ['Box'], role: undefined, selectable: true, present: true });
    for (let i = 1; i <= messageCount; i++) {
      const id = messages.insert({ accountId, emailId: undefined, threadId: undefined, internalDate: i, sizeBytes: 1 });
      copies.insertListed(source.id, id, i, { system: 0, keywords: [] });
      journal.add({ accountId, kind: 'flags', sourceId: source.id, payload: { i }, targets: [{ copyId: i }] });
    }
  });
  database.close();
}
const PAGE = 8192;
function pagesOf(table: string): number[] {
  const sqlite = new Sqlite(file, { readonly: true });
  const pages = sqlite
    .prepare("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY pageno")
    .pluck();
  const found = pages.all(table) as number[];
  sqlite.close();
  return found;
}
function overwrite(page: number, byte: number): void {
  const bytes = readFileSync(file);
  bytes.fill(byte, (page - 1) * PAGE, page * PAGE);
  writeFileSync(file, bytes);
}
/** As a start sees it. */
function look(smallBytes?: number): string | undefined {
  try {
    const fault = headerFault(file);
    if (fault !== undefined) return fault;
    const database = openDatabase(file);
    try {
      return lookForDamage(database.sqlite, file, smallBytes);
    } finally {
      database.close();
    }
  } catch (error) {
    return faultOf(error);
  }
}

const damage: readonly [string, () => void][] = [
  ['no database at all', () => writeFileSync(file, 'x'.repeat(100_000))],
  ['a first page of zeros', () => overwrite(1, 0)],
  ['half a file', () => truncateSync(file, Math.floor(readFileSync(file).length / PAGE / 2) * PAGE)],
  ['a file that ends in the middle of a page', () => truncateSync(file, readFileSync(file).length - 100)],
  ['a page of the journal overwritten', () => overwrite(pagesOf('journal')[1] ?? 0, 0xee)],
  ['a page of an index of the journal zeroed', () => overwrite(pagesOf('journalByAccount')[0] ?? 0, 0)],
];

test.each(damage)('%s is seen', async (_, harm) => {
  expect(look()).toBeUndefined();
  harm();
  expect(look()).toEqual(expect.any(String));
});

// A database too large to be looked at whole: what cannot be fetched again is, and of the rest a sample.
test.each([
  ...damage,
  ['the messages gone', () => pagesOf('messages').forEach((page) => void overwrite(page, 0xee))],
] as const)('%s is seen in a large one too', (_, harm) => {
  expect(look(0)).toBeUndefined();
  harm();
  expect(look(0)).toEqual(expect.any(String));
});

test('the look at all of it, beside the work too, sees one page of one index', async () => {
  const never = new AbortController().signal;
  expect(checkWhole(file)).toBeUndefined();
  expect(await checkBeside(file, never)).toBeUndefined();
  overwrite(pagesOf('copiesByUid')[0] ?? 0, 0xee);
  expect(checkWhole(file)).toEqual(expect.any(String));
  expect(await checkBeside(file, never)).toEqual(expect.any(String));
});

test('a check that is given up ends', async () => {
  const stop = new AbortController();
  const check = checkBeside(file, stop.signal);
  stop.abort();
  await expect(check).rejects.toThrow('given up');
});
