import { chmodSync, closeSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { DiskError, MailboxError } from '../mail/errors.js';
import { createHealth, diskTroubleOf, type Health, probeDirectory } from './health.js';
import { DataGoneError, rememberPlaces } from './in-place.js';
import { type Reserve, reserveBeside } from './reserve.js';
import { watchStatements } from './watched.js';

export type SqliteDatabase = Sqlite.Database;

/** The one SQLite file (DESIGN §4). All its functions are synchronous, so no transaction can contain an await. */
export interface Database {
  readonly sqlite: SqliteDatabase;
  /** One transaction that is on disk when this returns: for what a client is told OK about. */
  durable<T>(work: () => T): T;
  /** One transaction that survives a crash of the process (not of the machine): for what can be fetched again. */
  batch<T>(work: () => T): T;
  /** What every statement and transaction here says of the disk. */
  readonly health: Health;
  close(): void;
}

/** The database is of a newer version of the gateway than this one. */
export class DatabaseVersionError extends Error {
  constructor(file: string, found: number, known: number) {
    super(`${file} was written by a newer gateway (schema ${found}, this one knows ${known}); upgrade the gateway`);
    this.name = 'DatabaseVersionError';
  }
}

export interface DatabaseOptions {
  /**
   * Told once when the file or its directory is no longer where it was (looked at once a second, and after every durable
   * transaction). From then on every transaction is refused; the process should end.
   */
  readonly onGone?: (error: DataGoneError) => void;
  /** What the disk says when a little is written to it; default: it is tried. A row is written too, in any case. */
  readonly probe?: () => void;
  /** Room is kept on the disk for a start when it is full (reserve.ts). */
  readonly keepsReserve?: boolean;
}

/**
 * Opens the file (`:memory:` for tests), migrated to this version.
 * @throws {DatabaseVersionError} if a newer gateway wrote it; SqliteError if it cannot be opened or is corrupt.
 */
export function openDatabase(file: string, { onGone, probe, keepsReserve = false }: DatabaseOptions = {}): Database {
  if (file === ':memory:') return watched(openSqlite(file), nowhere, probe ?? (() => undefined));
  const reserve = reserveBeside(file);
  let full: unknown;
  // It may open all the same, and fail at what a start writes next.
  if (keepsReserve && reserve.isShort() && reserve.giveUp()) full = new DiskError('full');
  let sqlite: SqliteDatabase;
  try {
    sqlite = openSqlite(file);
  } catch (error) {
    if (diskTroubleOf(error) === undefined || reserve.isRoomLeft()) throw error;
    full = new DiskError('full', { cause: error });
    if (!reserve.giveUp()) throw full;
    sqlite = openSqlite(file);
  }
  const probeDisk = () => {
    if (keepsReserve) reserve.take();
    probeDirectory(file);
  };
  const database = watched(sqlite, guardOf(file, onGone), probe ?? probeDisk);
  if (full) database.health.judge(full);
  else if (keepsReserve) takeQuietly(reserve, database.health);
  return database;
}

/** At the start the disk may just have no room for it; nothing has failed yet. */
function takeQuietly(reserve: Reserve, health: Health): void {
  try {
    reserve.take();
  } catch (error) {
    health.judge(error);
  }
}

function openSqlite(file: string): SqliteDatabase {
  if (file !== ':memory:') makePrivate(file);
  const sqlite = new Sqlite(file);
  try {
    sqlite.pragma('page_size = 8192');
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = FULL');
    sqlite.pragma('foreign_keys = ON');
    sqlite.pragma('temp_store = MEMORY');
    sqlite.pragma('cache_size = -24000');
    sqlite.pragma('journal_size_limit = 67108864');
    migrate(sqlite, file);
    return sqlite;
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

function watched(sqlite: SqliteDatabase, guard: Guard, probeDisk: () => void): Database {
  const note = sqlite.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('diskProbe', ?)");
  const full = sqlite.prepare('PRAGMA synchronous = FULL');
  const probe = () => {
    probeDisk();
    full.run();
    note.run(String(Date.now()));
  };
  const health = createHealth({ probe });
  watchStatements(sqlite, health.judge);
  return databaseOf(sqlite, guard, health);
}

/** Keeps an eye on where the data is. */
interface Guard {
  /** @throws {MailboxError} UNAVAILABLE if it is known to be gone */
  refuse(): void;
  /** Looks first. @throws as refuse */
  check(): void;
  close(): void;
}

const LOOK_MS = 1_000;
const nowhere: Guard = { refuse: () => undefined, check: () => undefined, close: () => undefined };

function guardOf(file: string, onGone: DatabaseOptions['onGone']): Guard {
  // Of the three, only the last would not be missed at once: what is committed stands there until it is checkpointed.
  const goneNow = rememberPlaces([dirname(file), file, `${file}-wal`]);
  let gone: DataGoneError | undefined;
  const look = (): void => {
    const path = gone ? undefined : goneNow();
    if (path === undefined) return;
    clearInterval(timer);
    gone = new DataGoneError(path);
    onGone?.(gone);
  };
  const timer = setInterval(look, LOOK_MS);
  timer.unref();
  const refuse = (): void => {
    if (gone) throw new MailboxError('UNAVAILABLE', 'the data directory of the gateway is gone', { cause: gone });
  };
  const check = (): void => {
    look();
    refuse();
  };
  return { refuse, check, close: () => clearInterval(timer) };
}

/** For this user alone; SQLite gives its -wal and -shm the mode of the file itself. */
function makePrivate(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
}

function databaseOf(sqlite: SqliteDatabase, guard: Guard, health: Health): Database {
  const full = sqlite.prepare('PRAGMA synchronous = FULL');
  const normal = sqlite.prepare('PRAGMA synchronous = NORMAL');
  const begin = sqlite.transaction((work: () => unknown) => work());
  const run = <T>(pragma: Sqlite.Statement, work: () => T): T => {
    // A pragma inside a transaction would be ignored; a nested call joins the outer transaction.
    if (sqlite.inTransaction) return work();
    guard.refuse();
    // What is written into a damaged file may be found by nobody.
    if (health.trouble() === 'damaged') throw new DiskError('damaged');
    try {
      pragma.run();
      return begin.immediate(work) as T;
    } catch (error) {
      guard.check();
      throw health.judge(error);
    }
  };
  return {
    sqlite,
    health,
    durable: (work) => {
      const result = run(full, work);
      // Only now is it known where it was written: what stands in a deleted file must not be told OK.
      if (!sqlite.inTransaction) guard.check();
      return result;
    },
    batch: (work) => run(normal, work),
    close: () => {
      guard.close();
      health.close();
      sqlite.close();
    },
  };
}

function migrations(): { version: number; sql: string }[] {
  const directory = join(dirname(fileURLToPath(import.meta.url)), 'migrations');
  return readdirSync(directory)
    .filter((name) => /^\d{3}-.*\.sql$/.test(name))
    .sort()
    .map((name) => ({ version: Number(name.slice(0, 3)), sql: readFileSync(join(directory, name), 'utf8') }));
}

/** The schema this gateway writes. */
export const newestVersion = (): number => migrations().at(-1)?.version ?? 0;

function migrate(sqlite: SqliteDatabase, file: string): void {
  const known = migrations();
  const newest = newestVersion();
  const found = sqlite.pragma('user_version', { simple: true }) as number;
  if (found > newest) throw new DatabaseVersionError(file, found, newest);
  for (const { version, sql } of known.filter((migration) => migration.version > found)) {
    sqlite.transaction(() => {
      sqlite.exec(sql);
      sqlite.pragma(`user_version = ${version}`);
    })();
  }
}
