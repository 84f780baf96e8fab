import type { Core, InternedFlags, MailboxSnapshot } from '../../core/core.js';
import type { Reply } from '../reply.js';
import type { Resolved, Selected } from '../selected.js';
import type { FetchPlan } from './plan.js';

/** One FETCH on its way. */
export interface FetchRun {
  readonly core: Core;
  readonly reply: Reply;
  readonly signal: AbortSignal;
  readonly selected: Selected;
  readonly targets: Resolved;
  readonly plan: FetchPlan;
}

/** Finds the flags of ascending uids in a snapshot by walking along; undefined for one that is gone. */
export function flagsFinder(snapshot: MailboxSnapshot, firstUid: number): (uid: number) => InternedFlags | undefined {
  const { uids, flagIds, flagTable } = snapshot;
  let at = lowerBound(uids, firstUid);
  return (uid) => {
    while ((uids[at] ?? uid) < uid) at++;
    return uids[at] === uid ? flagTable[flagIds[at] ?? 0] : undefined;
  };
}

/** The present flags of one message; undefined if it is gone. */
export function flagsOf({ uids, flagIds, flagTable }: MailboxSnapshot, uid: number): InternedFlags | undefined {
  const at = lowerBound(uids, uid);
  return uids[at] === uid ? flagTable[flagIds[at] ?? 0] : undefined;
}

function lowerBound(uids: Uint32Array, value: number): number {
  let low = 0;
  let high = uids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((uids[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How long one session may hold the event loop, ms. */
const TURN_MS = 8;

/** Called every few hundred messages: waits for the client to take what it was sent, and gives others their turn. */
export function createPace(reply: Reply): () => Promise<void> {
  let since = performance.now();
  return async () => {
    await reply.drain();
    if (performance.now() - since < TURN_MS) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    since = performance.now();
  };
}
