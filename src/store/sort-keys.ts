// What SORT and THREAD compare by: a row for each message whose header is here.
import type Sqlite from 'better-sqlite3';
import type { SortKeys } from '../mail/sort-keys.js';
import type { Database } from './database.js';

/** What a column of the sort table is read from. `ids` is a blob, the text columns are text, all else numbers. */
export const SORT_COLUMNS = {
  arrival: 'm.internalDate',
  size: 'm.sizeBytes',
  date: 'ifnull(k.sentDate, (SELECT internalDate FROM messages WHERE id = c.messageId))',
  isReply: 'ifnull(k.isReply, 0)',
  subject: "ifnull(k.subject, '')",
  from: "ifnull(k.fromMailbox, '')",
  to: "ifnull(k.toMailbox, '')",
  cc: "ifnull(k.ccMailbox, '')",
  displayfrom: "ifnull(k.displayFrom, '')",
  displayto: "ifnull(k.displayTo, '')",
  ids: 'k.threadIds',
} as const;
export type SortColumn = keyof typeof SORT_COLUMNS;

/** [uid, messageId, its keys are missing, the columns asked for …] */
export type SortRow = [number, number, number, ...unknown[]];

export interface SortKeyStore {
  set(messageId: number, keys: SortKeys): void;
  /** Rows of the mailbox with low ≤ uid ≤ high, ascending, at most `limit`. */
  range(
    mailboxId: number,
    span: { low: number; high: number; limit: number },
    columns: readonly SortColumn[],
  ): SortRow[];
  /** The kept header of a message; undefined while it has not been fetched. */
  headers(messageId: number): string | undefined;
}

export function createSortKeyStore({ sqlite }: Database): SortKeyStore {
  const set = sqlite.prepare(
    `INSERT OR REPLACE INTO sortKeys (messageId, sentDate, isReply, subject, fromMailbox, toMailbox, ccMailbox,
       displayFrom, displayTo, threadIds) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const headers = sqlite.prepare('SELECT block FROM headers WHERE messageId = ?').pluck();
  const statements = new Map<string, Sqlite.Statement>();
  const statementFor = (columns: readonly SortColumn[]): Sqlite.Statement => {
    const key = columns.join();
    const known = statements.get(key);
    if (known) return known;
    // Each table joined is a seek for every message: the rows of messages are read for what only they tell.
    const messages = columns.some((column) => SORT_COLUMNS[column].startsWith('m.'))
      ? 'JOIN messages m ON m.id = c.messageId'
      : '';
    const made = sqlite
      .prepare(
        `SELECT e.uid, c.messageId, k.messageId IS NULL, ${columns.map((column) => SORT_COLUMNS[column]).join(', ')}
         FROM entries e JOIN copies c ON c.id = e.copyId ${messages}
           LEFT JOIN sortKeys k ON k.messageId = c.messageId
         WHERE e.mailboxId = ? AND e.uid BETWEEN ? AND ? ORDER BY e.uid LIMIT ?`,
      )
      .raw();
    statements.set(key, made);
    return made;
  };
  return {
    set: (messageId, keys) => {
      const { threadIds } = keys;
      const blob = Buffer.from(threadIds.buffer, threadIds.byteOffset, threadIds.byteLength);
      const texts = [keys.subject, keys.from, keys.to, keys.cc, keys.displayFrom, keys.displayTo];
      set.run(messageId, keys.sentDate ?? null, keys.isReply ? 1 : 0, ...texts, blob);
    },
    range: (mailboxId, { low, high, limit }, columns) =>
      statementFor(columns).all(mailboxId, low, high, limit) as SortRow[],
    headers: (messageId) => headers.get(messageId) as string | undefined,
  };
}
