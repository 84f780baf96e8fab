import { randomUUID } from 'node:crypto';
import type { JournalStore } from '../../store/journal.js';
import type { SourceRow } from '../../store/sources.js';
import type { Store } from '../../store/store.js';
import type { CreatePayload, RenamePayload } from '../journal/payloads.js';

/** Whether an owed RENAME or CREATE leads there, or above: LIST may show what it has done before the gateway died. */
export const isOwedPath = (
  journal: JournalStore,
  accountId: number,
  path: readonly string[],
  kinds: readonly ('rename' | 'create')[] = ['rename', 'create'],
): boolean =>
  kinds.some((kind) =>
    journal.ofAccountAndKind(accountId, kind).some(({ payload }) => {
      const { to, path: made } = JSON.parse(payload) as Partial<RenamePayload> & CreatePayload;
      return (to ?? made)?.every((part, i) => path[i] === part) ?? false;
    }),
  );

/** What a source is called that is to have a name which another has yet to give up. */
export const provisionalPath = (path: readonly string[]): string[] => [
  ...path.slice(0, -1),
  `${path.at(-1)} ${randomUUID()}`,
];

/**
 * The source's new path, also for those below it that `moves` says have moved along, and for renames to below it that are still
 * owed.
 */
export function setPathOfTree(
  { sources, journal }: Pick<Store, 'sources' | 'journal'>,
  source: SourceRow,
  to: readonly string[],
  moves: (below: SourceRow) => boolean = () => true,
): void {
  const { id, accountId, path: from } = source;
  if (from.length === to.length && from.every((part, i) => part === to[i])) return;
  const isAtOrBelow = (path: readonly string[]) => from.every((part, i) => path[i] === part);
  const moved = (path: readonly string[]) => [...to, ...path.slice(from.length)];
  for (const each of sources.ofAccount(accountId)) {
    if (!isAtOrBelow(each.path) || (each.id !== id && !moves(each))) continue;
    const holder = sources.byPath(accountId, moved(each.path));
    // Made here, and not there yet: it takes its name when that is its turn.
    if (holder && holder.id !== each.id) sources.setPath(holder.id, provisionalPath(holder.path));
    sources.setPath(each.id, moved(each.path));
  }
  for (const row of journal.ofAccountAndKind(accountId, 'rename')) {
    const payload = JSON.parse(row.payload) as RenamePayload;
    if (payload.to.length > from.length && isAtOrBelow(payload.to))
      journal.setPayload(row.id, { ...payload, to: moved(payload.to) });
  }
}
