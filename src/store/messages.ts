import { sortKeysOf } from '../mail/sort-keys.js';
import type { Database } from './database.js';
import { createSortKeyStore } from './sort-keys.js';
import type { SourceRow } from './sources.js';

/** One content. Texts are WireText. */
export interface NewMessage {
  readonly accountId: number;
  readonly emailId: string | undefined;
  readonly threadId: string | undefined;
  /** Unix time, seconds. */
  readonly internalDate: number;
  readonly sizeBytes: number;
}

export interface MessageRow {
  readonly id: number;
  readonly accountId: number;
  readonly emailId: string | null;
  readonly messageIdHeader: string | null;
  readonly internalDate: number;
  readonly sizeBytes: number;
  readonly bodyRef: string | null;
  readonly originId: number | null;
}

export interface Listing {
  readonly envelope: string;
  readonly bodyStructure: string;
  readonly headers: string;
  /** '' when the message has none. */
  readonly messageIdHeader: string;
}

/** A source and the account it belongs to. */
export type SourceKey = Pick<SourceRow, 'id' | 'accountId'>;

export interface MessageStore {
  insert(message: NewMessage): number;
  get(id: number): MessageRow | undefined;
  byEmailId(accountId: number, emailId: string): number | undefined;
  /** Messages of the account with this Message-ID (without angle brackets). */
  byMessageIdHeader(accountId: number, messageIdHeader: string): number[];
  /** Whether the source holds a message whose Message-ID the provider replaced, keeping this one (Outlook.com). */
  hasOriginalMessageId(sourceId: number, messageIdHeader: string): boolean;
  /** Whether it stands upstream because we have put it there by APPEND. */
  isOurs(id: number): boolean;
  hasListing(id: number): boolean;
  listing(id: number): Listing | undefined;
  setListing(id: number, listing: Listing): void;
  setBodyStructure(id: number, bodyStructure: string): void;
  setBody(id: number, bodyRef: string | null): void;
  setOrigin(id: number, originId: number | null): void;
  /** Another account answers for it from now on; the provider's id, which means nothing there, goes. */
  setAccount(id: number, accountId: number): void;
  /** The message has the content of another, of another account, and so its EMAILID and THREADID. */
  setContent(id: number, sameAs: number): void;
  setOurs(id: number, ours: boolean): void;
  setEmailId(id: number, emailId: string): void;
  /** Newest messages of a source whose body is not cached, within a date: for prefetch. */
  withoutBody(
    source: SourceKey,
    since: number,
    limit: number,
  ): { messageId: number; upstreamUid: number; sizeBytes: number }[];
  /** Upstream uids of a source whose message has no listing yet, newest first. */
  withoutListing(source: SourceKey): number[];
  /** Deletes the message if no copy shows it any more. */
  removeIfOrphan(id: number): void;
}

/** Of `messages m`: its THREADID, '' for none. */
export const THREAD_ID = `CASE WHEN m.contentId IS NOT NULL THEN m.contentThread
  WHEN length(m.threadId) < 200 AND m.threadId NOT GLOB '*[^A-Za-z0-9_-]*' THEN 'T' || m.accountId || '-' || m.threadId
  ELSE '' END`;

