// A damaged index: what can be read of it becomes a new one, what hangs in the air goes, and all the rest is found again by
// the sync. The damaged file is kept beside it.
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { bodyPath } from './backup.js';
import { type Database, openDatabase } from './database.js';
import { diskTroubleOf } from './health.js';
import { startNewNumbering } from './numbering.js';
import { keepUnnamed } from './salvage-files.js';
import { ALL_TABLES, type LostPart, lostParts } from './salvage-losses.js';
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
  /** Of which some may be lost. */
  readonly lost: readonly LostPart[];
  /** Texts of messages that nothing names any more. */
  readonly unnamed: { readonly count: number; readonly directory: string };
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
 * Puts a new database in the place of the damaged one, which nobody else may be using. `isOld`: what can be read is whole, but
 * not the last that was written; any of it may be lost.
 * @throws {DiskError} when there is no room for it: then everything is as it was
 */
export function salvage(file: string, fault: string, isOld = false): Salvaged {
  const made = madeName(file);
  for (const suffix of ['', '-wal', '-shm']) rmSync(made + suffix, { force: true });
  const damagedFile = `${file}.damaged-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}`;
  const facts = collect(file, made, `${damagedFile}.messages`, isOld);
  renameSync(file, damagedFile);
  // Before the new one is there: a write-ahead log must never be taken for that of another database.
  for (const suffix of ['-wal', '-shm']) if (existsSync(file + suffix)) renameSync(file + suffix, damagedFile + suffix);
  finishSalvage(file);
  return { fault, damagedFile, ...facts };
}

function collect(
  file: string,
  made: string,
  unnamedIn: string,
  isOld: boolean,
): Omit<Salvaged, 'fault' | 'damagedFile'> {
  const fresh = openDatabase(made);
  try {
    fresh.sqlite.pragma('foreign_keys = OFF');
    const bodies = join(dirname(file), 'bodies');
    const unread = new Set<string>(isOld ? ALL_TABLES : []);
    let pinned: ReadonlySet<string> = new Set();
    fresh.batch(() => {
      copyRows(file, fresh.sqlite, unread);
      pinned = pinnedBodies(fresh.sqlite);
      mend(fresh.sqlite);
      restoreBodies(fresh.sqlite, bodies);
      startNewNumbering(fresh.sqlite, 0);
      placeAll(fresh);
    });
    fresh.sqlite.pragma('journal_mode = DELETE');
    const count = (sql: string) => fresh.sqlite.prepare(`SELECT count(*) FROM ${sql}`).pluck().get() as number;
    const isNamed = fresh.sqlite.prepare('SELECT EXISTS (SELECT 1 FROM bodies WHERE ref = ?)').pluck();
    // Without the list of them nobody knows which exist only here.
    const isKept = (ref: string) => isNamed.get(ref) === 0 && (unread.has('bodies') || pinned.has(ref));
    return {
      messages: count('messages'),
      owed: count(STILL_OWED) + count("submissions WHERE state IN ('queued', 'sending', 'unknown')"),
      lost: lostParts(unread),
      unnamed: { count: keepUnnamed(bodies, unnamedIn, isKept), directory: unnamedIn },
    };
  } finally {
    fresh.close();
  }
}

/** Rows whose messages are known. */
const STILL_OWED = `journal WHERE id NOT IN (SELECT journalId FROM journalTargets)
  OR id IN (SELECT journalId FROM journalTargets WHERE copyId IN (SELECT id FROM copies))`;

const pinnedBodies = (fresh: Sqlite.Database): ReadonlySet<string> =>
  new Set(fresh.prepare('SELECT ref FROM bodies WHERE pins > 0').pluck().all() as string[]);

/** @param unread what may have had more rows than could be read */
function copyRows(file: string, fresh: Sqlite.Database, unread: Set<string>): void {
  const tables = fresh.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid").pluck().all();
  let damaged: Sqlite.Database;
  try {
    damaged = new Sqlite(file, { fileMustExist: true });
  } catch (error) {
    if (diskTroubleOf(error) !== 'damaged') throw error;
    for (const name of tables) unread.add(String(name));
    return;
  }
  try {
    for (const name of tables) {
      if (LEFT_OUT.has(name)) continue;
      copyTable(String(name), damaged, fresh, () => unread.add(String(name)));
    }
  } finally {
    damaged.close();
  }
}

