// Whether the messages that something is owed for are where they were. A STORE, MOVE or EXPUNGE of a uid that is gone is
// answered OK and does nothing (RFC 9051 §6.4.9), so it has to be known before; asked for only when SELECT gave a reason.
import { UpstreamError } from '../../mail/errors.js';
import { rangesOf } from '../../mail/sequence-set.js';
import type { CopyRow } from '../../store/copies.js';
import type { SourceRow } from '../../store/sources.js';
import { isSamePath } from '../shared-mailboxes.js';
import type { LaneSession, Selection } from '../sync/lane.js';
import { adoptNames } from '../sync/tree-sync.js';
import type { JournalContext } from './context.js';

/**
 * Selects the source for its copies. True when all are there; else those that are not have departed (their part of the row
 * with them), and the row, if anything is left of it, is to be carried out anew.
 * @throws {UpstreamError}
 */
export async function selectForCopies(
  context: JournalContext,
  lane: LaneSession,
  source: SourceRow,
  copies: readonly CopyRow[],
): Promise<boolean> {
  const uids = uidsOf(copies);
  const gone = await goneOf(context, lane, source, uids);
  if (gone === undefined) return true;
  const { store, unit, strays } = context;
  unit.batch((work) => {
    for (const { id } of copies) {
      const copy = store.copies.get(id);
      if (copy && copy.upstreamUid !== null && gone.has(copy.upstreamUid)) strays.depart(work, copy);
    }
  });
  return false;
}

const uidsOf = (copies: readonly CopyRow[]): number[] =>
  copies.flatMap(({ upstreamUid }) => upstreamUid ?? []).sort((a, b) => a - b);

/** Undefined: none. */
async function goneOf(
  context: JournalContext,
  lane: LaneSession,
  source: SourceRow,
  uids: readonly number[],
): Promise<ReadonlySet<number> | undefined> {
  let state: Selection;
  try {
    state = await lane.selectKnown(source, { upTo: uids.at(-1) });
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.kind !== 'permanent') throw error;
    // The whole mailbox may be gone: renamed, or deleted, by another client.
    const listed = await lane.session.listMailboxes();
    if (listed.length === 0 || listed.some(({ path }) => isSamePath(source, path))) throw error;
    const { store, tree, accounts } = context;
    const account = accounts.get(source.accountId);
    if (account) await adoptNames(store, lane, tree, account, listed);
    const now = store.sources.get(source.id);
    if (now && !isSamePath(now, source.path)) return goneOf(context, lane, now, uids);
    return new Set(uids);
  }
  if (!isDoubtful(context, source, state)) return undefined;
  const gone = new Set(uids);
  await lane.session.fetchFlags(rangesOf(uids), (rows) => {
    for (const { uid } of rows) gone.delete(uid);
  });
  return gone.size > 0 ? gone : undefined;
}

/** Whether what SELECT told leaves room for a message of ours to have gone: as many as we know, and those that are new. */
function isDoubtful({ store }: JournalContext, { id, uidNext }: SourceRow, state: Selection): boolean {
  if (!state.isFresh) return false;
  const more = state.exists - store.copies.countBound(id);
  if (state.uidNext === undefined) return more < 0;
  return more !== state.uidNext - Math.max(uidNext ?? 1, store.copies.highestUid(id) + 1);
}
