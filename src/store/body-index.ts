import type { Database } from './database.js';

/** What is in bodies/, and what of it may be dropped. */
export interface BodyIndex {
  add(ref: string, sizeBytes: number): void;
  sizeOf(ref: string): number | undefined;
  /** `at`: Unix time, milliseconds. */
  used(ref: string, at: number): void;
  /** Keeps the file from being dropped until as many unpins. */
  pin(ref: string): void;
  unpin(ref: string): void;
  /**
   * Counts all pins anew from what answers for the files; at start only, before anybody has pinned what is not in a row yet.
   * Returns how many were wrong: a crash between a pin and its row leaves one behind.
   */
  recount(): number;
  totalBytes(): number;
  /** Unpinned files, least recently used first. */
  oldest(limit: number): { ref: string; sizeBytes: number }[];
  /** Messages that had the file will be fetched again. False: somebody answers for it (pins), so that its row stays. */
  forget(ref: string): boolean;
  refs(): string[];
  /** Whether anything here names the file. */
  isWanted(ref: string): boolean;
}

/**
 * Everything that answers for a file, once for each of its pins: what is to be appended or sent, or can be brought back, and
 * what stands in no upstream mailbox (Recovered, the gateway's notices).
 */
const HOLDERS = `
  SELECT payload ->> '$.bodyRef' AS ref FROM journal WHERE kind = 'append'
  UNION ALL SELECT bodyRef FROM submissions WHERE state IN ('queued', 'sending', 'unknown')
  UNION ALL SELECT bodyRef FROM submissions WHERE state = 'delivered' AND sentCopy IN ('pending', 'watching')
  UNION ALL SELECT bodyRef FROM submissions WHERE state = 'failed' AND verdict IS NOT NULL
  UNION ALL SELECT bodyRef FROM removals
  UNION ALL SELECT m.bodyRef FROM sources s CROSS JOIN copies c ON c.sourceId = s.id CROSS JOIN messages m ON m.id = c.messageId
    WHERE s.local IS NOT NULL`;

export function createBodyIndex({ sqlite }: Database): BodyIndex {
  const add = sqlite.prepare('INSERT OR IGNORE INTO bodies (ref, sizeBytes, usedAt) VALUES (?, ?, ?)');
  const sizeOf = sqlite.prepare('SELECT sizeBytes FROM bodies WHERE ref = ?').pluck();
  const used = sqlite.prepare('UPDATE bodies SET usedAt = ? WHERE ref = ?');
  const pin = sqlite.prepare('UPDATE bodies SET pins = pins + 1 WHERE ref = ?');
  const unpin = sqlite.prepare('UPDATE bodies SET pins = max(0, pins - 1) WHERE ref = ?');
  // Found first: most starts have nothing to write.
  const miscounted = sqlite.prepare(
    `WITH held AS (SELECT ref, count(*) AS pins FROM (${HOLDERS}) WHERE ref IS NOT NULL GROUP BY ref)
     SELECT b.ref, ifnull(h.pins, 0) AS pins FROM bodies b LEFT JOIN held h ON h.ref = b.ref WHERE b.pins <> ifnull(h.pins, 0)`,
  );
  const setPins = sqlite.prepare('UPDATE bodies SET pins = ? WHERE ref = ?');
  const total = sqlite.prepare('SELECT ifnull(sum(sizeBytes), 0) FROM bodies').pluck();
  const oldest = sqlite.prepare('SELECT ref, sizeBytes FROM bodies WHERE pins = 0 ORDER BY usedAt LIMIT ?');
  const forgetMessage = sqlite.prepare('UPDATE messages SET bodyRef = NULL WHERE bodyRef = ?');
  const forget = sqlite.prepare('DELETE FROM bodies WHERE ref = ? AND pins = 0');
  const refs = sqlite.prepare('SELECT ref FROM bodies').pluck();
  const wanted = sqlite.prepare(
    `SELECT 1 FROM bodies WHERE ref = @ref UNION ALL SELECT 1 FROM messages WHERE bodyRef = @ref
     UNION ALL SELECT 1 FROM submissions WHERE bodyRef = @ref LIMIT 1`,
  );
  return {
    add: (ref, sizeBytes) => void add.run(ref, sizeBytes, Date.now()),
    sizeOf: (ref) => sizeOf.get(ref) as number | undefined,
    used: (ref, at) => void used.run(at, ref),
    pin: (ref) => void pin.run(ref),
    unpin: (ref) => void unpin.run(ref),
    recount: () => {
      const wrong = miscounted.all() as { ref: string; pins: number }[];
      for (const { ref, pins } of wrong) setPins.run(pins, ref);
      return wrong.length;
    },
    totalBytes: () => total.get() as number,
    oldest: (limit) => oldest.all(limit) as { ref: string; sizeBytes: number }[],
    forget: (ref) => {
      forgetMessage.run(ref);
      return forget.run(ref).changes > 0;
    },
    refs: () => refs.all() as string[],
    isWanted: (ref) => wanted.get({ ref }) !== undefined,
  };
}
