// Flags that were kept here alone, of messages that have left an upstream's view (providers with date windows) and may come back.
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

export function createKeptFlagStore({ sqlite }: Database): KeptFlagStore {
  const put = sqlite.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)');
  const take = sqlite.prepare('DELETE FROM meta WHERE key = ? RETURNING value').pluck();
  const ours = "key >= 'kept ' AND key < 'kept!'";
  const any = sqlite.prepare(`SELECT 1 FROM meta WHERE ${ours} LIMIT 1`).pluck();
  const trim = sqlite.prepare(
    `DELETE FROM meta WHERE ${ours} AND key IN (SELECT key FROM meta WHERE ${ours} ORDER BY value ->> '$.at' DESC LIMIT -1 OFFSET ?)`,
  );
  const keyOf = (accountId: number, message: string) => `kept ${accountId} ${message}`;
  return {
    keep: (accountId, message, flags) =>
      void put.run(keyOf(accountId, message), JSON.stringify({ ...flags, at: Date.now() })),
    take: (accountId, message) => {
      const value = take.get(keyOf(accountId, message)) as string | undefined;
      return value === undefined ? undefined : (JSON.parse(value) as KeptFlags);
    },
    isEmpty: () => any.get() === undefined,
    trim: (max) => void trim.run(max),
  };
}
