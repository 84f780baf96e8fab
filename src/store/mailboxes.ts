import type { Role } from '../mail/roles.js';
import type { Database } from './database.js';

export interface MailboxRow {
  readonly id: number;
  readonly path: string;
  readonly kind: 'unified' | 'account' | 'view';
  readonly role: Role | undefined;
  /** One that a client asked for. */
  readonly specialUse: string | undefined;
  readonly accountId: number | undefined;
  readonly selectable: boolean;
  readonly uidValidity: number;
  readonly uidNext: number;
  readonly highestModseq: number;
}

export interface FeedRow {
  readonly mailboxId: number;
  readonly sourceId: number;
  readonly active: boolean;
}

interface RawMailbox {
  id: number;
  path: string;
  kind: MailboxRow['kind'];
  role: string | null;
  specialUse: string | null;
  accountId: number | null;
  selectable: number;
  uidValidity: number;
  uidNext: number;
  highestModseq: number;
}

const fromRaw = (raw: RawMailbox): MailboxRow => ({
  ...raw,
  role: (raw.role ?? undefined) as Role | undefined,
  specialUse: raw.specialUse ?? undefined,
  accountId: raw.accountId ?? undefined,
  selectable: raw.selectable === 1,
});

export interface NewMailbox {
  readonly path: string;
  readonly kind: MailboxRow['kind'];
  readonly role: Role | undefined;
  readonly accountId: number | undefined;
  readonly selectable: boolean;
}

export interface MailboxStore {
  insert(mailbox: NewMailbox): MailboxRow;
  get(id: number): MailboxRow | undefined;
  byPath(path: string): MailboxRow | undefined;
  list(): MailboxRow[];
  setPath(id: number, path: string): void;
  setSelectable(id: number, selectable: boolean): void;
  /** @throws {SqliteError} if another mailbox has it */
  setSpecialUse(id: number, specialUse: string): void;
  /** Deletes the mailbox, its entries, tombstones, feeds and annotations. */
  remove(id: number): void;
  /** Deletes all of it but its entries and tombstones, which nobody sees any more; they may be many. */
  takeAway(id: number): void;
  /** Deletes entries and tombstones of a mailbox that has been taken away, about `limit` of each; whether there were any. */
  forgetSome(id: number, limit: number): boolean;
  /** A new uidValidity and no entries: everything will be allocated again. */
  renumber(id: number): void;
  addFeed(mailboxId: number, sourceId: number, active: boolean): void;
  activateFeeds(mailboxId: number, sourceIds: readonly number[]): void;
  removeFeedsOfSource(sourceId: number): void;
  feedsOfSource(sourceId: number): FeedRow[];
  feedsOfMailbox(mailboxId: number): FeedRow[];
  /** Whether an archive shows (part of) a source of all mail: Gmail's. */
  hasArchiveOfAll(): boolean;
  subscriptions(): string[];
  subscribe(path: string): void;
  unsubscribe(path: string): void;
}

