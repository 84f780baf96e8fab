import type { Core } from '../../core/core.js';
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
  /** Flags are told with their MODSEQ (RFC 7162 §3.2). */
  readonly condstore: boolean;
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
