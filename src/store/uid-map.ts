// Which message stands under which uid of which mailbox: entries, tombstones, and the counters they are taken from.
import type { CopyRow } from './copies.js';
import type { Database } from './database.js';

/** [uid, modseq, sourceId, flags, keywords] */
export type EntryTuple = [number, number, number, number, string];

export interface EntryRow {
  readonly mailboxId: number;
  readonly uid: number;
  readonly copyId: number;
  readonly modseq: number;
}

export interface Allocation {
  readonly mailboxId: number;
  readonly sourceIds: readonly number[];
  readonly firstUid: number;
  readonly modseq: number;
  /** Leave out messages of an \\All source that stand in another mailbox too (Gmail's archive). */
  readonly archive: boolean;
}

export interface UidMap {
  counters(mailboxId: number): { uidNext: number; highestModseq: number; uidValidity: number } | undefined;
  setCounters(mailboxId: number, uidNext: number, highestModseq: number): void;
  /** A new entry, saved now. */
  insert(mailboxId: number, uid: number, copyId: number, modseq: number): void;
  entriesOfCopy(copyId: number): EntryRow[];
  copyAt(mailboxId: number, uid: number): number | undefined;
  uidOf(mailboxId: number, copyId: number): number | undefined;
  /** The copies behind the uids low … high, ascending. */
  copiesIn(mailboxId: number, low: number, high: number): (CopyRow & { readonly uid: number })[];
  /** Moves an entry to another copy of the same content (a client's copy found to be one the sync had made). */
  setCopy(mailboxId: number, uid: number, copyId: number): void;
  /** False if the mailbox does not show the copy. */
  touch(mailboxId: number, copyId: number, modseq: number): boolean;
  /** Of many at once; false if the mailbox shows none of them. */
  touchAll(mailboxId: number, copyIds: readonly number[], modseq: number): boolean;
  remove(mailboxId: number, uid: number, modseq: number): void;
  /** The mailboxes in which any of the copies is shown. */
  mailboxesOf(copyIds: readonly number[]): number[];
  /** Takes the copies' entries out of the mailbox, as `remove` does. */
  removeAll(mailboxId: number, copyIds: readonly number[], modseq: number): void;
  /**
   * Copies of `sourceIds` that have no entry in the mailbox get one each, in order of internal date; returns how many.
   * They are saved now, or when they came into another mailbox: so that numbering a mailbox anew makes nothing young.
   */
  allocate(allocation: Allocation): number;
  snapshot(mailboxId: number): IterableIterator<EntryTuple>;
  changed(mailboxId: number, modseq: number): EntryTuple[];
  vanished(mailboxId: number, modseq: number): number[];
  /** [uid, bytes] of the entries at or above the uid, ascending. */
  sizes(mailboxId: number, fromUid: number): IterableIterator<[number, number]>;
}

/** Unix time, seconds. */
const now = () => Math.floor(Date.now() / 1000);

