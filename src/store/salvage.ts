// A damaged index: what can be read of it becomes a new one, what hangs in the air goes, and all the rest is found again by
// the sync. The damaged file is kept beside it.
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { bodyPath } from './backup.js';
import { type Database, openDatabase } from './database.js';
import { diskTroubleOf } from './health.js';
import { startNewNumbering } from './numbering.js';
import { rowsOf, tableOf } from './salvage-rows.js';
import { createStore } from './store.js';

export interface Salvaged {
  /** What was found wrong. */
  readonly fault: string;
  /** Where the damaged file is now. */
  readonly damagedFile: string;
  readonly messages: number;
  /** Changes and submissions not yet carried out. */
  readonly owed: number;
}

/** Of no use under a new uidValidity, or SQLite's own. */
const LEFT_OUT = new Set<unknown>(['tombstones', 'sqlite_sequence', 'sqlite_stat1']);

/** The mailbox of what no upstream has (core/local-sources.ts): nobody else makes it anew. */
const RECOVERED = 'Recovered';

const madeName = (file: string): string => `${file}.salvaged`;

/** A salvage that the machine's end interrupted between taking the damaged file away and putting the new one in its place. */
export function finishSalvage(file: string): void {
  if (existsSync(file) || !existsSync(madeName(file))) return;
  for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true });
  renameSync(madeName(file), file);
}

/**
 * Puts a new database in the place of the damaged one, which nobody else may be using.
 * @throws {DiskError} when there is no room for it: then everything is as it was
 */
export function salvage(file: string, fault: string): Salvaged {
  const made = madeName(file);
  for (const suffix of ['', '-wal', '-shm']) rmSync(made + suffix, { force: true });
  const facts = collect(file, made);
  const damagedFile = `${file}.damaged-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}`;
  renameSync(file, damagedFile);
  // Before the new one is there: a write-ahead log must never be taken for that of another database.
  for (const suffix of ['-wal', '-shm']) if (existsSync(file + suffix)) renameSync(file + suffix, damagedFile + suffix);
  finishSalvage(file);
  return { fault, damagedFile, ...facts };
}

function collect(file: string, made: string): { messages: number; owed: number } {
  const fresh = openDatabase(made);
  try {
    fresh.sqlite.pragma('foreign_keys = OFF');
    fresh.batch(() => {
      copyRows(file, fresh.sqlite);
      mend(fresh.sqlite);
      restoreBodies(fresh.sqlite, join(dirname(file), 'bodies'));
      startNewNumbering(fresh.sqlite, 0);
      placeAll(fresh);
    });
    fresh.sqlite.pragma('journal_mode = DELETE');
    const count = (sql: string) => fresh.sqlite.prepare(`SELECT count(*) FROM ${sql}`).pluck().get() as number;
    return {
      messages: count('messages'),
      owed: count('journal') + count("submissions WHERE state IN ('queued', 'sending', 'unknown')"),
    };
  } finally {
    fresh.close();
  }
}

function copyRows(file: string, fresh: Sqlite.Database): void {
  let damaged: Sqlite.Database;
  try {
    damaged = new Sqlite(file, { fileMustExist: true });
  } catch (error) {
    if (diskTroubleOf(error) !== 'damaged') throw error;
    return;
  }
  try {
    const tables = fresh.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid").pluck().all();
    for (const name of tables) if (!LEFT_OUT.has(name)) copyTable(String(name), damaged, fresh);
  } finally {
    damaged.close();
  }
}

