import type { Database } from './database.js';

export type OutageKind = 'needsSignIn' | 'offline';

/** What the user has been told of an account, and the copy that tells it. */
export interface OutageRow {
  readonly accountId: number;
  readonly kind: OutageKind;
  readonly copyId: number;
}

export interface OutageStore {
  get(accountId: number): OutageRow | undefined;
  list(): OutageRow[];
  set(outage: OutageRow): void;
  remove(accountId: number): void;
}

export function createOutageStore({ sqlite }: Database): OutageStore {
  const get = sqlite.prepare('SELECT accountId, kind, copyId FROM outages WHERE accountId = ?');
  const list = sqlite.prepare('SELECT accountId, kind, copyId FROM outages ORDER BY accountId');
  const set = sqlite.prepare('INSERT OR REPLACE INTO outages (accountId, kind, copyId) VALUES (?, ?, ?)');
  const remove = sqlite.prepare('DELETE FROM outages WHERE accountId = ?');
  return {
    get: (accountId) => get.get(accountId) as OutageRow | undefined,
    list: () => list.all() as OutageRow[],
    set: ({ accountId, kind, copyId }) => void set.run(accountId, kind, copyId),
    remove: (accountId) => void remove.run(accountId),
  };
}
