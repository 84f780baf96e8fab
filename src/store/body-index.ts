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
  totalBytes(): number;
  /** Unpinned files, least recently used first. */
  oldest(limit: number): { ref: string; sizeBytes: number }[];
  /** Forgets the file; messages that had it will be fetched again. */
  forget(ref: string): void;
  refs(): string[];
}

export function createBodyIndex({ sqlite }: Database): BodyIndex {
  const add = sqlite.prepare('INSERT OR IGNORE INTO bodies (ref, sizeBytes, usedAt) VALUES (?, ?, ?)');
  const sizeOf = sqlite.prepare('SELECT sizeBytes FROM bodies WHERE ref = ?').pluck();
  const used = sqlite.prepare('UPDATE bodies SET usedAt = ? WHERE ref = ?');
  const pin = sqlite.prepare('UPDATE bodies SET pins = pins + 1 WHERE ref = ?');
  const unpin = sqlite.prepare('UPDATE bodies SET pins = max(0, pins - 1) WHERE ref = ?');
  const total = sqlite.prepare('SELECT ifnull(sum(sizeBytes), 0) FROM bodies').pluck();
  const oldest = sqlite.prepare('SELECT ref, sizeBytes FROM bodies WHERE pins = 0 ORDER BY usedAt LIMIT ?');
  const forgetMessage = sqlite.prepare('UPDATE messages SET bodyRef = NULL WHERE bodyRef = ?');
  const forget = sqlite.prepare('DELETE FROM bodies WHERE ref = ?');
  const refs = sqlite.prepare('SELECT ref FROM bodies').pluck();
  return {
    add: (ref, sizeBytes) => void add.run(ref, sizeBytes, Date.now()),
    sizeOf: (ref) => sizeOf.get(ref) as number | undefined,
    used: (ref, at) => void used.run(at, ref),
    pin: (ref) => void pin.run(ref),
    unpin: (ref) => void unpin.run(ref),
    totalBytes: () => total.get() as number,
    oldest: (limit) => oldest.all(limit) as { ref: string; sizeBytes: number }[],
    forget: (ref) => {
      forgetMessage.run(ref);
      forget.run(ref);
    },
    refs: () => refs.all() as string[],
  };
}
