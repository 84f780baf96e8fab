// What clients have removed, for `gateway undo`. A row that has a body holds one of its pins.
import { headerField } from '../mail/header-block.js';
import type { WireText } from '../mail/ids.js';
import type { Database } from './database.js';

/** One removed copy. */
export interface RemovalRow {
  readonly id: number;
  readonly accountId: number;
  /** Unix milliseconds; the same for all that one client command has removed, and for nothing else. */
  readonly at: number;
  readonly device: string;
  readonly sourceId: number;
  /** JSON */
  readonly sourcePath: string;
  readonly mailboxPath: string;
  readonly messageId: number;
  readonly messageIdHeader: string;
  /** The raw header field. */
  readonly subject: WireText;
  readonly sizeBytes: number;
  /** Unix time, seconds. */
  readonly internalDate: number;
  readonly flags: number;
  readonly keywords: string;
  readonly trashCopyId: number | null;
  readonly bodyRef: string | null;
  readonly undoneAt: number | null;
  /** JSON: [source, path] of each label that has gone with it. */
  readonly labels: string;
}

export interface NewRemovals {
  readonly at: number;
  readonly device: string;
  readonly mailboxPath: string;
  /** System flags that are not kept: \Deleted. */
  readonly withoutFlags: number;
  /** Bodies that are larger are not kept. */
  readonly maxBodyBytes: number;
  /** [copy, the copy in Trash that it has become] */
  readonly copies: readonly (readonly [number, number | null])[];
  /** 1: each takes the other labels of its message away; 0: it goes by itself. */
  readonly withLabels: 0 | 1;
}

export interface RemovalStore {
  /** Notes the copies as they are now, and pins the bodies of theirs that are here. Returns the bytes pinned. */
  add(removals: NewRemovals): number;
  get(id: number): RemovalRow | undefined;
  /** At most `limit` of those from `at` on whose ids are below `before`, newest first. */
  since(at: number, before: number, limit: number): RemovalRow[];
  /** Of the action that was noted last, 0 when there is none. */
  lastAt(): number;
  /** Whether an action has this time. */
  isUsed(at: number): boolean;
  /**
   * Copies in the source that are the removed message by what is known of it: Message-ID and size; without a Message-ID
   * date, size and subject.
   */
  lookAlikes(sourceId: number, removal: RemovalRow): number[];
  /**
   * Whether the account holds it in an upstream mailbox that is neither Trash nor the one it was removed from, and that it
   * has come to since.
   */
  isElsewhereSince(removal: RemovalRow): boolean;
  /** Whether another removal of the message, of the same command or a later one, has been undone. */
  isPartlyBack(removal: RemovalRow): boolean;
  /**
   * Whether somebody else has put it back where it was: more of its like have come there since than were brought back from
   * here. Known by its Message-ID and size; without a Message-ID never.
   */
  isBackSince(removal: RemovalRow): boolean;
  /** Of one action: removals of these messages, or all from the source, whose bodies are not here. */
  withoutBody(which: {
    readonly at: number;
    readonly messageIds: readonly number[] | undefined;
    /** Where no messages are named: of these at most `limit`. */
    readonly sourceId: number;
    readonly limit: number;
  }): { id: number; messageId: number; sizeBytes: number }[];
  /** How much is pinned for one action. */
  keptOf(at: number): { count: number; bytes: number };
  /** Pins what has been fetched for a removal since. */
  setBody(id: number, bodyRef: string): void;
  /** Brought back: nothing of it is pinned any more but, with `handOver`, what another answers for now. */
  setUndone(id: number, at: number, handOver: boolean): void;
  /** An action has been refused for good, and what it removed is back: of the mailbox, or of these messages or copies in Trash. */
  setRefused(
    now: number,
    what:
      | { readonly at: number; readonly sourceId: number; readonly messageIds?: readonly number[] }
      | { readonly trashCopyIds: readonly number[] },
  ): void;
  /** Earlier removals of what has been brought back as another message: to Trash, where they look for it. */
  relink(
    links: readonly { readonly messageId: number; readonly newMessageId: number; readonly newCopyId: number }[],
  ): void;
  pinnedBytes(): number;
  /** Gives up the bodies of the oldest removals until these many bytes are free; returns how many are. */
  release(bytes: number): number;
  /** Forgets at most `limit` removals from before `at`; returns the bytes that are no longer pinned. */
  expire(at: number, limit: number): number;
}