function copyTable(name: string, damaged: Sqlite.Database, fresh: Sqlite.Database, onDamage: () => void): void {
  try {
    const table = tableOf(name, damaged, fresh);
    if (!table) {
      onDamage();
      return;
    }
    const names = table.columns.map((column) => column.name);
    const insert = fresh.prepare(
      `INSERT OR IGNORE INTO ${name} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
    );
    for (const row of rowsOf(damaged, table, onDamage)) insert.run(names.map((column) => row[column]));
  } catch (error) {
    // Not even its name can be read.
    if (diskTroubleOf(error) !== 'damaged') throw error;
    onDamage();
  }
}

/** What hangs in the air goes; every source is compared with its upstream from the beginning. */
function mend(fresh: Sqlite.Database): void {
  fresh.exec(`
    DELETE FROM sources WHERE accountId NOT IN (SELECT id FROM accounts);
    DELETE FROM messages WHERE accountId NOT IN (SELECT id FROM accounts);
    -- The copy that is to be stored is lost, or what it is a copy of: its bytes are known by the row that is to bring it.
    CREATE TEMP TABLE unheld AS
      SELECT t.copyId, j.sourceId, j.accountId, c.messageId AS knownId, j.payload,
        row_number() OVER (ORDER BY t.copyId) + max((SELECT ifnull(max(id), 0) FROM messages), (SELECT ifnull(max(messageId), 0) FROM copies)) AS newId
      FROM journal j JOIN journalTargets t ON t.journalId = j.id JOIN sources s ON s.id = j.sourceId
        LEFT JOIN copies c ON c.id = t.copyId
      WHERE j.kind = 'append' AND json_valid(j.payload) AND j.payload ->> '$.bodyRef' IS NOT NULL
        AND (c.id IS NULL OR c.messageId NOT IN (SELECT id FROM messages));
    INSERT OR IGNORE INTO messages (id, accountId, internalDate, sizeBytes, bodyRef, ours)
      SELECT ifnull(knownId, newId), accountId, payload ->> '$.internalDate', payload ->> '$.sizeBytes', payload ->> '$.bodyRef', 1 FROM unheld;
    INSERT OR IGNORE INTO copies (id, sourceId, messageId) SELECT copyId, sourceId, newId FROM unheld WHERE knownId IS NULL;
    DROP TABLE unheld;
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
    DELETE FROM keptFlags WHERE accountId NOT IN (SELECT id FROM accounts);
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
    DELETE FROM listings WHERE messageId IN (SELECT id FROM messages WHERE messageIdHeader IS NULL);
    DELETE FROM headers WHERE messageId IN (SELECT id FROM messages WHERE messageIdHeader IS NULL);
    UPDATE sources SET uidNext = NULL, highestModseq = NULL, lastFullCheck = 0 WHERE local IS NULL;
    UPDATE sources SET listed = 0 WHERE local IS NULL AND present = 1 AND id NOT IN (
      SELECT f.sourceId FROM feeds f JOIN mailboxes m ON m.id = f.mailboxId WHERE m.kind = 'account');
    UPDATE mailboxes SET
      uidNext = max(uidNext, ifnull((SELECT max(uid) + 1 FROM entries WHERE mailboxId = mailboxes.id), 1)),
      highestModseq = max(highestModseq, ifnull((SELECT max(modseq) FROM entries WHERE mailboxId = mailboxes.id), 1)) + 1`);
}

/** Files that something names, and no others: their rows may be lost. What cannot be fetched again stays pinned. */
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
  const known = named.all() as { ref: string; pinned: number }[];
  for (const { ref, pinned } of known) {
    const size = statSync(bodyPath(directory, ref), { throwIfNoEntry: false })?.size;
    if (size !== undefined) add.run(ref, size, Date.now(), pinned);
  }
  const refs = JSON.stringify(known.map(({ ref }) => ref));
  fresh.prepare('DELETE FROM bodies WHERE ref NOT IN (SELECT value FROM json_each(?))').run(refs);
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