function copyTable(name: string, damaged: Sqlite.Database, fresh: Sqlite.Database): void {
  try {
    const table = tableOf(name, damaged, fresh);
    if (!table) return;
    const names = table.columns.map((column) => column.name);
    const insert = fresh.prepare(
      `INSERT OR IGNORE INTO ${name} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
    );
    for (const row of rowsOf(damaged, table)) insert.run(names.map((column) => row[column]));
  } catch (error) {
    // Not even its name can be read.
    if (diskTroubleOf(error) !== 'damaged') throw error;
  }
}

/** What hangs in the air goes; every source is compared with its upstream from the beginning. */
function mend(fresh: Sqlite.Database): void {
  fresh.exec(`
    DELETE FROM sources WHERE accountId NOT IN (SELECT id FROM accounts);
    DELETE FROM messages WHERE accountId NOT IN (SELECT id FROM accounts);
    DELETE FROM copies WHERE sourceId NOT IN (SELECT id FROM sources) OR messageId NOT IN (SELECT id FROM messages);
    DELETE FROM messages WHERE id NOT IN (SELECT messageId FROM copies);
    DELETE FROM listings WHERE messageId NOT IN (SELECT id FROM messages);
    DELETE FROM headers WHERE messageId NOT IN (SELECT id FROM messages);
    DELETE FROM sortKeys WHERE messageId NOT IN (SELECT id FROM messages);
    DELETE FROM previews WHERE messageId NOT IN (SELECT id FROM messages);
    DELETE FROM mailboxes WHERE accountId NOT IN (SELECT id FROM accounts);
    DELETE FROM feeds WHERE mailboxId NOT IN (SELECT id FROM mailboxes) OR sourceId NOT IN (SELECT id FROM sources);
    DELETE FROM entries WHERE mailboxId NOT IN (SELECT id FROM mailboxes) OR copyId NOT IN (SELECT id FROM copies);
    DELETE FROM journal WHERE accountId NOT IN (SELECT id FROM accounts);
    DELETE FROM journalTargets WHERE journalId NOT IN (SELECT id FROM journal);
    DELETE FROM outages WHERE accountId NOT IN (SELECT id FROM accounts);
    DELETE FROM removals WHERE accountId NOT IN (SELECT id FROM accounts);
    DELETE FROM annotations WHERE mailboxId <> 0 AND mailboxId NOT IN (SELECT id FROM mailboxes);
    -- The row that would take it away is lost: it is there again.
    UPDATE copies SET leaving = 0 WHERE leaving = 1 AND id NOT IN (SELECT copyId FROM journalTargets);
    -- The row that would bring it is lost: it is looked for, and stored if it is not there.
    CREATE TEMP TABLE unbrought AS
      SELECT c.id AS copyId, c.sourceId, s.accountId, m.bodyRef, m.sizeBytes, m.internalDate
      FROM copies c JOIN sources s ON s.id = c.sourceId JOIN messages m ON m.id = c.messageId
      WHERE c.upstreamUid IS NULL AND s.local IS NULL AND c.id NOT IN (SELECT newCopyId FROM journalTargets WHERE newCopyId IS NOT NULL)
        AND c.id NOT IN (SELECT t.copyId FROM journalTargets t JOIN journal j ON j.id = t.journalId WHERE j.kind = 'append');
    INSERT INTO journal (accountId, kind, sourceId, payload, sent, createdAt)
      SELECT accountId, 'append', sourceId,
        json_object('bodyRef', bodyRef, 'sizeBytes', sizeBytes, 'internalDate', internalDate, 'salvaged', copyId), 1, unixepoch() * 1000
      FROM unbrought WHERE bodyRef IS NOT NULL;
    INSERT INTO journalTargets (journalId, copyId)
      SELECT id, payload ->> '$.salvaged' FROM journal WHERE json_valid(payload) AND payload ->> '$.salvaged' IS NOT NULL;
    DELETE FROM entries WHERE copyId IN (SELECT copyId FROM unbrought WHERE bodyRef IS NULL);
    DELETE FROM copies WHERE id IN (SELECT copyId FROM unbrought WHERE bodyRef IS NULL);
    DROP TABLE unbrought;
    -- Its listing or its header is lost: both are fetched again.
    UPDATE messages SET messageIdHeader = NULL WHERE ours = 0 AND messageIdHeader IS NOT NULL
      AND (id NOT IN (SELECT messageId FROM listings) OR id NOT IN (SELECT messageId FROM headers));
    UPDATE sources SET uidNext = NULL, highestModseq = NULL, lastFullCheck = 0 WHERE local IS NULL;
    UPDATE sources SET listed = 0 WHERE local IS NULL AND present = 1 AND id NOT IN (
      SELECT f.sourceId FROM feeds f JOIN mailboxes m ON m.id = f.mailboxId WHERE m.kind = 'account');
    UPDATE mailboxes SET
      uidNext = max(uidNext, ifnull((SELECT max(uid) + 1 FROM entries WHERE mailboxId = mailboxes.id), 1)),
      highestModseq = max(highestModseq, ifnull((SELECT max(modseq) FROM entries WHERE mailboxId = mailboxes.id), 1)) + 1`);
}

/** Files that something names: their rows may be lost. What cannot be fetched again stays pinned. */
function restoreBodies(fresh: Sqlite.Database, directory: string): void {
  const add = fresh.prepare('INSERT OR IGNORE INTO bodies (ref, sizeBytes, usedAt, pins) VALUES (?, ?, ?, ?)');
  const named = fresh.prepare(`
    SELECT bodyRef AS ref, max(pinned) AS pinned FROM (
      SELECT m.bodyRef, EXISTS (SELECT 1 FROM copies c JOIN sources s ON s.id = c.sourceId
        WHERE c.messageId = m.id AND (s.local IS NOT NULL OR c.upstreamUid IS NULL)) AS pinned FROM messages m
      UNION ALL SELECT bodyRef, 1 FROM submissions WHERE state IN ('queued', 'sending', 'unknown')
      UNION ALL SELECT payload ->> '$.bodyRef', 1 FROM journal WHERE json_valid(payload)
      UNION ALL SELECT bodyRef, 1 FROM removals
    ) WHERE bodyRef IS NOT NULL GROUP BY bodyRef`);
  for (const { ref, pinned } of named.all() as { ref: string; pinned: number }[]) {
    const size = statSync(bodyPath(directory, ref), { throwIfNoEntry: false })?.size;
    if (size !== undefined) add.run(ref, size, Date.now(), pinned);
  }
}

/** Copies whose entries are lost are shown again. */
function placeAll(fresh: Database): void {
  const { mailboxes, sources, accounts, uidMap } = createStore(fresh);
  const local = accounts
    .list()
    .flatMap(({ id }) => sources.ofAccount(id).filter((source) => source.local === 'recovered'));
  for (const { id } of local) {
    if (mailboxes.feedsOfSource(id).length > 0) continue;
    const recovered = {
      path: RECOVERED,
      kind: 'view',
      role: undefined,
      accountId: undefined,
      selectable: true,
    } as const;
    mailboxes.addFeed((mailboxes.byPath(RECOVERED) ?? mailboxes.insert(recovered)).id, id, true);
    mailboxes.subscribe(RECOVERED);
  }
  for (const { id, role } of mailboxes.list()) {
    const sourceIds = mailboxes.feedsOfMailbox(id).flatMap(({ active, sourceId }) => (active ? [sourceId] : []));
    const counters = uidMap.counters(id);
    if (!counters || sourceIds.length === 0) continue;
    const { uidNext: firstUid, highestModseq: modseq } = counters;
    const count = uidMap.allocate({ mailboxId: id, sourceIds, firstUid, modseq, archive: role === 'archive' });
    uidMap.setCounters(id, firstUid + count, modseq);
  }
}
