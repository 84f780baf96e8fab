import type { Database } from './database.js';

export interface AccountRow {
  readonly id: number;
  readonly name: string;
  readonly address: string;
  readonly provider: string;
  /** What it signed in as when it was last configured. */
  readonly loginUser: string | undefined;
  readonly savesSent: boolean | undefined;
  readonly merged: boolean;
  /** Bytes; what the server said at the last sign-in. */
  readonly appendLimit: number | undefined;
  /** As last told; undefined where there is none. */
  readonly quota: Quota | undefined;
  /** Unix milliseconds; 0: never. */
  readonly quotaCheckedAt: number;
}

export interface Quota {
  readonly usedBytes: number;
  readonly limitBytes: number;
}

interface Configured {
  readonly name: string;
  readonly address: string;
  readonly provider: string;
  readonly loginUser?: string | undefined;
}

/** What a server said of itself at sign-in. */
export interface Probe {
  readonly capabilities: readonly string[];
  readonly appendLimit: number | undefined;
}

interface RawAccount {
  id: number;
  name: string;
  address: string;
  provider: string;
  loginUser: string | null;
  savesSent: number | null;
  merged: number;
  appendLimit: number | null;
  quota: string | null;
  quotaCheckedAt: number;
}

const fromRaw = (raw: RawAccount): AccountRow => ({
  id: raw.id,
  name: raw.name,
  address: raw.address,
  provider: raw.provider,
  loginUser: raw.loginUser ?? undefined,
  savesSent: raw.savesSent === null ? undefined : raw.savesSent === 1,
  merged: raw.merged === 1,
  appendLimit: raw.appendLimit ?? undefined,
  quota: raw.quota === null ? undefined : (JSON.parse(raw.quota) as Quota),
  quotaCheckedAt: raw.quotaCheckedAt,
});

export interface AccountStore {
  /** The row of that name, made or brought up to date. */
  upsert(account: Configured): AccountRow;
  list(): AccountRow[];
  setName(id: number, name: string): void;
  setMerged(id: number): void;
  setSavesSent(id: number, savesSent: boolean): void;
  setProbe(id: number, probe: Probe): void;
  setQuota(id: number, quota: Quota | undefined, checkedAt: number): void;
  /** Whether changes, submissions, their sent copies or reports of them have not reached it yet (what is on its way from another account can go back there). */
  isOwed(id: number): boolean;
  /** How much that is: changes to be carried out, messages to be sent. */
  owedTo(id: number): { changes: number; messages: number };
  /**
   * Deletes the account with everything that hangs on it but the entries, which the caller has withdrawn. As long as
   * something can be brought back that was removed from it, its name and address stay, and those removals.
   */
  remove(id: number): void;
}

export function createAccountStore({ sqlite }: Database): AccountStore {
  const columns =
    "id, name, address, provider, loginUser, savesSent, merged, probe ->> '$.appendLimit' AS appendLimit, quota, quotaCheckedAt";
  const upsert = sqlite.prepare(
    `INSERT INTO accounts (name, address, provider, loginUser) VALUES (@name, @address, @provider, @loginUser)
     ON CONFLICT (name) DO UPDATE SET address = excluded.address, provider = excluded.provider, loginUser = excluded.loginUser
     RETURNING ${columns}`,
  );
  const list = sqlite.prepare(`SELECT ${columns} FROM accounts ORDER BY id`);
  const setName = sqlite.prepare('UPDATE accounts SET name = ? WHERE id = ?');
  const setMerged = sqlite.prepare('UPDATE accounts SET merged = 1 WHERE id = ?');
  const setSavesSent = sqlite.prepare('UPDATE accounts SET savesSent = ? WHERE id = ?');
  const setProbe = sqlite.prepare('UPDATE accounts SET probe = ? WHERE id = ?');
  const setQuota = sqlite.prepare('UPDATE accounts SET quota = ?, quotaCheckedAt = ? WHERE id = ?');
  const isOwed = sqlite
    .prepare(
      `SELECT EXISTS (SELECT 1 FROM journal WHERE accountId = @id AND payload ->> '$.originCopyId' IS NULL)
         OR EXISTS (SELECT 1 FROM submissions WHERE accountId = @id AND (state IN ('queued', 'sending', 'unknown')
           OR state = 'delivered' AND sentCopy IN ('pending', 'watching') OR verdict IS NOT NULL))`,
    )
    .pluck();
  const owedTo = sqlite.prepare(
    `SELECT (SELECT count(*) FROM journal WHERE accountId = @id) AS changes,
       (SELECT count(*) FROM submissions WHERE accountId = @id AND state IN ('queued', 'sending', 'unknown')) AS messages`,
  );
  const removal = [
    'DELETE FROM journal WHERE accountId = ?',
    'DELETE FROM copies WHERE sourceId IN (SELECT id FROM sources WHERE accountId = ?)',
    'DELETE FROM messages WHERE accountId = ?',
    'DELETE FROM sources WHERE accountId = ?',
    'DELETE FROM annotations WHERE mailboxId IN (SELECT id FROM mailboxes WHERE accountId = ?)',
    'DELETE FROM mailboxes WHERE accountId = ?',
    'DELETE FROM problems WHERE accountId = ?',
    ...['outages', 'accountUsage', 'accountPauses', 'accountProbes', 'keptFlags'].map(
      (table) => `DELETE FROM ${table} WHERE accountId = ?`,
    ),
    `UPDATE accounts SET merged = 0, savesSent = NULL, probe = NULL, quota = NULL, quotaCheckedAt = 0 WHERE id = ?`,
    'DELETE FROM accounts WHERE id = ? AND id NOT IN (SELECT accountId FROM removals)',
  ].map((sql) => sqlite.prepare(sql));
  return {
    upsert: ({ loginUser, ...account }) =>
      fromRaw(upsert.get({ ...account, loginUser: loginUser ?? null }) as RawAccount),
    list: () => (list.all() as RawAccount[]).map(fromRaw),
    setName: (id, name) => void setName.run(name, id),
    setMerged: (id) => void setMerged.run(id),
    setSavesSent: (id, savesSent) => void setSavesSent.run(savesSent ? 1 : 0, id),
    setProbe: (id, probe) => void setProbe.run(JSON.stringify(probe), id),
    setQuota: (id, quota, checkedAt) => void setQuota.run(quota ? JSON.stringify(quota) : null, checkedAt, id),
    isOwed: (id) => isOwed.get({ id }) === 1,
    owedTo: (id) => owedTo.get({ id }) as { changes: number; messages: number },
    remove: (id) => {
      for (const statement of removal) statement.run(id);
    },
  };
}
