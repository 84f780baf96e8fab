import { sleepByClock } from '../../lib/deadline.js';
import type { Store } from '../../store/store.js';
import type { Bell } from '../changes.js';

/** Rows of the journal that wait no longer than this wait because of the connection. */
const JOURNAL_RETRY_MS = 5 * 60_000;

export interface Waking {
  /** Whatever sleeps because the account could not be reached goes on. */
  wake(): void;
  /** Ends early when it can be reached again. */
  sleepUntilBack(ms: number): Promise<void>;
}

export function createWaking(
  { journal }: Pick<Store, 'journal'>,
  accountId: number,
  bell: Bell,
  stop: AbortSignal,
): Waking {
  let sleeping = new AbortController();
  return {
    wake: () => {
      journal.retryNow(accountId, Date.now() + JOURNAL_RETRY_MS);
      bell.ringJournal(accountId);
      sleeping.abort();
      sleeping = new AbortController();
    },
    sleepUntilBack: (ms) => sleepByClock(ms, AbortSignal.any([stop, sleeping.signal])),
  };
}
