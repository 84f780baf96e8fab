// A false alarm costs every client all it has cached: what a gateway that was killed, a power cut or an upgrade leaves is no damage.
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
} from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { silentLogger } from '../../../src/lib/logger.js';
import { logFault } from '../../../src/store/log-evidence.js';
import { openStore } from '../../../src/store/open.js';
import { temporaryDirectories } from '../../support/temporary-directory.js';

const MIGRATIONS = join(import.meta.dirname, '../../../src/store/migrations');
const PAGE = 8192;
const newDirectory = temporaryDirectories();
const indexIn = (directory: string) => join(directory, 'gateway.db');

function note(sqlite: Sqlite.Database, name: string, bytes: number): void {
  sqlite.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(name, 'x'.repeat(bytes));
}
/** What is said when it is started, and what it has of the noted. */
function started(directory: string): { said: string[]; noted: string[] } {
  const store = openStore(directory, { logger: silentLogger });
  try {
    const noted = store.database.sqlite
      .prepare("SELECT key FROM meta WHERE key LIKE 'note%' ORDER BY key")
      .pluck()
      .all();
    return { said: store.problems.open().map(({ text }) => text), noted: noted as string[] };
  } finally {
    store.database.close();
  }
}

test('an older version was killed with a long log: migrations, which bring it into the file and write anew, hide nothing', () => {
  const [before, after] = [newDirectory(), newDirectory()];
  const sqlite = new Sqlite(indexIn(before));
  sqlite.pragma(`page_size = ${PAGE}`);
  sqlite.pragma('journal_mode = WAL');
  const old = readdirSync(MIGRATIONS).sort().slice(0, 6);
  for (const name of old) sqlite.exec(readFileSync(join(MIGRATIONS, name), 'utf8'));
  sqlite.pragma(`user_version = ${old.length}`);
  sqlite.pragma('wal_autocheckpoint = 0');
  // More than the 1,000 pages after which SQLite brings a log into the file by itself.
  note(sqlite, 'note', 1_100 * PAGE);
  cpSync(before, after, { recursive: true });
  sqlite.close();
  expect(started(after)).toEqual({ said: [], noted: ['note'] });
});

/** A copy of the files of a gateway that has noted things, as `harm` has left them. */
function killed(harm: (file: string, running: string) => void): string {
  const [before, after] = [newDirectory(), newDirectory()];
  const store = openStore(before, { logger: silentLogger });
  store.database.durable(() => note(store.database.sqlite, 'note 1', 40_000));
  copyFileSync(`${indexIn(before)}-wal`, `${indexIn(after)}-wal`);
  store.database.batch(() => note(store.database.sqlite, 'note 2', 40_000));
  for (const suffix of ['', '-shm']) copyFileSync(indexIn(before) + suffix, indexIn(after) + suffix);
  harm(indexIn(after), indexIn(before));
  store.database.close();
  return after;
}
/** The gateway was killed: all it wrote is there. */
const all = (file: string, running: string): void => copyFileSync(`${running}-wal`, `${file}-wal`);

test('the machine has lost its power: what was not brought to the disk yet is no damage, though the index of the log was', () => {
  const booted = Date.now() / 1000 - uptime();
  const directory = killed((file) => utimesSync(`${file}-shm`, booted - 60, booted - 60));
  expect(started(directory)).toEqual({ said: [], noted: ['note 1'] });
});

test('the same while the machine has been running all the time is damage', () => {
  expect(started(killed(() => undefined)).said).toEqual([expect.stringContaining('pages of the write-ahead log')]);
});

test('killed, or out of room, while the log was brought into the file: half a page at its end is no damage', () => {
  const directory = killed((file, running) => {
    all(file, running);
    appendFileSync(file, Buffer.alloc(PAGE / 2));
  });
  expect(started(directory)).toEqual({ said: [], noted: ['note 1', 'note 2'] });
});

test('half a page missing that no log has is damage', () => {
  const directory = killed((file, running) => {
    all(file, running);
    const sqlite = new Sqlite(file);
    sqlite.pragma('wal_checkpoint(TRUNCATE)');
    sqlite.pragma('wal_autocheckpoint = 0');
    note(sqlite, 'note 3', 10);
    for (const suffix of ['', '-wal']) copyFileSync(file + suffix, `${file}.copy${suffix}`);
    sqlite.close();
    for (const suffix of ['', '-wal']) copyFileSync(`${file}.copy${suffix}`, file + suffix);
    truncateSync(file, statSync(file).size - PAGE / 2);
  });
  expect(started(directory).said).toEqual([expect.stringContaining('the index was damaged')]);
});

test('every byte of the log counts', () => {
  const directory = killed(all);
  const log = `${indexIn(directory)}-wal`;
  expect(logFault(indexIn(directory))).toBeUndefined();
  truncateSync(log, statSync(log).size - 1);
  expect(logFault(indexIn(directory))).toMatch(/^of (\d+) pages of the write-ahead log \d+ can be read$/);
  expect(logFault(indexIn(directory), Date.now() + 60_000)).toBeUndefined();
});
