import type { CopyRow } from './copies.js';
import type { Database } from './database.js';

/** An action owed to an upstream; the payload's shape belongs to core/journal. */
export interface JournalRow {
  readonly id: number;
  readonly accountId: number;
  readonly kind: string;
  readonly sourceId: number | null;
  readonly payload: string;
  readonly sent: number;
  readonly attempts: number;
  readonly nextAttemptAt: number;
  readonly lastError: string | null;
  readonly createdAt: number;
}

export interface JournalTarget {
  readonly copyId: number;
  readonly newCopyId: number | null;
}

export interface NewJournalRow {
  readonly accountId: number;
  readonly kind: string;
  readonly sourceId: number | undefined;
  readonly payload: unknown;
  readonly targets: readonly { readonly copyId: number; readonly newCopyId?: number }[];
}

/** A row whose message has left its place upstream, and one of its targets. */
export interface StrayRow extends JournalRow, JournalTarget {}

export interface JournalStore {
  add(row: NewJournalRow): number;
  /** A row that is not carried out, nor counted, until its message is seen elsewhere; `createdAt` is when it was missed. */
  addStray(row: NewJournalRow, sent: boolean): void;
  /** The account's strays in order, a row for each target. */
  strays(accountId: number): StrayRow[];
  /** Whether a stray has the copy as a target, or is to make it. */
  isOfStray(copyId: number): boolean;
  /** Takes a target out of a row, and the row away with its last. */
  dropTarget(journalId: number, copyId: number): void;
  /** The account's rows in order, strays apart, at most `limit`. */
  head(accountId: number, limit: number): JournalRow[];
  get(id: number): JournalRow | undefined;
  targets(journalId: number): JournalTarget[];
  /** The target copies that are still there. */
  targetCopies(journalId: number): CopyRow[];
  /** Those of the target copies that no upstream uid is known for yet. */
  unboundTargets(journalId: number): number[];
  /** Rows that have the copy as a target, in order. */
  ofCopy(copyId: number): JournalRow[];
  /** Rows that act on the source, in order. */
  ofSource(sourceId: number): JournalRow[];
  ofAccountAndKind(accountId: number, kind: string): JournalRow[];
  /** Whether some row will bind the copy: it is what a transfer makes, or what an append stores. */
  isBrought(copyId: number): boolean;
  /** The targets of MOVEs and COPYs that end at the copy. */
  transfersTo(newCopyId: number): { readonly journalId: number; readonly copyId: number }[];
  setNewCopy(journalId: number, copyId: number, newCopyId: number): void;
  /** The row no longer concerns the copy. */
  removeTarget(id: number, copyId: number): void;
  setSent(id: number, payload: unknown): void;
  setPayload(id: number, payload: unknown): void;
  setAttempt(id: number, attempts: number, nextAttemptAt: number, lastError: string | undefined): void;
  /** Rows that failed are tried again at once, but for strays. What a provider asked for holds the whole account (core/limits). */
  retryNow(accountId: number): void;
  remove(id: number): void;
  depth(accountId: number): { depth: number; oldestAt: number | undefined; lastError: string | undefined };
}

/** `nextAttemptAt` of strays: no time at which anything is tried (2^53 - 1, and no clock comes near it). */
const STRAY = Number.MAX_SAFE_INTEGER;

