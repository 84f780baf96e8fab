import type { Database } from './database.js';

export interface AnnotationRow {
  /** Lower case. */
  readonly entry: string;
  readonly value: Uint8Array;
}

/** Annotations of mailboxes (RFC 5464), and of the server as a whole: `mailboxId` 0. */
export interface AnnotationStore {
  /** By name. */
  of(mailboxId: number): AnnotationRow[];
  set(mailboxId: number, annotation: AnnotationRow): void;
  remove(mailboxId: number, entry: string): void;
}

export function createAnnotationStore({ sqlite }: Database): AnnotationStore {
  const of = sqlite.prepare('SELECT entry, value FROM annotations WHERE mailboxId = ? ORDER BY entry');
  const set = sqlite.prepare('INSERT OR REPLACE INTO annotations (mailboxId, entry, value) VALUES (?, ?, ?)');
  const remove = sqlite.prepare('DELETE FROM annotations WHERE mailboxId = ? AND entry = ?');
  return {
    of: (mailboxId) => of.all(mailboxId) as AnnotationRow[],
    set: (mailboxId, { entry, value }) => void set.run(mailboxId, entry, value),
    remove: (mailboxId, entry) => void remove.run(mailboxId, entry),
  };
}
