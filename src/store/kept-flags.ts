// Flags that were kept here alone, of messages that have left an upstream's view (providers with date windows) and may come back.
import { joinKeywords, splitKeywords } from './copies.js';
import type { Database } from './database.js';

/** Bits and keywords that were ours, and which of them were set. */
export interface KeptFlags {
  readonly ownFlags: number;
  readonly flags: number;
  /** Lower case. */
  readonly ownKeywords: readonly string[];
  readonly keywords: readonly string[];
}

export interface KeptFlagStore {
  /** `message` tells it from every other of the account. */
  keep(accountId: number, message: string, flags: KeptFlags): void;
  /** Gives them back, once. */
  take(accountId: number, message: string): KeptFlags | undefined;
  isEmpty(): boolean;
  /** Forgets the oldest beyond `max`. */
  trim(max: number): void;
}

interface RawKept {
  readonly ownFlags: number;
  readonly flags: number;
  readonly ownKeywords: string;
  readonly keywords: string;
}

export function createKeptFlagStore({ sqlite }: Database): KeptFlagStore {
  const put = sqlite.prepare(
    `INSERT OR REPLACE INTO keptFlags (accountId, message, ownFlags, flags, ownKeywords, keywords, keptAt)
     VALUES (@accountId, @message, @ownFlags, @flags, @ownKeywords, @keywords, @keptAt)`,
  );
  const take = sqlite.prepare(
    'DELETE FROM keptFlags WHERE accountId = ? AND message = ? RETURNING ownFlags, flags, ownKeywords, keywords',
  );
  const any = sqlite.prepare('SELECT 1 FROM keptFlags LIMIT 1').pluck();
  const trim = sqlite.prepare(
    `DELETE FROM keptFlags WHERE (accountId, message) IN (
       SELECT accountId, message FROM keptFlags ORDER BY keptAt DESC LIMIT -1 OFFSET ?)`,
  );
  return {
    keep: (accountId, message, { ownKeywords, keywords, ...bits }) =>
      void put.run({
        ...{ accountId, message, ...bits, keptAt: Date.now() },
        ownKeywords: joinKeywords(ownKeywords),
        keywords: joinKeywords(keywords),
      }),
    take: (accountId, message) => {
      const raw = take.get(accountId, message) as RawKept | undefined;
      return raw && { ...raw, ownKeywords: splitKeywords(raw.ownKeywords), keywords: splitKeywords(raw.keywords) };
    },
    isEmpty: () => any.get() === undefined,
    trim: (max) => void trim.run(max),
  };
}