export function createMailboxStore({ sqlite }: Database): MailboxStore {
  const insert = sqlite.prepare(
    `INSERT INTO mailboxes (path, kind, role, accountId, selectable, uidValidity) VALUES (?, ?, ?, ?, ?, ?) RETURNING *`,
  );
  const get = sqlite.prepare('SELECT * FROM mailboxes WHERE id = ?');
  const byPath = sqlite.prepare('SELECT * FROM mailboxes WHERE path = ?');
  const list = sqlite.prepare('SELECT * FROM mailboxes ORDER BY id');
  const setPath = sqlite.prepare('UPDATE mailboxes SET path = ? WHERE id = ?');
  const setSelectable = sqlite.prepare('UPDATE mailboxes SET selectable = ? WHERE id = ?');
  const setSpecialUse = sqlite.prepare('UPDATE mailboxes SET specialUse = ? WHERE id = ?');
  const removal = ['entries', 'tombstones', 'feeds', 'annotations'].map((table) =>
    sqlite.prepare(`DELETE FROM ${table} WHERE mailboxId = ?`),
  );
  const remove = sqlite.prepare('DELETE FROM mailboxes WHERE id = ?');
  const forgetSome = [
    ['entries', 'uid'],
    ['tombstones', 'modseq'],
  ].map(([table, column]) =>
    sqlite.prepare(
      `DELETE FROM ${table} WHERE mailboxId = @id AND ${column} <= ifnull(
         (SELECT ${column} FROM ${table} WHERE mailboxId = @id ORDER BY ${column} LIMIT 1 OFFSET @limit), 9e15)`,
    ),
  );
  const renumber = sqlite.prepare(
    'UPDATE mailboxes SET uidValidity = ?, uidNext = 1, highestModseq = highestModseq + 1 WHERE id = ?',
  );
  const lastValidity = sqlite.prepare("SELECT value FROM meta WHERE key = 'uidValidity'").pluck();
  const saveValidity = sqlite.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('uidValidity', ?)");
  const addFeed = sqlite.prepare('INSERT OR IGNORE INTO feeds (mailboxId, sourceId, active) VALUES (?, ?, ?)');
  const activate = sqlite.prepare('UPDATE feeds SET active = 1 WHERE mailboxId = ? AND sourceId = ?');
  const removeFeeds = sqlite.prepare('DELETE FROM feeds WHERE sourceId = ?');
  const feedsOfSource = sqlite.prepare('SELECT * FROM feeds WHERE sourceId = ?');
  const feedsOfMailbox = sqlite.prepare('SELECT * FROM feeds WHERE mailboxId = ?');
  const archiveOfAll = sqlite
    .prepare(
      `SELECT EXISTS (SELECT 1 FROM sources s JOIN feeds f ON f.sourceId = s.id JOIN mailboxes m ON m.id = f.mailboxId
       WHERE s.role = 'all' AND m.role = 'archive' AND f.active = 1)`,
    )
    .pluck();
  const subscriptions = sqlite.prepare('SELECT path FROM subscriptions ORDER BY path').pluck();
  const subscribe = sqlite.prepare('INSERT OR IGNORE INTO subscriptions (path) VALUES (?)');
  const unsubscribe = sqlite.prepare('DELETE FROM subscriptions WHERE path = ?');

  /** Never the same value twice, also when mailboxes are made within one second or the clock goes back (RFC 9051 §2.3.1.1). */
  const nextUidValidity = (): number => {
    const value = Math.max(Math.floor(Date.now() / 1000), Number(lastValidity.get() ?? 0) + 1);
    saveValidity.run(String(value));
    return value;
  };
  const one = (raw: unknown) => (raw === undefined ? undefined : fromRaw(raw as RawMailbox));
  const feeds = (rows: unknown[]) =>
    (rows as { mailboxId: number; sourceId: number; active: number }[]).map((row) => ({
      ...row,
      active: row.active === 1,
    }));
  return {
    insert: ({ path, kind, role, accountId, selectable }) =>
      fromRaw(
        insert.get(path, kind, role ?? null, accountId ?? null, selectable ? 1 : 0, nextUidValidity()) as RawMailbox,
      ),
    get: (id) => one(get.get(id)),
    byPath: (path) => one(byPath.get(path)),
    list: () => (list.all() as RawMailbox[]).map(fromRaw),
    setPath: (id, path) => void setPath.run(path, id),
    setSelectable: (id, selectable) => void setSelectable.run(selectable ? 1 : 0, id),
    setSpecialUse: (id, specialUse) => void setSpecialUse.run(specialUse, id),
    remove: (id) => {
      for (const statement of removal) statement.run(id);
      remove.run(id);
    },
    takeAway: (id) => {
      for (const statement of removal.slice(2)) statement.run(id);
      remove.run(id);
    },
    forgetSome: (id, limit) =>
      forgetSome.map((statement) => statement.run({ id, limit }).changes).some((changes) => changes > 0),
    renumber: (id) => {
      removal[0]?.run(id);
      removal[1]?.run(id);
      renumber.run(nextUidValidity(), id);
    },
    addFeed: (mailboxId, sourceId, active) => void addFeed.run(mailboxId, sourceId, active ? 1 : 0),
    activateFeeds: (mailboxId, sourceIds) => {
      for (const sourceId of sourceIds) activate.run(mailboxId, sourceId);
    },
    removeFeedsOfSource: (sourceId) => void removeFeeds.run(sourceId),
    feedsOfSource: (sourceId) => feeds(feedsOfSource.all(sourceId)),
    hasArchiveOfAll: () => archiveOfAll.get() === 1,
    feedsOfMailbox: (mailboxId) => feeds(feedsOfMailbox.all(mailboxId)),
    subscriptions: () => subscriptions.all() as string[],
    subscribe: (path) => void subscribe.run(path),
    unsubscribe: (path) => void unsubscribe.run(path),
  };
}
