// The hot reads: what FETCH and SEARCH need of many messages, straight from the wire-ready columns.

import type Sqlite from 'better-sqlite3';
import type { Database } from './database.js';
import { THREAD_ID } from './messages.js';

export interface ListingColumns {
  readonly envelope?: boolean;
  readonly bodyStructure?: boolean;
  readonly headers?: boolean;
  readonly objectIds?: boolean;
  readonly saveDate?: boolean;
  readonly preview?: unknown;
}

/** A column not asked for is ''. `missing` is 1 when the listing has not been fetched from upstream yet. */
export interface ListingReadRow {
  readonly uid: number;
  readonly modseq: number;
  readonly internalDate: number;
  readonly sizeBytes: number;
  readonly envelope: string;
  readonly bodyStructure: string;
  readonly headers: string;
  readonly missing: number;
  /** Only if asked for. */
  readonly emailId?: string;
  readonly threadId?: string;
  readonly saveDate?: number | null;
  /** With `preview`: null while it is not known, the message, and whether its bytes are here. */
  readonly preview?: string | null;
  readonly messageId?: number;
  readonly hasBody?: number;
}

/** What is needed to fetch a message's body or listing from upstream. */
export interface Whereabouts {
  readonly uid: number;
  readonly copyId: number;
  readonly messageId: number;
  readonly sourceId: number;
  readonly upstreamUid: number | null;
  readonly bodyRef: string | null;
  readonly sizeBytes: number;
  readonly originId: number | null;
}

export interface ListingReads {
  /** Rows of the mailbox with low ≤ uid ≤ high, ascending, at most `limit`. */
  range(mailboxId: number, low: number, high: number, limit: number, columns: ListingColumns): ListingReadRow[];
  whereabouts(mailboxId: number, uid: number): Whereabouts | undefined;
  /** The copies of a mailbox that stand upstream, by source: [uid, upstreamUid, bodyRef is here]. */
  upstreamUids(mailboxId: number, sourceId: number): [number, number, number][];
  /** The uids of messages that have not reached their upstream yet. */
  unboundUids(mailboxId: number): number[];
}

/**
 * One content, one id, wherever it is copied or moved (RFC 8474 §5.1); ids of rows are never given again. The thread is
 * the upstream's that the content came from, fit to be an objectid (§7): one of the same content must be the same (§5.2).
 */
const OBJECT_IDS = `, 'E' || ifnull(m.contentId, m.id) AS emailId, ${THREAD_ID} AS threadId`;

export function createListingReads({ sqlite }: Database): ListingReads {
  const statements = new Map<number, Sqlite.Statement>();
  const statementFor = (columns: ListingColumns): Sqlite.Statement => {
    const key =
      (columns.envelope ? 1 : 0) |
      (columns.bodyStructure ? 2 : 0) |
      (columns.headers ? 4 : 0) |
      (columns.objectIds ? 8 : 0) |
      (columns.saveDate ? 16 : 0) |
      (columns.preview ? 32 : 0);
    const known = statements.get(key);
    if (known) return known;
    const listing = columns.envelope || columns.bodyStructure;
    const made = sqlite.prepare(
      `SELECT e.uid, e.modseq, m.internalDate, m.sizeBytes,
         ${columns.envelope ? "ifnull(l.envelope, '')" : "''"} AS envelope,
         ${columns.bodyStructure ? "ifnull(l.bodyStructure, '')" : "''"} AS bodyStructure,
         ${columns.headers ? "ifnull(h.block, '')" : "''"} AS headers,
         ${listing ? 'l.messageId IS NULL' : columns.headers ? 'h.messageId IS NULL' : '0'} AS missing
         ${columns.objectIds ? OBJECT_IDS : ''} ${columns.saveDate ? ', e.saveDate' : ''}
         ${columns.preview ? ', p.text AS preview, m.id AS messageId, m.bodyRef IS NOT NULL AS hasBody' : ''}
       FROM entries e JOIN copies c ON c.id = e.copyId JOIN messages m ON m.id = c.messageId
         ${listing ? 'LEFT JOIN listings l ON l.messageId = m.id' : ''}
         ${columns.headers ? 'LEFT JOIN headers h ON h.messageId = m.id' : ''}
         ${columns.preview ? 'LEFT JOIN previews p ON p.messageId = m.id' : ''}
       WHERE e.mailboxId = ? AND e.uid BETWEEN ? AND ? ORDER BY e.uid LIMIT ?`,
    );
    statements.set(key, made);
    return made;
  };
  const whereabouts = sqlite.prepare(
    `SELECT e.uid, c.id AS copyId, m.id AS messageId, c.sourceId, c.upstreamUid, m.bodyRef, m.sizeBytes, m.originId
     FROM entries e JOIN copies c ON c.id = e.copyId JOIN messages m ON m.id = c.messageId
     WHERE e.mailboxId = ? AND e.uid = ?`,
  );
  const upstreamUids = sqlite
    .prepare(
      `SELECT e.uid, c.upstreamUid, m.bodyRef IS NOT NULL FROM entries e JOIN copies c ON c.id = e.copyId
         JOIN messages m ON m.id = c.messageId
       WHERE e.mailboxId = ? AND c.sourceId = ? AND c.upstreamUid IS NOT NULL ORDER BY c.upstreamUid`,
    )
    .raw();
  const unboundUids = sqlite
    .prepare(
      `SELECT e.uid FROM copies c JOIN entries e ON e.copyId = c.id
       WHERE c.upstreamUid IS NULL AND c.leaving = 0 AND e.mailboxId = ? ORDER BY e.uid`,
    )
    .pluck();
  return {
    range: (mailboxId, low, high, limit, columns) =>
      statementFor(columns).all(mailboxId, low, high, limit) as ListingReadRow[],
    whereabouts: (mailboxId, uid) => whereabouts.get(mailboxId, uid) as Whereabouts | undefined,
    unboundUids: (mailboxId) => unboundUids.all(mailboxId) as number[],
    upstreamUids: (mailboxId, sourceId) => upstreamUids.all(mailboxId, sourceId) as [number, number, number][],
  };
}
