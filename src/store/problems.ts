import type { Database } from './database.js';

export interface ProblemRow {
  readonly id: number;
  readonly accountId: number | null;
  readonly subject: string;
  readonly text: string;
  readonly remedy: string;
  readonly since: number;
}

export interface ProblemStore {
  /** True if it was not known before. */
  report(accountId: number | undefined, subject: string, text: string, remedy: string): boolean;
  resolve(accountId: number | undefined, subject: string): void;
  /** Since when it has been so, Unix milliseconds; undefined when it is not. */
  since(accountId: number, subject: string): number | undefined;
  open(): ProblemRow[];
}

export function createProblemStore({ sqlite }: Database): ProblemStore {
  const update = sqlite.prepare(
    `UPDATE problems SET text = ?, remedy = ? WHERE ifnull(accountId, 0) = ? AND subject = ? AND resolvedAt IS NULL`,
  );
  const insert = sqlite.prepare(
    'INSERT INTO problems (accountId, subject, text, remedy, since) VALUES (?, ?, ?, ?, ?)',
  );
  const resolve = sqlite.prepare(
    'UPDATE problems SET resolvedAt = ? WHERE ifnull(accountId, 0) = ? AND subject = ? AND resolvedAt IS NULL',
  );
  const since = sqlite
    .prepare('SELECT since FROM problems WHERE accountId = ? AND subject = ? AND resolvedAt IS NULL')
    .pluck();
  const open = sqlite.prepare(
    'SELECT id, accountId, subject, text, remedy, since FROM problems WHERE resolvedAt IS NULL ORDER BY since DESC LIMIT 200',
  );
  return {
    report: (accountId, subject, text, remedy) => {
      if (update.run(text, remedy, accountId ?? 0, subject).changes > 0) return false;
      insert.run(accountId ?? null, subject, text, remedy, Date.now());
      return true;
    },
    resolve: (accountId, subject) => void resolve.run(Date.now(), accountId ?? 0, subject),
    since: (accountId, subject) => since.get(accountId, subject) as number | undefined,
    open: () => open.all() as ProblemRow[],
  };
}