export function createMessageStore(database: Database): MessageStore {
  const { sqlite } = database;
  const sortKeys = createSortKeyStore(database);
  const insert = sqlite.prepare(
    'INSERT INTO messages (accountId, emailId, threadId, internalDate, sizeBytes) VALUES (?, ?, ?, ?, ?)',
  );
  const get = sqlite.prepare(
    'SELECT id, accountId, emailId, messageIdHeader, internalDate, sizeBytes, bodyRef, originId FROM messages WHERE id = ?',
  );
  const byEmailId = sqlite.prepare('SELECT id FROM messages WHERE accountId = ? AND emailId = ?').pluck();
  const byMessageIdHeader = sqlite
    .prepare("SELECT id FROM messages WHERE accountId = ? AND messageIdHeader = ? AND messageIdHeader <> ''")
    .pluck();
  // Only the newest few can be the one that was just sent.
  const recentHeaders = sqlite
    .prepare(
      `SELECT h.block FROM copies c JOIN headers h ON h.messageId = c.messageId WHERE c.sourceId = ? ORDER BY c.id DESC LIMIT 50`,
    )
    .pluck();
  const isOurs = sqlite.prepare('SELECT 1 FROM messages WHERE id = ? AND ours = 1').pluck();
  const hasListing = sqlite.prepare('SELECT 1 FROM listings WHERE messageId = ?').pluck();
  const listing = sqlite.prepare(
    `SELECT l.envelope, l.bodyStructure, h.block AS headers, ifnull(m.messageIdHeader, '') AS messageIdHeader
     FROM listings l JOIN headers h USING (messageId) JOIN messages m ON m.id = l.messageId WHERE l.messageId = ?`,
  );
  const setListing = sqlite.prepare(
    'INSERT OR REPLACE INTO listings (messageId, envelope, bodyStructure) VALUES (?, ?, ?)',
  );
  const setHeaders = sqlite.prepare('INSERT OR REPLACE INTO headers (messageId, block) VALUES (?, ?)');
  const setMessageId = sqlite.prepare('UPDATE messages SET messageIdHeader = ? WHERE id = ?');
  const setBodyStructure = sqlite.prepare('UPDATE listings SET bodyStructure = ? WHERE messageId = ?');
  const setBody = sqlite.prepare('UPDATE messages SET bodyRef = ? WHERE id = ?');
  const setOrigin = sqlite.prepare('UPDATE messages SET originId = ? WHERE id = ?');
  const setContent = sqlite.prepare(
    `UPDATE messages SET (contentId, contentThread) =
       (SELECT ifnull(m.contentId, m.id), ${THREAD_ID} FROM messages m WHERE m.id = ?) WHERE id = ?`,
  );
  const setAccount = sqlite.prepare('UPDATE messages SET accountId = ?, emailId = NULL WHERE id = ?');
  const setOurs = sqlite.prepare('UPDATE messages SET ours = ? WHERE id = ?');
  const setEmailId = sqlite.prepare('UPDATE messages SET emailId = ? WHERE id = ?');
  // CROSS JOIN keeps the order of the tables (SQLite): from the few that are missing, not from all copies of the source.
  const withoutBody = sqlite.prepare(
    `SELECT m.id AS messageId, c.upstreamUid, m.sizeBytes
     FROM messages m INDEXED BY messagesWithoutBody CROSS JOIN copies c INDEXED BY copiesByMessage ON c.messageId = m.id
     WHERE m.accountId = ? AND m.bodyRef IS NULL AND m.internalDate >= ?
       AND c.sourceId = ? AND c.leaving = 0 AND c.upstreamUid IS NOT NULL
     ORDER BY m.internalDate DESC LIMIT ?`,
  );
  const withoutListing = sqlite
    .prepare(
      `SELECT c.upstreamUid FROM messages m INDEXED BY messagesWithoutListing CROSS JOIN copies c INDEXED BY copiesByMessage ON c.messageId = m.id
       WHERE m.accountId = ? AND m.messageIdHeader IS NULL AND c.sourceId = ? AND c.upstreamUid IS NOT NULL
       ORDER BY c.upstreamUid DESC`,
    )
    .pluck();
  const remove = sqlite.prepare(
    'DELETE FROM messages WHERE id = @id AND NOT EXISTS (SELECT 1 FROM copies WHERE messageId = @id)',
  );
  return {
    insert: (m) =>
      Number(
        insert.run(m.accountId, m.emailId ?? null, m.threadId ?? null, m.internalDate, m.sizeBytes).lastInsertRowid,
      ),
    get: (id) => get.get(id) as MessageRow | undefined,
    byEmailId: (accountId, emailId) => byEmailId.get(accountId, emailId) as number | undefined,
    byMessageIdHeader: (accountId, messageIdHeader) => byMessageIdHeader.all(accountId, messageIdHeader) as number[],
    hasOriginalMessageId: (sourceId, messageIdHeader) =>
      (recentHeaders.all(sourceId) as string[]).some((block) => {
        const match = /^x-microsoft-original-message-id:\s*<?([^>\s]+)/im.exec(block);
        return match?.[1] === messageIdHeader;
      }),
    isOurs: (id) => isOurs.get(id) !== undefined,
    hasListing: (id) => hasListing.get(id) !== undefined,
    listing: (id) => listing.get(id) as Listing | undefined,
    setListing: (id, row) => {
      setListing.run(id, row.envelope, row.bodyStructure);
      setHeaders.run(id, row.headers);
      setMessageId.run(row.messageIdHeader, id);
      sortKeys.set(id, sortKeysOf(row.headers));
    },
    setBodyStructure: (id, bodyStructure) => void setBodyStructure.run(bodyStructure, id),
    setBody: (id, bodyRef) => void setBody.run(bodyRef, id),
    setOurs: (id, ours) => void setOurs.run(ours ? 1 : 0, id),
    setEmailId: (id, emailId) => void setEmailId.run(emailId, id),
    setAccount: (id, accountId) => void setAccount.run(accountId, id),
    setOrigin: (id, originId) => void setOrigin.run(originId, id),
    setContent: (id, sameAs) => void setContent.run(sameAs, id),
    withoutBody: ({ id, accountId }, since, limit) =>
      withoutBody.all(accountId, since, id, limit) as { messageId: number; upstreamUid: number; sizeBytes: number }[],
    withoutListing: ({ id, accountId }) => withoutListing.all(accountId, id) as number[],
    removeIfOrphan: (id) => void remove.run({ id }),
  };
}