export function createJournalStore({ sqlite }: Database): JournalStore {
  const add = sqlite.prepare(
    'INSERT INTO journal (accountId, kind, sourceId, payload, createdAt) VALUES (?, ?, ?, ?, ?)',
  );
  const addTargets = sqlite.prepare(
    `INSERT OR IGNORE INTO journalTargets (journalId, copyId, newCopyId)
     SELECT ?, value ->> 0, value ->> 1 FROM json_each(?)`,
  );
  const makeStray = sqlite.prepare(`UPDATE journal SET nextAttemptAt = ${STRAY}, sent = ? WHERE id = ?`);
  const strays = sqlite.prepare(
    `SELECT j.*, t.copyId, t.newCopyId FROM journal j JOIN journalTargets t ON t.journalId = j.id
     WHERE j.accountId = ? AND j.nextAttemptAt = ${STRAY} ORDER BY j.id`,
  );
  const isOfStray = sqlite
    .prepare(
      `SELECT 1 FROM journalTargets t JOIN journal j ON j.id = t.journalId WHERE t.copyId = @copyId AND j.nextAttemptAt = ${STRAY}
       UNION ALL
       SELECT 1 FROM journalTargets t JOIN journal j ON j.id = t.journalId WHERE t.newCopyId = @copyId AND j.nextAttemptAt = ${STRAY}
       LIMIT 1`,
    )
    .pluck();
  const dropTarget = sqlite.prepare('DELETE FROM journalTargets WHERE journalId = ? AND copyId = ?');
  const removeEmpty = sqlite.prepare(
    'DELETE FROM journal WHERE id = @id AND NOT EXISTS (SELECT 1 FROM journalTargets WHERE journalId = @id)',
  );
  const head = sqlite.prepare(
    `SELECT * FROM journal WHERE accountId = ? AND nextAttemptAt < ${STRAY} ORDER BY id LIMIT ?`,
  );
  const get = sqlite.prepare('SELECT * FROM journal WHERE id = ?');
  const targets = sqlite.prepare('SELECT copyId, newCopyId FROM journalTargets WHERE journalId = ? ORDER BY copyId');
  const targetCopies = sqlite.prepare(
    'SELECT c.* FROM journalTargets t JOIN copies c ON c.id = t.copyId WHERE t.journalId = ? ORDER BY t.copyId',
  );
  const unboundTargets = sqlite
    .prepare(
      `SELECT c.id FROM journalTargets t JOIN copies c ON c.id = t.copyId
       WHERE t.journalId = ? AND c.upstreamUid IS NULL`,
    )
    .pluck();
  const ofCopy = sqlite.prepare(
    'SELECT j.* FROM journal j JOIN journalTargets t ON t.journalId = j.id WHERE t.copyId = ? ORDER BY j.id',
  );
  const ofSource = sqlite.prepare('SELECT * FROM journal WHERE sourceId = ? ORDER BY id');
  const ofKind = sqlite.prepare('SELECT * FROM journal WHERE accountId = ? AND kind = ? ORDER BY id');
  const isBrought = sqlite
    .prepare(
      `SELECT 1 FROM journalTargets WHERE newCopyId = @copyId
       UNION ALL SELECT 1 FROM journalTargets t JOIN journal j ON j.id = t.journalId WHERE t.copyId = @copyId AND j.kind = 'append'
       LIMIT 1`,
    )
    .pluck();
  const transfersTo = sqlite.prepare(
    "SELECT t.journalId, t.copyId FROM journalTargets t JOIN journal j ON j.id = t.journalId WHERE t.newCopyId = ? AND j.kind IN ('move', 'copy')",
  );
  const setNewCopy = sqlite.prepare('UPDATE journalTargets SET newCopyId = ? WHERE journalId = ? AND copyId = ?');
  const removeTarget = sqlite.prepare('DELETE FROM journalTargets WHERE journalId = ? AND copyId = ?');
  const setSent = sqlite.prepare('UPDATE journal SET sent = 1, payload = ? WHERE id = ?');
  const setPayload = sqlite.prepare('UPDATE journal SET payload = ? WHERE id = ?');
  const setAttempt = sqlite.prepare('UPDATE journal SET attempts = ?, nextAttemptAt = ?, lastError = ? WHERE id = ?');
  const retryNow = sqlite.prepare(
    `UPDATE journal SET nextAttemptAt = 0 WHERE accountId = ? AND attempts > 0 AND nextAttemptAt < ${STRAY}`,
  );
  const remove = sqlite.prepare('DELETE FROM journal WHERE id = ?');
  const depth = sqlite.prepare(
    `SELECT count(*) AS depth, min(createdAt) AS oldestAt,
       (SELECT lastError FROM journal WHERE accountId = @accountId AND lastError IS NOT NULL ORDER BY id LIMIT 1) AS lastError
     FROM journal WHERE accountId = @accountId AND nextAttemptAt < ${STRAY}`,
  );
  const insert = ({ accountId, kind, sourceId, payload, targets: list }: NewJournalRow): number => {
    const id = Number(add.run(accountId, kind, sourceId ?? null, JSON.stringify(payload), Date.now()).lastInsertRowid);
    if (list.length > 0)
      addTargets.run(id, JSON.stringify(list.map(({ copyId, newCopyId }) => [copyId, newCopyId ?? null])));
    return id;
  };
  return {
    add: insert,
    addStray: (row, sent) => void makeStray.run(sent ? 1 : 0, insert(row)),
    strays: (accountId) => strays.all(accountId) as StrayRow[],
    isOfStray: (copyId) => isOfStray.get({ copyId }) !== undefined,
    dropTarget: (journalId, copyId) => {
      dropTarget.run(journalId, copyId);
      removeEmpty.run({ id: journalId });
    },
    head: (accountId, limit) => head.all(accountId, limit) as JournalRow[],
    get: (id) => get.get(id) as JournalRow | undefined,
    targets: (journalId) => targets.all(journalId) as JournalTarget[],
    targetCopies: (journalId) => targetCopies.all(journalId) as CopyRow[],
    unboundTargets: (journalId) => unboundTargets.all(journalId) as number[],
    transfersTo: (newCopyId) => transfersTo.all(newCopyId) as { journalId: number; copyId: number }[],
    setNewCopy: (journalId, copyId, newCopyId) => void setNewCopy.run(newCopyId, journalId, copyId),
    ofCopy: (copyId) => ofCopy.all(copyId) as JournalRow[],
    ofSource: (sourceId) => ofSource.all(sourceId) as JournalRow[],
    ofAccountAndKind: (accountId, kind) => ofKind.all(accountId, kind) as JournalRow[],
    isBrought: (copyId) => isBrought.get({ copyId }) !== undefined,
    removeTarget: (id, copyId) => void removeTarget.run(id, copyId),
    setSent: (id, payload) => void setSent.run(JSON.stringify(payload), id),
    setPayload: (id, payload) => void setPayload.run(JSON.stringify(payload), id),
    setAttempt: (id, attempts, nextAttemptAt, lastError) =>
      void setAttempt.run(attempts, nextAttemptAt, lastError ?? null, id),
    retryNow: (accountId) => void retryNow.run(accountId),
    remove: (id) => void remove.run(id),
    depth: (accountId) => {
      const row = depth.get({ accountId }) as { depth: number; oldestAt: number | null; lastError: string | null };
      return { depth: row.depth, oldestAt: row.oldestAt ?? undefined, lastError: row.lastError ?? undefined };
    },
  };
}