export function createUidMap({ sqlite }: Database): UidMap {
  const counters = sqlite.prepare('SELECT uidNext, highestModseq, uidValidity FROM mailboxes WHERE id = ?');
  const setCounters = sqlite.prepare('UPDATE mailboxes SET uidNext = ?, highestModseq = ? WHERE id = ?');
  const insert = sqlite.prepare(
    'INSERT INTO entries (mailboxId, uid, copyId, modseq, saveDate) VALUES (?, ?, ?, ?, ?)',
  );
  const ofCopy = sqlite.prepare('SELECT mailboxId, uid, copyId, modseq FROM entries WHERE copyId = ?');
  const copyAt = sqlite.prepare('SELECT copyId FROM entries WHERE mailboxId = ? AND uid = ?').pluck();
  const uidOf = sqlite.prepare('SELECT uid FROM entries WHERE mailboxId = ? AND copyId = ?').pluck();
  const copiesIn = sqlite.prepare(
    'SELECT e.uid, c.* FROM entries e JOIN copies c ON c.id = e.copyId WHERE e.mailboxId = ? AND e.uid BETWEEN ? AND ? ORDER BY e.uid',
  );
  const setCopy = sqlite.prepare('UPDATE entries SET copyId = ? WHERE mailboxId = ? AND uid = ?');
  const touch = sqlite.prepare('UPDATE entries SET modseq = ? WHERE copyId = ? AND mailboxId = ?');
  // Left to itself, SQLite looks through the whole mailbox.
  const BY_COPY = 'INDEXED BY entriesByCopy';
  const IN_LIST = 'copyId IN (SELECT value FROM json_each(?))';
  const touchAll = sqlite.prepare(`UPDATE entries ${BY_COPY} SET modseq = ? WHERE ${IN_LIST} AND mailboxId = ?`);
  const mailboxesOf = sqlite.prepare(`SELECT DISTINCT mailboxId FROM entries WHERE ${IN_LIST}`).pluck();
  const buryAll = sqlite.prepare(
    `INSERT OR IGNORE INTO tombstones (mailboxId, modseq, uid) SELECT mailboxId, ?, uid FROM entries ${BY_COPY}
     WHERE ${IN_LIST} AND mailboxId = ?`,
  );
  const removeAll = sqlite.prepare(`DELETE FROM entries ${BY_COPY} WHERE ${IN_LIST} AND mailboxId = ?`);
  const remove = sqlite.prepare('DELETE FROM entries WHERE mailboxId = ? AND uid = ?');
  const bury = sqlite.prepare('INSERT OR IGNORE INTO tombstones (mailboxId, modseq, uid) VALUES (?, ?, ?)');
  const allocate = sqlite.prepare(
    `INSERT INTO entries (mailboxId, uid, copyId, modseq, saveDate)
     SELECT @mailboxId, @firstUid - 1 + row_number() OVER (ORDER BY m.internalDate, c.sourceId, c.upstreamUid, c.id), c.id, @modseq,
       ifnull((SELECT min(saveDate) FROM entries WHERE copyId = c.id), @now)
     FROM copies c JOIN messages m ON m.id = c.messageId
     WHERE c.sourceId IN (SELECT value FROM json_each(@sources)) AND c.leaving = 0
       AND NOT EXISTS (SELECT 1 FROM entries e WHERE e.copyId = c.id AND e.mailboxId = @mailboxId)
       AND NOT (@archive AND (SELECT role FROM sources WHERE id = c.sourceId) IS 'all' AND EXISTS (
         SELECT 1 FROM copies o JOIN sources s ON s.id = o.sourceId
         WHERE o.messageId = c.messageId AND o.leaving = 0 AND ifnull(s.role, '') NOT IN ('all', 'flagged', 'important')))`,
  );
  const snapshot = sqlite
    .prepare(
      `SELECT e.uid, e.modseq, c.sourceId, c.flags, c.keywords FROM entries e JOIN copies c ON c.id = e.copyId
       WHERE e.mailboxId = ? ORDER BY e.uid`,
    )
    .raw();
  // Left alone, the planner walks the whole mailbox by uid to save itself sorting the few that changed.
  const changed = sqlite
    .prepare(
      `SELECT e.uid, e.modseq, c.sourceId, c.flags, c.keywords FROM entries e INDEXED BY entriesByModseq JOIN copies c ON c.id = e.copyId
       WHERE e.mailboxId = ? AND e.modseq > ? ORDER BY e.uid`,
    )
    .raw();
  const vanished = sqlite
    .prepare('SELECT DISTINCT uid FROM tombstones WHERE mailboxId = ? AND modseq > ? ORDER BY uid')
    .pluck();
  const sizes = sqlite
    .prepare(
      `SELECT e.uid, m.sizeBytes FROM entries e JOIN copies c ON c.id = e.copyId JOIN messages m ON m.id = c.messageId
       WHERE e.mailboxId = ? AND e.uid >= ? ORDER BY e.uid`,
    )
    .raw();
  return {
    counters: (mailboxId) =>
      counters.get(mailboxId) as { uidNext: number; highestModseq: number; uidValidity: number } | undefined,
    setCounters: (mailboxId, uidNext, highestModseq) => void setCounters.run(uidNext, highestModseq, mailboxId),
    insert: (mailboxId, uid, copyId, modseq) => void insert.run(mailboxId, uid, copyId, modseq, now()),
    entriesOfCopy: (copyId) => ofCopy.all(copyId) as EntryRow[],
    copyAt: (mailboxId, uid) => copyAt.get(mailboxId, uid) as number | undefined,
    copiesIn: (mailboxId, low, high) => copiesIn.all(mailboxId, low, high) as (CopyRow & { uid: number })[],
    uidOf: (mailboxId, copyId) => uidOf.get(mailboxId, copyId) as number | undefined,
    setCopy: (mailboxId, uid, copyId) => void setCopy.run(copyId, mailboxId, uid),
    touchAll: (mailboxId, copyIds, modseq) => touchAll.run(modseq, JSON.stringify(copyIds), mailboxId).changes > 0,
    touch: (mailboxId, copyId, modseq) => touch.run(modseq, copyId, mailboxId).changes > 0,
    mailboxesOf: (copyIds) => mailboxesOf.all(JSON.stringify(copyIds)) as number[],
    removeAll: (mailboxId, copyIds, modseq) => {
      const ids = JSON.stringify(copyIds);
      buryAll.run(modseq, ids, mailboxId);
      removeAll.run(ids, mailboxId);
    },
    remove: (mailboxId, uid, modseq) => {
      remove.run(mailboxId, uid);
      bury.run(mailboxId, modseq, uid);
    },
    allocate: ({ mailboxId, sourceIds, firstUid, modseq, archive }) =>
      allocate.run({
        mailboxId,
        firstUid,
        modseq,
        now: now(),
        archive: archive ? 1 : 0,
        sources: JSON.stringify(sourceIds),
      }).changes,
    snapshot: (mailboxId) => snapshot.iterate(mailboxId) as IterableIterator<EntryTuple>,
    changed: (mailboxId, modseq) => changed.all(mailboxId, modseq) as EntryTuple[],
    vanished: (mailboxId, modseq) => vanished.all(mailboxId, modseq) as number[],
    sizes: (mailboxId, fromUid) => sizes.iterate(mailboxId, fromUid) as IterableIterator<[number, number]>,
  };
}