/** A label store: what stands there has no other label. */
const OUTSIDE = "'trash', 'junk'";
const OPEN = 'undoneAt IS NULL';

export function createRemovalStore({ sqlite }: Database): RemovalStore {
  sqlite.function('subjectOf', { deterministic: true }, (block) =>
    typeof block === 'string' ? (headerField(block as WireText, 'subject') ?? '') : '',
  );
  const add = sqlite.prepare(
    `INSERT INTO removals (accountId, at, device, sourceId, sourcePath, mailboxPath, messageId, messageIdHeader, subject,
       sizeBytes, internalDate, flags, keywords, trashCopyId, bodyRef, labels)
     SELECT m.accountId, @at, @device, c.sourceId, s.path, @mailboxPath, m.id, ifnull(m.messageIdHeader, ''),
       subjectOf(h.block), m.sizeBytes, m.internalDate, c.flags & ~@withoutFlags, c.keywords, j.value ->> 1,
       CASE WHEN m.sizeBytes <= @maxBodyBytes THEN m.bodyRef END,
       CASE WHEN @withLabels AND ifnull(s.role, '') NOT IN (${OUTSIDE}) AND (m.emailId IS NOT NULL OR c.upstreamUid IS NULL) THEN
         (SELECT json_group_array(json_array(t.id, json(t.path))) FROM copies o JOIN sources t ON t.id = o.sourceId
          WHERE o.messageId = m.id AND o.leaving = 0 AND o.sourceId <> c.sourceId AND t.accountId = s.accountId
            AND t.local IS NULL AND ifnull(t.role, '') NOT IN (${OUTSIDE}, 'all', 'flagged', 'important'))
       ELSE '[]' END
     FROM json_each(@copies) j CROSS JOIN copies c ON c.id = j.value ->> 0 CROSS JOIN messages m ON m.id = c.messageId
       CROSS JOIN sources s ON s.id = c.sourceId LEFT JOIN headers h ON h.messageId = m.id`,
  );
  const pinNew = sqlite.prepare(
    `UPDATE bodies SET pins = pins + r.n FROM
       (SELECT bodyRef, count(*) AS n FROM removals WHERE id > ? AND bodyRef IS NOT NULL GROUP BY bodyRef) r
     WHERE bodies.ref = r.bodyRef`,
  );
  const newBytes = sqlite
    .prepare('SELECT ifnull(sum(sizeBytes), 0) FROM removals WHERE id > ? AND bodyRef IS NOT NULL')
    .pluck();
  const get = sqlite.prepare('SELECT * FROM removals WHERE id = ?');
  // Nearly all are of that time: in order of id each page is read as it lies.
  const since = sqlite.prepare('SELECT * FROM removals WHERE +at >= ? AND id < ? ORDER BY id DESC LIMIT ?');
  // By what each action noted first: a large mailbox's messages are noted by and by (core/deletions.ts).
  const lastAt = sqlite.prepare('SELECT at FROM removals GROUP BY at ORDER BY min(id) DESC LIMIT 1').pluck();
  const isUsed = sqlite.prepare('SELECT EXISTS (SELECT 1 FROM removals WHERE at = ?)').pluck();
  const byMessageId = sqlite
    .prepare(
      `SELECT c.id FROM messages m JOIN copies c ON c.messageId = m.id
       WHERE m.accountId = @accountId AND m.messageIdHeader = @messageIdHeader AND m.messageIdHeader <> ''
         AND c.sourceId = @sourceId AND m.sizeBytes = @sizeBytes`,
    )
    .pluck();
  const byDate = sqlite
    .prepare(
      `SELECT c.id FROM copies c JOIN messages m ON m.id = c.messageId JOIN headers h ON h.messageId = m.id
       WHERE c.sourceId = @sourceId AND m.internalDate = @internalDate AND m.sizeBytes = @sizeBytes
         AND m.messageIdHeader = '' AND subjectOf(h.block) = @subject`,
    )
    .pluck();
  const isElsewhereSince = sqlite
    .prepare(
      `SELECT EXISTS (SELECT 1 FROM messages m JOIN copies c ON c.messageId = m.id JOIN sources s ON s.id = c.sourceId
         WHERE m.accountId = @accountId AND s.accountId = @accountId
           AND (m.id = @messageId OR @messageIdHeader <> '' AND m.messageIdHeader = @messageIdHeader AND m.sizeBytes = @sizeBytes)
           AND c.leaving = 0 AND c.sourceId <> @sourceId AND s.local IS NULL AND ifnull(s.role, '') <> 'trash'
           AND CASE WHEN @trashCopyId IS NULL
             THEN (SELECT min(saveDate) FROM entries WHERE copyId = c.id) * 1000 > @at
             ELSE c.id > @trashCopyId END)`,
    )
    .pluck();
  const isPartlyBack = sqlite
    .prepare(
      `SELECT EXISTS (SELECT 1 FROM removals WHERE +at >= @at AND id <> @id AND +accountId = @accountId AND undoneAt >= @at
         AND (messageId = @messageId OR @messageIdHeader <> '' AND messageIdHeader = @messageIdHeader AND sizeBytes = @sizeBytes))`,
    )
    .pluck();
  // Save dates are in whole seconds: one of the same second has come since.
  const isBackSince = sqlite
    .prepare(
      `SELECT (SELECT count(*) FROM messages m JOIN copies c ON c.messageId = m.id
           WHERE m.accountId = @accountId AND m.messageIdHeader = @messageIdHeader AND m.sizeBytes = @sizeBytes
             AND c.sourceId = @sourceId AND c.leaving = 0
             AND (SELECT min(saveDate) FROM entries WHERE copyId = c.id) * 1000 + 999 >= @at)
         > (SELECT count(*) FROM removals WHERE accountId = @accountId AND messageIdHeader = @messageIdHeader
             AND sizeBytes = @sizeBytes AND sourceId = @sourceId AND undoneAt >= @at)`,
    )
    .pluck();
  const WITHOUT_BODY = `SELECT id, messageId, sizeBytes FROM removals WHERE at = @at AND bodyRef IS NULL AND ${OPEN}`;
  const withoutBody = sqlite.prepare(`${WITHOUT_BODY} AND messageId IN (SELECT value FROM json_each(@messageIds))`);
  const withoutBodyIn = sqlite.prepare(`${WITHOUT_BODY} AND sourceId = @sourceId LIMIT @limit`);
  const keptOf = sqlite.prepare(
    'SELECT count(*) AS count, ifnull(sum(sizeBytes), 0) AS bytes FROM removals WHERE at = ? AND bodyRef IS NOT NULL',
  );
  const setBody = sqlite.prepare('UPDATE removals SET bodyRef = ? WHERE id = ?');
  const setUndone = sqlite.prepare('UPDATE removals SET undoneAt = ?, bodyRef = NULL WHERE id = ?');
  const openOf = (condition: string) =>
    sqlite.prepare(`SELECT id FROM removals WHERE ${condition} AND ${OPEN}`).pluck();
  const openOfSource = openOf('at = @at AND sourceId = @sourceId');
  const openOfMessages = openOf(
    'at = @at AND sourceId = @sourceId AND messageId IN (SELECT value FROM json_each(@messageIds))',
  );
  const openOfTrashed = openOf('trashCopyId IN (SELECT value FROM json_each(@trashCopyIds))');
  const relink = sqlite.prepare(
    `UPDATE removals SET messageId = j.value ->> 1, trashCopyId = CASE WHEN trashCopyId IS NULL THEN NULL ELSE j.value ->> 2 END
     FROM json_each(?) j WHERE removals.messageId = j.value ->> 0 AND removals.${OPEN}`,
  );
  const pinned = sqlite.prepare('SELECT ifnull(sum(sizeBytes), 0) FROM removals WHERE bodyRef IS NOT NULL').pluck();
  const oldestKept = sqlite.prepare(
    'SELECT id, bodyRef, sizeBytes FROM removals WHERE bodyRef IS NOT NULL ORDER BY id LIMIT 1000',
  );
  const drop = sqlite.prepare('UPDATE removals SET bodyRef = NULL WHERE id = ?');
  const pin = sqlite.prepare('UPDATE bodies SET pins = pins + 1 WHERE ref = ?');
  const unpin = sqlite.prepare('UPDATE bodies SET pins = max(0, pins - 1) WHERE ref = ?');
  const expired = sqlite.prepare('SELECT id, bodyRef, sizeBytes FROM removals WHERE at < ? ORDER BY at LIMIT ?');
  const remove = sqlite.prepare('DELETE FROM removals WHERE id = ?');
  const lastId = sqlite.prepare("SELECT ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'removals'), 0)").pluck();

  type Kept = { id: number; bodyRef: string | null; sizeBytes: number };
  const giveUp = (row: Kept): number => {
    if (row.bodyRef === null) return 0;
    unpin.run(row.bodyRef);
    return row.sizeBytes;
  };
  const undone = (id: number, at: number, handOver: boolean) => {
    const row = get.get(id) as RemovalRow | undefined;
    if (row && !handOver) giveUp(row);
    setUndone.run(at, id);
  };
  return {
    add: ({ copies, ...removals }) => {
      const before = lastId.get();
      add.run({ ...removals, copies: JSON.stringify(copies) });
      const bytes = newBytes.get(before) as number;
      if (bytes > 0) pinNew.run(before);
      return bytes;
    },
    get: (id) => get.get(id) as RemovalRow | undefined,
    since: (at, before, limit) => since.all(at, before, limit) as RemovalRow[],
    lastAt: () => (lastAt.get() as number | undefined) ?? 0,
    isUsed: (at) => isUsed.get(at) === 1,
    lookAlikes: (sourceId, { accountId, messageIdHeader, internalDate, sizeBytes, subject }) => {
      const statement = messageIdHeader === '' ? byDate : byMessageId;
      const facts = { accountId, messageIdHeader, sourceId, internalDate, sizeBytes, subject };
      return statement.all(facts) as number[];
    },
    isBackSince: (removal) => removal.messageIdHeader !== '' && isBackSince.get(removal) === 1,
    isPartlyBack: (removal) => isPartlyBack.get(removal) === 1,
    isElsewhereSince: (removal) => isElsewhereSince.get(removal) === 1,
    withoutBody: ({ at, messageIds, sourceId, limit }) =>
      (messageIds
        ? withoutBody.all({ at, messageIds: JSON.stringify(messageIds) })
        : withoutBodyIn.all({ at, sourceId, limit })) as { id: number; messageId: number; sizeBytes: number }[],
    keptOf: (at) => keptOf.get(at) as { count: number; bytes: number },
    setBody: (id, bodyRef) => {
      pin.run(bodyRef);
      setBody.run(bodyRef, id);
    },
    setUndone: undone,
    setRefused: (now, what) => {
      const ids =
        'trashCopyIds' in what
          ? openOfTrashed.all({ trashCopyIds: JSON.stringify(what.trashCopyIds) })
          : what.messageIds
            ? openOfMessages.all({ ...what, messageIds: JSON.stringify(what.messageIds) })
            : openOfSource.all(what);
      for (const id of ids as number[]) undone(id, now, false);
    },
    relink: (links) => {
      if (links.length === 0) return;
      relink.run(
        JSON.stringify(links.map(({ messageId, newMessageId, newCopyId }) => [messageId, newMessageId, newCopyId])),
      );
    },
    pinnedBytes: () => pinned.get() as number,
    release: (bytes) => {
      let free = 0;
      while (free < bytes) {
        const rows = oldestKept.all() as Kept[];
        if (rows.length === 0) break;
        for (const row of rows) {
          if (free >= bytes) break;
          free += giveUp(row);
          drop.run(row.id);
        }
      }
      return free;
    },
    expire: (at, limit) => {
      let free = 0;
      for (const row of expired.all(at, limit) as Kept[]) {
        free += giveUp(row);
        remove.run(row.id);
      }
      return free;
    },
  };
}
