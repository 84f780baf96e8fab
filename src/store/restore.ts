// Takes a backup for the data directory. The gateway it was made of may have gone on since: its uids, modseqs and ids that
// were given out after the backup are not known any more, and must never come to mean something else (promise 1).
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { BackupError, type BackupFacts, backUpData, bodyPath, factsOf } from './backup.js';
import { DatabaseVersionError, newestVersion } from './database.js';
import { startNewNumbering } from './numbering.js';
import { type OwedFacts, owedText, standingOf } from './standing.js';

export interface Restored extends BackupFacts {
  /** What was in the data directory before; undefined if there was nothing. */
  readonly before: PutAside | undefined;
}

export interface PutAside {
  /** Where it has been put. Given to `restore`, it comes back, and what it owed is carried out. */
  readonly path: string;
  /** undefined: it cannot be read. */
  readonly owed: OwedFacts | undefined;
  /** The same in words; '' if there is nothing. */
  readonly owedText: string;
}

/**
 * Makes the backup, or what an earlier restore has put aside, the content of the data directory, which nobody else may be
 * using. Only with `force` where there is a database already that holds anything; it is put aside, with its bodies.
 * @throws {BackupError}, {DatabaseVersionError}, SqliteError, Node's errors of the file system
 */
export function restoreData(dataDir: string, file: string, { force }: { force: boolean }): Restored {
  const kind = statSync(file, { throwIfNoEntry: false });
  const isAside = kind?.isDirectory() === true && existsSync(join(file, 'gateway.db'));
  if (!kind?.isFile() && !isAside) throw new BackupError(`there is no backup ${file}`);
  const place = join(dataDir, 'gateway.db');
  const standing = standingOf(place);
  if (existsSync(place) && standing?.isEmpty !== true && !force) {
    const owed = standing && owedText(standing.owed);
    throw new BackupError(
      `${dataDir} holds the data of a gateway already${owed ? `, with ${owed}` : ''}: give --force to put that aside and restore all the same`,
    );
  }
  const work = mkdtempSync(join(dataDir, 'restore-'));
  try {
    const made = join(work, 'gateway.db');
    if (isAside) backUpData(file, made);
    else copyFileSync(file, made);
    const facts = prepare(made, join(work, 'bodies'), { file, lastUidValidity: standing?.uidValidity ?? 0 });
    const path = putAside(dataDir);
    const before =
      path === undefined
        ? undefined
        : { path, owed: standing?.owed, owedText: standing ? owedText(standing.owed) : '' };
    renameSync(join(work, 'bodies'), join(dataDir, 'bodies'));
    // Last: until it is there nothing is restored.
    renameSync(made, place);
    return { ...facts, before };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Turns the backup into the database of a gateway that starts, and lays out its bodies. */
function prepare(
  made: string,
  bodies: string,
  { file, lastUidValidity }: { file: string; lastUidValidity: number },
): BackupFacts {
  const sqlite = openBackup(made, file);
  try {
    sqlite.pragma('synchronous = FULL');
    const facts = factsOf(sqlite);
    mkdirSync(bodies, { mode: 0o700 });
    for (const row of sqlite.prepare('SELECT ref, bytes FROM backupBodies').iterate()) {
      const { ref, bytes } = row as { ref: string; bytes: Uint8Array };
      if (createHash('sha256').update(bytes).digest('hex') !== ref) throw damaged(file);
      mkdirSync(dirname(bodyPath(bodies, ref)), { recursive: true, mode: 0o700 });
      writeFileSync(bodyPath(bodies, ref), bytes, { mode: 0o600, flush: true });
    }
    sqlite.transaction(() => {
      startNewNumbering(sqlite, lastUidValidity);
      lookBeforeRepeating(sqlite);
      sqlite.exec('DROP TABLE backupBodies');
    })();
    sqlite.exec('VACUUM');
    return facts;
  } finally {
    sqlite.close();
  }
}

const damaged = (file: string, cause?: unknown): BackupError =>
  new BackupError(`${file} is damaged: take another backup`, { cause });

function openBackup(made: string, file: string): Sqlite.Database {
  const sqlite = new Sqlite(made);
  try {
    const isBackup = sqlite.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'backupBodies'").get() !== undefined;
    if (!isBackup) throw new BackupError(`${file} is no backup made by "gateway backup"`);
    const version = sqlite.pragma('user_version', { simple: true }) as number;
    if (version > newestVersion()) throw new DatabaseVersionError(file, version, newestVersion());
    // Here there is time for all of it.
    if (sqlite.pragma('integrity_check(1)', { simple: true }) !== 'ok') throw damaged(file);
    return sqlite;
  } catch (error) {
    sqlite.close();
    if (!(error instanceof Sqlite.SqliteError)) throw error;
    if (error.code === 'SQLITE_NOTADB') throw new BackupError(`${file} is no backup made by "gateway backup"`);
    throw error.code === 'SQLITE_CORRUPT' ? damaged(file, error) : error;
  }
}

/**
 * What was owed then may have been carried out since. Of all that must not be done twice it is written that it may have
 * been sent: each is looked for first, as after a crash.
 */
function lookBeforeRepeating(sqlite: Sqlite.Database): void {
  sqlite.exec(`
    UPDATE journal SET sent = 1, payload = json_set(payload, '$.mark', (
        SELECT CASE WHEN s.uidValidity IS NULL THEN json_object('uidNext', s.uidNext)
               ELSE json_object('uidNext', s.uidNext, 'uidValidity', s.uidValidity) END
        FROM sources s WHERE s.id = journal.payload ->> '$.toSourceId'))
      WHERE kind IN ('copy', 'move') AND sent = 0
        AND EXISTS (SELECT 1 FROM sources s WHERE s.id = journal.payload ->> '$.toSourceId' AND s.uidNext IS NOT NULL);
    -- Since when an appended message may be there; of one that is still to be read, for the append it will be.
    UPDATE journal SET sent = iif(kind = 'append', 1, sent), payload = json_set(payload, '$.mark', (
        SELECT CASE WHEN s.uidValidity IS NULL THEN json_object('uidNext', ifnull(s.uidNext, 1))
               ELSE json_object('uidNext', ifnull(s.uidNext, 1), 'uidValidity', s.uidValidity) END
        FROM sources s WHERE s.id = iif(kind = 'append', journal.sourceId, journal.payload ->> '$.toSourceId')))
      WHERE kind IN ('append', 'spool') AND payload ->> '$.mark' IS NULL
        AND EXISTS (SELECT 1 FROM sources s WHERE s.id = iif(kind = 'append', journal.sourceId, journal.payload ->> '$.toSourceId'));
    UPDATE journal SET sent = 1 WHERE kind = 'append';
    -- Strays apart (store/journal.ts), whose message has not been seen yet.
    UPDATE journal SET nextAttemptAt = 0 WHERE nextAttemptAt < ${Number.MAX_SAFE_INTEGER};
    -- What clients have removed may have been brought back since: it is called off (core/removals/restored.ts).
    UPDATE journal SET payload = json_set(payload, '$.restored', json('true'))
      WHERE kind = 'delete' OR (kind = 'append' AND payload ->> '$.replaces' IS NOT NULL) OR (kind = 'expunge' AND payload ->> '$.removedAt' IS NOT NULL)
        OR (kind = 'move' AND EXISTS (SELECT 1 FROM sources s WHERE s.id = payload ->> '$.toSourceId' AND s.role = 'trash'))`);
  // Its three days begin now: else one that is old would be sent without patience to look for it first.
  sqlite
    .prepare(
      "UPDATE submissions SET state = 'unknown', nextAttemptAt = 0, createdAt = ? WHERE state IN ('queued', 'sending', 'unknown')",
    )
    .run(Date.now());
}

/** The write-ahead log goes first: it must never be taken for that of another database. */
function putAside(dataDir: string): string | undefined {
  const names = ['gateway.db-wal', 'gateway.db-shm', 'gateway.db', 'bodies'].filter((name) =>
    existsSync(join(dataDir, name)),
  );
  if (names.length === 0) return undefined;
  const aside = mkdtempSync(join(dataDir, 'before-restore-'));
  for (const name of names) renameSync(join(dataDir, name), join(aside, name));
  return aside;
}
