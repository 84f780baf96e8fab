import type { Database } from './database.js';

/** What an account used within one minute. */
export interface UsageRow {
  /** Unix time in minutes. */
  readonly minute: number;
  readonly bytesDown: number;
  readonly bytesUp: number;
  readonly logins: number;
  readonly messages: number;
  readonly recipients: number;
}

export interface UsageStore {
  /** Oldest first. */
  since(accountId: number, minute: number): UsageRow[];
  /** Writes these minutes and forgets all before `oldest`; not waited for to be on disk. */
  put(accountId: number, rows: readonly UsageRow[], oldest: number): void;
}

export function createUsageStore({ sqlite, batch }: Database): UsageStore {
  const since = sqlite.prepare(
    `SELECT minute, bytesDown, bytesUp, logins, messages, recipients FROM accountUsage
     WHERE accountId = ? AND minute >= ? ORDER BY minute`,
  );
  const put = sqlite.prepare(
    `INSERT OR REPLACE INTO accountUsage (accountId, minute, bytesDown, bytesUp, logins, messages, recipients)
     VALUES (@accountId, @minute, @bytesDown, @bytesUp, @logins, @messages, @recipients)`,
  );
  const forget = sqlite.prepare('DELETE FROM accountUsage WHERE accountId = ? AND minute < ?');
  return {
    since: (accountId, minute) => since.all(accountId, minute) as UsageRow[],
    put: (accountId, rows, oldest) =>
      batch(() => {
        for (const row of rows) put.run({ ...row, accountId });
        forget.run(accountId, oldest);
      }),
  };
}
