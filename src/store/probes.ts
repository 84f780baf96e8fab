import type { Database } from './database.js';

/** What was found out about an account's server, and what the server called itself then. */
export interface ProbeRow {
  /** Unix milliseconds. */
  readonly probedAt: number;
  readonly greeting: string;
  /** Anything JSON can hold. */
  readonly facts: unknown;
}

export interface ProbeStore {
  get(accountId: number): ProbeRow | undefined;
  put(accountId: number, row: ProbeRow): void;
}

export function createProbeStore({ sqlite, batch }: Database): ProbeStore {
  const get = sqlite.prepare('SELECT probedAt, greeting, facts FROM accountProbes WHERE accountId = ?');
  const put = sqlite.prepare(
    'INSERT OR REPLACE INTO accountProbes (accountId, probedAt, greeting, facts) VALUES (?, ?, ?, ?)',
  );
  return {
    get: (accountId) => {
      const raw = get.get(accountId) as { probedAt: number; greeting: string; facts: string } | undefined;
      return raw && { ...raw, facts: JSON.parse(raw.facts) as unknown };
    },
    put: (accountId, { probedAt, greeting, facts }) =>
      batch(() => void put.run(accountId, probedAt, greeting, JSON.stringify(facts))),
  };
}
