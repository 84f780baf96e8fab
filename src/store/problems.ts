import { problemTexts, type Trouble } from '../mail/problems.js';
import type { Database } from './database.js';
import { diskTroubleOf } from './health.js';

export interface ProblemRow {
  readonly accountId: number | null;
  readonly subject: string;
  /** Both in two languages (lib/languages.ts); rows of older versions may have one only. */
  readonly text: string;
  readonly remedy: string;
  readonly since: number;
}

/** What the user should know. Kept in memory while the disk takes nothing: reporting a trouble must not be another one. */
export interface ProblemStore {
  /** True if it was not known before. */
  report(accountId: number | undefined, subject: string, trouble: Trouble): boolean;
  resolve(accountId: number | undefined, subject: string): void;
  /** Since when it has been so, Unix milliseconds; undefined when it is not. */
  since(accountId: number | undefined, subject: string): number | undefined;
  /** The latest first. */
  open(): ProblemRow[];
}

const MAX_OPEN = 200;
const keyOf = (accountId: number | null | undefined, subject: string) => `${accountId ?? 0} ${subject}`;

export function createProblemStore({ sqlite, health }: Database): ProblemStore {
  const update = sqlite.prepare(
    `UPDATE problems SET text = ?, remedy = ? WHERE ifnull(accountId, 0) = ? AND subject = ? AND resolvedAt IS NULL`,
  );
  const insert = sqlite.prepare(
    'INSERT INTO problems (accountId, subject, text, remedy, since) VALUES (?, ?, ?, ?, ?)',
  );
  const close = sqlite.prepare(
    'UPDATE problems SET resolvedAt = ? WHERE ifnull(accountId, 0) = ? AND subject = ? AND resolvedAt IS NULL',
  );
  const list = sqlite.prepare(
    `SELECT accountId, subject, text, remedy, since FROM problems WHERE resolvedAt IS NULL ORDER BY since DESC LIMIT ${MAX_OPEN}`,
  );
  const get = sqlite.prepare(
    'SELECT accountId, subject, text, remedy, since FROM problems WHERE ifnull(accountId, 0) = ? AND subject = ? AND resolvedAt IS NULL',
  );

  /** What could not be written: the problem as it is now, `over` when it is none any more. */
  const unsaved = new Map<string, ProblemRow & { readonly over: boolean }>();
  /** Undefined instead of what the disk throws. */
  const ifPossible = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      if (diskTroubleOf(error) === undefined) throw error;
      return undefined;
    }
  };
  const save = ({ accountId, subject, text, remedy, since, over }: ProblemRow & { readonly over: boolean }): void => {
    if (update.run(text, remedy, accountId ?? 0, subject).changes === 0)
      insert.run(accountId, subject, text, remedy, since);
    if (over) close.run(Date.now(), accountId ?? 0, subject);
  };
  const open = (): ProblemRow[] => {
    const saved = ifPossible(() => list.all() as ProblemRow[]) ?? [];
    if (unsaved.size === 0) return saved;
    const isUnsaved = ({ accountId, subject }: ProblemRow) => unsaved.has(keyOf(accountId, subject));
    const current = [...unsaved.values()].filter(({ over }) => !over).map(({ over: _, ...row }) => row);
    return [...saved.filter((row) => !isUnsaved(row)), ...current].sort((a, b) => b.since - a.since);
  };
  const find = (accountId: number | undefined, subject: string): ProblemRow | undefined => {
    const row = unsaved.get(keyOf(accountId, subject));
    if (row) return row.over ? undefined : row;
    return ifPossible(() => get.get(accountId ?? 0, subject) as ProblemRow | undefined);
  };
  health.onChange((trouble) => {
    if (trouble !== undefined) return;
    for (const [key, row] of unsaved) if (ifPossible(() => save(row) ?? true)) unsaved.delete(key);
  });
  return {
    report: (accountId, subject, trouble) => {
      const { text, remedy } = problemTexts(trouble);
      const known = find(accountId, subject);
      const row = {
        accountId: accountId ?? null,
        subject,
        text,
        remedy,
        since: known?.since ?? Date.now(),
        over: false,
      };
      const isSaved = health.trouble() === undefined && ifPossible(() => save(row) ?? true);
      if (isSaved) unsaved.delete(keyOf(accountId, subject));
      else unsaved.set(keyOf(accountId, subject), row);
      return known === undefined;
    },
    resolve: (accountId, subject) => {
      const isSaved =
        health.trouble() === undefined && ifPossible(() => close.run(Date.now(), accountId ?? 0, subject));
      if (isSaved) return void unsaved.delete(keyOf(accountId, subject));
      const known = find(accountId, subject);
      if (known) unsaved.set(keyOf(accountId, subject), { ...known, over: true });
    },
    since: (accountId, subject) => find(accountId, subject)?.since,
    open,
  };
}
