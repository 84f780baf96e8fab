import type { SourceRow } from '../../store/sources.js';
import type { Store } from '../../store/store.js';
import type { AccountState, SourceProgress } from '../core.js';

/** What has been looked at so far is told as it grows. */
const AT_IT: ReadonlySet<AccountState> = new Set(['connecting', 'syncing']);

/** How far the first synchronisation has come, for the CLI. */
export function createProgress(onProgress: () => void) {
  const sources = new Map<number, SourceProgress>();
  const filled: { at: number; count: number }[] = [];
  const set = (source: SourceRow, done: number, total: number) => {
    sources.set(source.id, { path: source.path.join('/'), done, total });
    onProgress();
  };
  return {
    listed: (store: Store, source: SourceRow) => set(source, 0, store.copies.countBound(source.id)),
    begin: (source: SourceRow, total: number, missing: number) => set(source, total - missing, total),
    filled: (source: SourceRow, count: number) => {
      const known = sources.get(source.id);
      filled.push({ at: performance.now(), count });
      if (filled.length > 200) filled.splice(0, 100);
      if (known) set(source, known.done + count, known.total);
    },
    /** Of an account that is away, also what is known, and served, from earlier runs. */
    sources: (store: Store, rows: readonly SourceRow[], state: AccountState): readonly SourceProgress[] =>
      AT_IT.has(state)
        ? [...sources.values()]
        : rows.flatMap((row) => sources.get(row.id) ?? (row.listed ? [sourceAsItIs(store, row)] : [])),
    messagesPerSecond: () => {
      const since = performance.now() - 2_000;
      const recent = filled.filter(({ at }) => at >= since);
      return Math.round(recent.reduce((sum, { count }) => sum + count, 0) / 2);
    },
  };
}

/** Once everything has been seen: what is known is all there is. */
export function sourceAsItIs(store: Store, source: SourceRow): SourceProgress {
  const count = store.copies.countBound(source.id);
  return { path: source.path.join('/'), done: count, total: count };
}

/** How many mailboxes keep new keywords, as last selected. */
export const keywordSupport = (sources: readonly SourceRow[]): { kept: number; of: number } => ({
  kept: sources.filter(({ keepsNewKeywords }) => keepsNewKeywords).length,
  of: sources.length,
});
