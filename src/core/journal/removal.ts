import type { Store } from '../../store/store.js';
import type { AccountSettings } from '../accounts.js';
import { removeLocal } from '../local-sources.js';
import type { Work } from '../unit-of-work.js';
import type { ExpungePayload } from './payloads.js';

interface RemovalContext {
  readonly store: Store;
  readonly accounts: ReadonlyMap<number, AccountSettings>;
}

/** Owes the end of a message that has left the view: EXPUNGE upstream, or a MOVE to Trash where deleting means that. */
export function oweRemoval(
  { store, accounts }: RemovalContext,
  work: Work,
  { copyId, removedAt }: { readonly copyId: number; readonly removedAt?: number | undefined },
): void {
  const copy = store.copies.get(copyId);
  const source = copy && store.sources.get(copy.sourceId);
  if (!source) return;
  if (source.local) {
    removeLocal(store, work, copy);
    return;
  }
  const isFinal =
    source.role === 'trash' || source.role === 'junk' || !accounts.get(source.accountId)?.traits.deleteIsMoveToTrash;
  work.owe({
    accountId: source.accountId,
    kind: 'expunge',
    sourceId: source.id,
    payload: { toTrash: !isFinal, removedAt } satisfies ExpungePayload,
    targets: [{ copyId }],
  });
}
