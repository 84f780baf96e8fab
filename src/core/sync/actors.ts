// The actors of all accounts, and what becomes of what they tell.
import type { Trouble } from '../../mail/problems.js';
import type { AccountSettings } from '../accounts.js';
import type { CoreEvent } from '../core.js';
import type { createFirstListing } from '../first-listing.js';
import type { createOutages } from '../outages/outages.js';
import { createActor } from './actor.js';
import type { Actor, ActorOptions } from './actor-contract.js';

export interface ActorsOptions
  extends Pick<ActorOptions, 'store' | 'unit' | 'tree' | 'bell' | 'journal' | 'prefetchDays' | 'logger'> {
  readonly accounts: readonly AccountSettings[];
  readonly firstListing: ReturnType<typeof createFirstListing>;
  readonly outages: Pick<ReturnType<typeof createOutages>, 'down' | 'well' | 'signedIn'>;
  tell(event: CoreEvent): void;
  report(accountId: number, subject: string, trouble: Trouble): void;
  /** What else waits for the network. */
  networkIsBack(): void;
}

/** Makes them, by account, in `actors`, where others look for them. */
export function createActors(actors: Map<number, Actor>, options: ActorsOptions): void {
  const { accounts, store, firstListing, outages, tell, report } = options;
  const pendingSync = new Set(accounts.map(({ id }) => id));
  const unseen = new Set(pendingSync);
  const actorOptions = (account: AccountSettings): ActorOptions => ({
    ...options,
    account,
    logger: options.logger.child({ account: account.name }),
    onListed: (outcome) => firstListing.outcome(account.id, outcome),
    onSynced: () => {
      tell({ event: 'synced', account: account.name });
      if (pendingSync.delete(account.id) && pendingSync.size === 0) tell({ event: 'synced' });
    },
    onProgress: () => tell({ event: 'progress', account: account.name }),
    onProblem: (subject, trouble) => {
      report(account.id, subject, trouble);
      if (trouble.code !== 'connection') return;
      const kind = actors.get(account.id)?.status().state === 'needsSignIn' ? 'needsSignIn' : 'offline';
      const since = store.problems.since(account.id, subject) ?? Date.now();
      outages.down(account.id, { kind, error: trouble.error, since });
    },
    onProblemOver: (subject) => {
      store.problems.resolve(account.id, subject);
      if (subject === 'connection') outages.well(account.id);
    },
    onNetworkBack: () => {
      for (const [id, actor] of actors) if (id !== account.id) actor.networkIsBack();
      options.networkIsBack();
    },
    onSignedIn: () => {
      // What an earlier run could not do this one may: it tells anew what is still so.
      if (unseen.delete(account.id)) store.problems.resolve(account.id, 'connection');
      if (outages.signedIn(account.id)) store.problems.resolve(account.id, 'connection');
    },
  });
  for (const account of accounts) actors.set(account.id, createActor(actorOptions(account)));
}
