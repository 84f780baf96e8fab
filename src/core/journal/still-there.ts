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
 * Selects the source for its copies, under the name it has now, and resolves with what SELECT told when all are there. Undefined:
 * those that are not have departed (their part of the row with them), and the row, if anything is left of it, is to be carried
 * out anew.
 * @throws {UpstreamError}
 */
export async function selectForCopies(
  context: JournalContext,
  lane: LaneSession,
  source: SourceRow,
  copies: readonly CopyRow[],
): Promise<Selection | undefined> {
  const uids = uidsOf(copies);
  const { state, gone } = await lookFor(context, lane, source, uids);
  if (gone.size === 0) return state;
  const { store, unit, strays } = context;
  unit.batch((work) => {
    for (const { id } of copies) {
      const copy = store.copies.get(id);
      if (copy && copy.upstreamUid !== null && gone.has(copy.upstreamUid)) strays.depart(work, copy);
    }
  });
  return undefined;
}

export const uidsOf = (copies: readonly CopyRow[]): number[] =>
  copies.flatMap(({ upstreamUid }) => upstreamUid ?? []).sort((a, b) => a - b);

interface Look {
  readonly state: Selection | undefined;
  /** Uids that are not there. */
  readonly gone: ReadonlySet<number>;
}

/** Which of the uids are there; `fresh`: the upstream is asked whatever SELECT told. @throws {UpstreamError} */
export async function lookFor(
  context: JournalContext,
  lane: LaneSession,
  source: SourceRow,
  uids: readonly number[],
  { fresh = false }: { readonly fresh?: boolean } = {},
): Promise<Look> {
  let state: Selection;
  try {
    state = await lane.selectKnown(source, { upTo: uids.at(-1), fresh });
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.kind !== 'permanent') throw error;
    // The whole mailbox may be gone: renamed, or deleted, by another client.
    const { isThere, renamed } = await whereIs(context, lane, source);
    if (isThere) throw error;
    if (renamed) return lookFor(context, lane, renamed, uids, { fresh });
    return { state: undefined, gone: new Set(uids) };
  }
  const gone = new Set<number>();
  if (!fresh && !isDoubtful(context, source, state)) return { state, gone };
  for (const uid of uids) gone.add(uid);
  await lane.session.fetchFlags(rangesOf(uids), (rows) => {
    for (const { uid } of rows) gone.delete(uid);
  });
  return { state, gone };
}

/** Whether what SELECT told leaves room for a message of ours to have gone: as many as we know, and those that are new. */
function isDoubtful({ store }: JournalContext, { id, uidNext }: SourceRow, state: Selection): boolean {
  if (!state.isFresh) return false;
  const more = state.exists - store.copies.countBound(id);
  if (state.uidNext === undefined) return more < 0;
  return more !== state.uidNext - Math.max(uidNext ?? 1, store.copies.highestUid(id) + 1);
}

/** Asks the upstream whether the mailbox is there under the name it is known by, and if not, under which. @throws {UpstreamError} */
export async function whereIs(
  { store, tree, accounts }: Pick<JournalContext, 'store' | 'tree' | 'accounts'>,
  lane: LaneSession,
  source: SourceRow,
): Promise<{ readonly isThere: boolean; readonly renamed: SourceRow | undefined }> {
  const listed = await lane.session.listMailboxes();
  if (listed.length === 0 || listed.some(({ path }) => isSamePath(source, path))) {
    return { isThere: true, renamed: undefined };
  }
  const account = accounts.get(source.accountId);
  if (account) await adoptNames(store, lane, tree, account, listed);
  const now = store.sources.get(source.id);
  return { isThere: false, renamed: now && !isSamePath(now, source.path) ? now : undefined };
}
