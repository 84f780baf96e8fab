// New mail at once: a connection that does nothing but wait on INBOX.
import { backoffMs } from '../../lib/backoff.js';
import { sleep } from '../../lib/deadline.js';
import type { SourceRow } from '../../store/sources.js';
import { NETWORK_RETRY } from '../limits/hold.js';
import type { Gate } from './gate.js';
import { type Lane, Priority } from './lane.js';
import type { SourceSyncContext } from './source-state.js';
import { syncSource } from './source-sync.js';

export interface WatchOptions {
  readonly context: SourceSyncContext;
  readonly watcher: Lane;
  readonly gate: Gate;
  /** Undefined while there is none that has been listed. */
  inbox(): SourceRow | undefined;
  /** Ends early when the account can be reached again. */
  sleepUntilBack(ms: number): Promise<void>;
  readonly signal: AbortSignal;
}

/** Runs until the signal is aborted; never throws. */
export async function watchInbox(options: WatchOptions): Promise<void> {
  const { context, watcher, gate, inbox, sleepUntilBack, signal } = options;
  const { idleMs, pollMs } = context.traits;
  // The first look reads flags too; later, polling does unless the server tells that something has changed.
  let flags = true;
  for (let attempt = 0; !signal.aborted; ) {
    await context.store.database.health.well(signal);
    const source = inbox();
    if (!source || gate.waitMs() > 0) {
      await sleep(Math.max(200, Math.min(gate.waitMs(), 5_000)), signal);
      continue;
    }
    try {
      await watcher.run(Priority.arrivals, async (lane) => {
        await syncSource(context, lane, source.id, { flags });
        attempt = 0;
        // Some servers tell nothing in IDLE, and a connection may be dead without a sign: it is looked at anew at every poll.
        const news = await lane.session.waitForChange({ signal, maxMs: Math.min(idleMs, pollMs) });
        flags = news === 'changed';
      });
    } catch (error) {
      if (signal.aborted) return;
      flags = true;
      context.logger.info({ err: error }, 'watching the inbox was interrupted');
      // A pause is no reason to sign in once more when it is over.
      if (gate.waitMs() === 0) await watcher.drop();
      await sleepUntilBack(backoffMs(attempt++, NETWORK_RETRY));
    }
  }
}
