// When the unified mailboxes are filled (DESIGN §5): once, in date order over all accounts that could be reached; an
// account that comes later is a change of its own. Nobody waits for an account that cannot be listed.
import type { Store } from '../store/store.js';
import type { Tree } from './sync/tree-contract.js';

export interface FirstListing {
  outcome(accountId: number, outcome: 'listed' | 'failed'): void;
  /** Stops waiting for accounts that have neither been listed nor failed. */
  stopWaiting(): void;
}

export function createFirstListing(store: Store, tree: Tree, accountIds: readonly number[]): FirstListing {
  const isMerged = () => new Set(store.accounts.list().flatMap(({ id, merged }) => (merged ? [id] : [])));
  const merged = isMerged();
  const waiting = new Set(accountIds.filter((id) => !merged.has(id)));
  const listed = new Set<number>();
  const settle = () => {
    if (waiting.size > 0 || listed.size === 0) return;
    const already = isMerged();
    const fresh = [...listed].filter((id) => !already.has(id));
    listed.clear();
    if (fresh.length > 0) tree.mergeAccounts(fresh);
  };
  return {
    outcome: (accountId, outcome) => {
      waiting.delete(accountId);
      if (outcome === 'listed') listed.add(accountId);
      settle();
    },
    stopWaiting: () => {
      waiting.clear();
      settle();
    },
  };
}
