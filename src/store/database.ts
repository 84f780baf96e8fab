import { chmodSync, closeSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { MailboxError } from '../mail/errors.js';

export type SqliteDatabase = Sqlite.Database;

/** The one SQLite file (DESIGN §4). All its functions are synchronous, so no transaction can contain an await. */
export interface Database {
  readonly sqlite: SqliteDatabase;
  /** One transaction that is on disk when this returns: for what a client is told OK about. */
  durable<T>(work: () => T): T;
  /** One transaction that survives a crash of the process (not of the machine): for what can be fetched again. */
  batch<T>(work: () => T): T;
  close(): void;
}

/** The database is of a newer version of the gateway than this one. */
export class DatabaseVersionError extends Error {
  constructor(file: string, found: number, known: number) {
    super(`${file} was written by a newer gateway (schema ${found}, this one knows ${known}); upgrade the gateway`);
    this.name = 'DatabaseVersionError';
  }
}

/**
 * Opens the file (`:memory:` for tests), migrated to this version.
 * @throws {DatabaseVersionError} if a newer gateway wrote it; SqliteError if it cannot be opened or is corrupt.
 */
export function openDatabase(file: string): Database {
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
  } catch (error) {
    sqlite.close();
    throw error;
  }
  return databaseOf(sqlite);
}

/** For this user alone; SQLite gives its -wal and -shm the mode of the file itself. */
function makePrivate(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
}

function databaseOf(sqlite: SqliteDatabase): Database {
  const full = sqlite.prepare('PRAGMA synchronous = FULL');
  const normal = sqlite.prepare('PRAGMA synchronous = NORMAL');
  const begin = sqlite.transaction((work: () => unknown) => work());
  const run = <T>(pragma: Sqlite.Statement, work: () => T): T => {
    // A pragma inside a transaction would be ignored; a nested call joins the outer transaction.
    if (sqlite.inTransaction) return work();
    try {
      pragma.run();
      return begin.immediate(work) as T;
    } catch (error) {
      if (!(error instanceof Sqlite.SqliteError) || !/^SQLITE_(FULL|READONLY|IOERR)/.test(error.code)) throw error;
      throw new MailboxError('UNAVAILABLE', `the gateway cannot write to its disk: ${error.message}`, { cause: error });
    }
  };
  return {
    sqlite,
    durable: (work) => run(full, work),
    batch: (work) => run(normal, work),
    close: () => sqlite.close(),
  };
}

function migrations(): { version: number; sql: string }[] {
  const directory = join(dirname(fileURLToPath(import.meta.url)), 'migrations');
  return readdirSync(directory)
    .filter((name) => /^\d{3}-.*\.sql$/.test(name))
    .sort()
    .map((name) => ({ version: Number(name.slice(0, 3)), sql: readFileSync(join(directory, name), 'utf8') }));
}

function migrate(sqlite: SqliteDatabase, file: string): void {
  const known = migrations();
  const newest = known.at(-1)?.version ?? 0;
  const found = sqlite.pragma('user_version', { simple: true }) as number;
  if (found > newest) throw new DatabaseVersionError(file, found, newest);
  for (const { version, sql } of known.filter((migration) => migration.version > found)) {
    sqlite.transaction(() => {
      sqlite.exec(sql);
      sqlite.pragma(`user_version = ${version}`);
    })();
  }
}
