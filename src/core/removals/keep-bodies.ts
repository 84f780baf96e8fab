// Before the upstream deletes for good, what `gateway undo` will need is fetched: after that nobody has it any more.
import { UpstreamError } from '../../mail/errors.js';
import type { JournalContext } from '../journal/context.js';
import { MAX_KEPT_BYTES } from './log.js';

/** For one client command, bodies that were here already included: an emptied Trash is not worth an hour's download. */
const KEPT_AT_ONCE = { count: 1_000, bytes: 64_000_000 };
/** So that a mailbox of any size costs a moment. */
const MAX_LOOKED_AT = 5 * KEPT_AT_ONCE.count;
/** In pieces, so that a client that reads does not wait for all of it. */
const CHUNK = 40;
/** Whatever keeps the bodies from coming must not keep the user's deletion from being carried out. */
const MAX_ATTEMPTS = 3;

export interface Ending {
  readonly removedAt: number | undefined;
  readonly sourceId: number;
  /** Undefined: all that was removed from the source then. */
  readonly messageIds: readonly number[] | undefined;
  readonly attempts: number;
}

/**
 * Fetches and pins the bodies of messages that a client removed at `removedAt`. `attempts`: how often the journal row has
 * been tried; in the end it is carried out without. @throws {UpstreamError} transient
 */
export async function keepBodies(
  { store, bodies, unit, removals }: JournalContext,
  { removedAt, sourceId, messageIds, attempts }: Ending,
): Promise<void> {
  if (removedAt === undefined || attempts >= MAX_ATTEMPTS) return;
  const kept = store.removals.keptOf(removedAt);
  let { count, bytes } = kept;
  const limit = Math.min(KEPT_AT_ONCE.bytes, removals.budgetBytes);
  const candidates = store.removals.withoutBody({ at: removedAt, sourceId, messageIds, limit: MAX_LOOKED_AT });
  const wanted = candidates.filter(({ sizeBytes }) => {
    if (sizeBytes > MAX_KEPT_BYTES || count >= KEPT_AT_ONCE.count || bytes + sizeBytes > limit) return false;
    count++;
    bytes += sizeBytes;
    return true;
  });
  for (let start = 0; start < wanted.length; start += CHUNK) {
    const chunk = wanted.slice(start, start + CHUNK);
    try {
      await bodies.ensure(chunk.map(({ messageId }) => messageId));
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.kind !== 'permanent') throw error;
    }
    unit.batch(() => {
      for (const { id, messageId } of chunk) {
        const bodyRef = store.messages.get(messageId)?.bodyRef;
        const row = store.removals.get(id);
        const sizeBytes = bodyRef ? store.bodyIndex.sizeOf(bodyRef) : undefined;
        // It may have been brought back while its bytes came.
        if (!bodyRef || sizeBytes === undefined || row?.undoneAt !== null || row.bodyRef !== null) continue;
        removals.keep(id, bodyRef, sizeBytes);
      }
    });
  }
}
