// A backup is one SQLite file: the database as of one instant, and in the table `backupBodies` those message bodies that
// cannot be fetched again. No archive format: SQLite's is documented, kept readable until 2050, and checks itself.
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Sqlite from 'better-sqlite3';

/** A backup cannot be made or restored; the message says why, and the remedy. */
export class BackupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BackupError';
  }
}

export interface BackupFacts {
  readonly mailboxes: number;
  /** As `gateway status` counts them: those that the providers have, one in two mailboxes twice. */
  readonly messages: number;
  /** Changes and messages to be sent that have not reached their provider. */
  readonly owed: number;
  readonly bodies: number;
}

/** Between the snapshot and the copy of its bodies the gateway may have carried out what one was kept for. */
const ATTEMPTS = 5;

/** The file of a body below `bodies/`. */
export const bodyPath = (directory: string, ref: string): string => join(directory, ref.slice(0, 2), ref);

/**
 * Writes a backup of the data directory, which a gateway may be using; the file appears whole or not at all (0600).
 * @throws {BackupError}, SqliteError (damaged, disk full), Node's errors of the file system
 */
export function backUpData(dataDir: string, file: string): BackupFacts {
  const source = join(dataDir, 'gateway.db');
  if (!existsSync(source)) throw new BackupError(`there is nothing to back up: ${source} does not exist`);
  const place = dirname(resolve(file));
  if (statSync(place, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new BackupError(`the directory ${place} does not exist: make it first, or give another place`);
  }
  // Beside its place: there it can be renamed to it.
  const work = mkdtempSync(join(place, '.gateway-backup-'));
  try {
    for (let attempt = 1; ; attempt++) {
      const made = join(work, `${attempt}.db`);
      snapshot(source, made);
      chmodSync(made, 0o600);
      const facts = addBodies(made, join(dataDir, 'bodies'));
      if (facts) {
        renameSync(made, file);
        return facts;
      }
      if (attempt === ATTEMPTS) {
        throw new BackupError(
          'bodies of messages that have yet to be stored or sent are missing in the data directory: run "gateway doctor"',
        );
      }
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** One read transaction, whatever others write meanwhile. */
function snapshot(source: string, to: string): void {
  try {
    vacuumInto(source, to);
  } catch (error) {
    if (!/^SQLITE_(?:CANTOPEN|READONLY)/.test((error as { code?: string }).code ?? '')) throw error;
    // WAL needs a file beside the database, and a disk that is read-only takes none. Nobody writes there either, so that a
    // plain copy of both files is whole.
    const copy = `${to}.copy`;
    for (const part of ['', '-wal']) if (existsSync(source + part)) copyFileSync(source + part, copy + part);
    for (const part of ['', '-wal']) if (existsSync(copy + part)) chmodSync(copy + part, 0o600);
    vacuumInto(copy, to, false);
  }
}

function vacuumInto(source: string, to: string, readonly = true): void {
  const sqlite = new Sqlite(source, { readonly, fileMustExist: true });
  try {
    sqlite.prepare('VACUUM INTO ?').run(to);
  } finally {
    sqlite.close();
  }
}

/** Undefined if a body was gone. */
function addBodies(file: string, directory: string): BackupFacts | undefined {
  const sqlite = new Sqlite(file);
  try {
    sqlite.pragma('journal_mode = DELETE');
    sqlite.pragma('synchronous = FULL');
    return sqlite.transaction(() => {
      // What the provider has is fetched again when somebody asks for it.
      sqlite.exec(`UPDATE messages SET bodyRef = NULL WHERE bodyRef IN (SELECT ref FROM bodies WHERE pins = 0);
        DELETE FROM bodies WHERE pins = 0;
        CREATE TABLE backupBodies (ref TEXT PRIMARY KEY, bytes BLOB NOT NULL)`);
      const add = sqlite.prepare('INSERT INTO backupBodies (ref, bytes) VALUES (?, ?)');
      for (const ref of sqlite.prepare('SELECT ref FROM bodies').pluck().all() as string[]) {
        const bytes = readBody(bodyPath(directory, ref), ref);
        if (!bytes) return undefined;
        add.run(ref, bytes);
      }
      return factsOf(sqlite);
    })();
  } finally {
    sqlite.close();
  }
}

function readBody(path: string, ref: string): Uint8Array | undefined {
  if (!existsSync(path)) return undefined;
  const bytes = readFileSync(path);
  return createHash('sha256').update(bytes).digest('hex') === ref ? bytes : undefined;
}

/** Of an open backup. */
export function factsOf(sqlite: Sqlite.Database): BackupFacts {
  const count = (sql: string) => sqlite.prepare(`SELECT count(*) FROM ${sql}`).pluck().get() as number;
  return {
    mailboxes: count('mailboxes'),
    messages: count('copies WHERE upstreamUid IS NOT NULL'),
    owed: count('journal') + count("submissions WHERE state IN ('queued', 'sending', 'unknown')"),
    bodies: count('backupBodies'),
  };
}
