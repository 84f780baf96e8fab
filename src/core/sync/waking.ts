import { orAfter, sleepByClock } from '../../lib/deadline.js';
import { createRest, type Rest } from '../../lib/rest.js';
import type { Store } from '../../store/store.js';
import type { Bell } from '../changes.js';

/** A sync waits no longer for what is owed. */
const PUSHED_MS = 60_000;

export interface Waking {
  /** Whatever sleeps because the account could not be reached goes on, and all that is owed is tried. */
  wake(): void;
  /** At the first sign-in of a run: what the last one was kept from may have nothing in its way now. */
  signedIn(): void;
  /** Ends early when it can be reached again. */
  sleepUntilBack(ms: number): Promise<void>;
  /** While the journal has nothing that can be carried out. */
  readonly rest: Rest;
  /** What is owed has been carried out, or tried. */
  pushed(): Promise<void>;
}

export function createWaking(
  { journal }: Pick<Store, 'journal'>,
  accountId: number,
  bell: Bell,
  stop: AbortSignal,
): Waking {
  const rest = createRest();
  let sleeping = new AbortController();
  let hasSignedIn = false;
  const wake = () => {
    journal.retryNow(accountId);
    rest.end();
    bell.ringJournal(accountId);
    sleeping.abort();
    sleeping = new AbortController();
  };
  return {
    wake,
    signedIn: () => {
      if (!hasSignedIn) wake();
      hasSignedIn = true;
    },
    sleepUntilBack: (ms) => sleepByClock(ms, AbortSignal.any([stop, sleeping.signal])),
    rest,
    pushed: () => orAfter(PUSHED_MS, stop, rest.reached(), undefined),
  };
}
