import type { Core } from '../../core/core.js';
import { ByeError } from '../errors.js';
import type { Reply } from '../reply.js';
import type { Resolved, Selected } from '../selected.js';
import type { FetchPart } from './fetch-item.js';
import { fetchFromBodies } from './from-bodies.js';
import { fetchFromIndex } from './from-index.js';
import { MODSEQ_PART } from './listing.js';
import { planFetch } from './plan.js';

/** What an answer to FETCH is written with. */
export interface FetchContext {
  readonly core: Core;
  readonly reply: Reply;
  readonly signal: AbortSignal;
  /** What the client has enabled. */
  readonly enabled: ReadonlySet<string>;
  /** The UID form. */
  readonly uid: boolean;
}

/**
 * Answers the parts for the targets, in the order of the mailbox; resolves with the number of those that are gone.
 * @throws {UpstreamError} if some could not be had; the others have been answered
 */
export async function answerFetch(
  { core, reply, signal, enabled, uid }: FetchContext,
  selected: Selected,
  targets: Resolved,
  parts: readonly FetchPart[],
): Promise<number> {
  if (targets.uids.length === 0) return 0;
  const plan = planFetch(parts, uid);
  // A mailbox opened by EXAMINE keeps its flags (RFC 9051 §6.3.3).
  const setsSeen = plan.setsSeen && !selected.readOnly;
  const condstore = enabled.has('CONDSTORE');
  const run = { core, reply, signal, selected, targets, plan: { ...plan, setsSeen }, condstore };
  return plan.needsBodies || setsSeen ? fetchFromBodies(run) : fetchFromIndex(run);
}

/**
 * Tells of messages that have arrived, unasked: with the MODSEQ once CONDSTORE is enabled (RFC 7162 §3.1). Those whose
 * provider is away the client can ask for itself. @throws {ByeError}
 */
export async function tellArrived(
  context: Omit<FetchContext, 'uid'>,
  selected: Selected,
  targets: Resolved,
  parts: readonly FetchPart[],
): Promise<void> {
  const isModseqDue = context.enabled.has('CONDSTORE') && !parts.includes(MODSEQ_PART);
  try {
    await answerFetch({ ...context, uid: true }, selected, targets, isModseqDue ? [...parts, MODSEQ_PART] : parts);
  } catch (error) {
    if (error instanceof ByeError) throw error;
  }
}
