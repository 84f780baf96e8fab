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
   * Takes back the pins that no row stands for: the last gateway died before the row was written. Only at start, while nothing
   * is being stored. Those of submissions stay as they are.
   */
  recount(): void;
  totalBytes(): number;
  /** Unpinned files, least recently used first. */
  oldest(limit: number): { ref: string; sizeBytes: number }[];
  /** Messages that had the file will be fetched again. False: somebody answers for it (pins), so that its row stays. */
  forget(ref: string): boolean;
  refs(): string[];
  /** Whether anything here names the file. */
  isWanted(ref: string): boolean;
}

export function createBodyIndex({ sqlite }: Database): BodyIndex {
  const add = sqlite.prepare('INSERT OR IGNORE INTO bodies (ref, sizeBytes, usedAt) VALUES (?, ?, ?)');
  const sizeOf = sqlite.prepare('SELECT sizeBytes FROM bodies WHERE ref = ?').pluck();
  const used = sqlite.prepare('UPDATE bodies SET usedAt = ? WHERE ref = ?');
  const pin = sqlite.prepare('UPDATE bodies SET pins = pins + 1 WHERE ref = ?');
  const unpin = sqlite.prepare('UPDATE bodies SET pins = max(0, pins - 1) WHERE ref = ?');
  const recount = sqlite.prepare(
    `WITH holders (ref) AS (
       SELECT bodyRef FROM removals WHERE bodyRef IS NOT NULL
       UNION ALL SELECT json_extract(payload, '$.bodyRef') FROM journal WHERE kind = 'append'
       UNION ALL SELECT m.bodyRef FROM sources s CROSS JOIN copies c ON c.sourceId = s.id AND c.upstreamUid IS NULL
         JOIN messages m ON m.id = c.messageId WHERE s.local = 'recovered'),
     needed (ref, pins) AS MATERIALIZED (SELECT ref, count(*) FROM holders GROUP BY ref)
     UPDATE bodies SET pins = ifnull((SELECT n.pins FROM needed n WHERE n.ref = bodies.ref), 0)
     WHERE pins > ifnull((SELECT n.pins FROM needed n WHERE n.ref = bodies.ref), 0)
       AND ref NOT IN (SELECT bodyRef FROM submissions)`,
  );
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
    recount: () => void recount.run(),
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
