import { UpstreamError } from '../../mail/errors.js';
import { asUpstreamUid } from '../../mail/ids.js';
import { rangesOf } from '../../mail/sequence-set.js';
import type { CopyRow } from '../../store/copies.js';
import { splitKeywords } from '../../store/copies.js';
import type { JournalRow } from '../../store/journal.js';
import type { SourceRow } from '../../store/sources.js';
import { removeCopy } from '../sync/ingest.js';
import type { LaneSession } from '../sync/lane.js';
import { bindCopy, type Found, findCopies } from './binding.js';
import type { JournalContext } from './context.js';
import { type Mark, markOf } from './mark.js';
import type { TransferPayload } from './payloads.js';
import { lookFor, selectForCopies, uidsOf } from './still-there.js';
import { askOfTaken } from './taken.js';

interface Pending {
  readonly copy: CopyRow;
  readonly newCopyId: number;
}

/** COPY or MOVE in one account. The new copies are bound by COPYUID, else by looking from the noted UIDNEXT on. */
export async function carryTransfer(context: JournalContext, lane: LaneSession, row: JournalRow): Promise<number[]> {
  const { store } = context;
  const payload = JSON.parse(row.payload) as TransferPayload;
  const from = store.sources.get(row.sourceId ?? 0);
  const to = store.sources.get(payload.toSourceId);
  if (!from || !to) throw new UpstreamError('permanent', 'the mailbox is gone');
  const pending = pendingOf(context, row);
  const found = new Map<number, Found>();
  let rest = pending;
  if (row.sent && payload.mark) {
    // It may have been done: what is in the target already must not be done twice, what is still here must be.
    rest = await reconcile(context, lane, { row, pending, from, to, mark: payload.mark, found });
  }
  const stillHere = rest.map(({ copy }) => copy);
  if (rest.length > 0 && !(await selectForCopies(context, lane, from, stillHere))) return [from.id];
  if (rest.length > 0) {
    const mark = payload.mark ?? (await markOf(lane.session, to));
    store.database.durable(() => store.journal.setSent(row.id, { ...payload, mark }));
    const uids = rest.map(({ copy }) => copy.upstreamUid ?? 0).sort((a, b) => a - b);
    await lane.selectKnown(from, { upTo: uids.at(-1) });
    const command = row.kind === 'move' ? lane.session.move : lane.session.copy;
    const { pairs, uidValidity } = await command.call(lane.session, rangesOf(uids), to.path);
    const isOurNumbering = to.uidValidity === undefined || uidValidity === to.uidValidity;
    for (const { copy, newCopyId } of rest) {
      const uid = isOurNumbering ? pairs?.get(asUpstreamUid(copy.upstreamUid ?? 0)) : undefined;
      if (uid !== undefined) found.set(newCopyId, { uid, flags: upstreamFlagsOf(copy) });
    }
    const lost = rest
      .map(({ newCopyId }) => newCopyId)
      .filter((id) => !found.has(id) && store.copies.get(id)?.upstreamUid === null);
    if (lost.length > 0) {
      const hits = await askOfTaken(async () => {
        await lane.selectKnown(to, { fresh: true });
        return findCopies(context, lane.session, to, { copyIds: lost, mark, way: 'moved' });
      });
      for (const [id, hit] of hits) found.set(id, hit);
    }
  }
  confirm(context, row, pending, found);
  return [from.id, to.id];
}

const upstreamFlagsOf = (copy: CopyRow) => ({
  system: copy.upstreamFlags,
  keywords: splitKeywords(copy.upstreamKeywords),
});

/** The targets that still have something to carry; a message that left the upstream meanwhile takes its new copy along. */
function pendingOf({ store, unit }: JournalContext, row: JournalRow): Pending[] {
  const pending: Pending[] = [];
  unit.batch((work) => {
    for (const { copyId, newCopyId } of store.journal.targets(row.id)) {
      const copy = store.copies.get(copyId);
      const made = newCopyId === null ? undefined : store.copies.get(newCopyId);
      if (copy?.upstreamUid != null && made) pending.push({ copy, newCopyId: made.id });
      else if (made && made.upstreamUid === null) removeCopy(store, work, made);
    }
  });
  return pending;
}

interface Reconciliation {
  readonly row: JournalRow;
  readonly pending: Pending[];
  readonly from: SourceRow;
  readonly to: SourceRow;
  readonly mark: Mark;
  readonly found: Map<number, Found>;
}

/** Resolves with what is to be carried out once more; what was halfway is carried to its end here. @throws {UpstreamError} */
async function reconcile(context: JournalContext, lane: LaneSession, r: Reconciliation): Promise<Pending[]> {
  const isMove = r.row.kind === 'move' && lane.session.capabilities.move;
  // MOVE is atomic for each message (RFC 6851 §3.3): what still stands in the source was not moved, and what is like it in the
  // target is another. Not so where it is COPY and EXPUNGE: then it may be halfway, and is not copied twice.
  const unmoved = isMove ? await stillIn(context, lane, r.from, r.pending) : [];
  const maybeDone = r.pending.filter((each) => !unmoved.includes(each));
  if (maybeDone.length === 0) return unmoved;
  await lane.selectKnown(r.to, { fresh: true });
  const copyIds = maybeDone.map(({ newCopyId }) => newCopyId);
  const looked = await findCopies(context, lane.session, r.to, { copyIds, mark: r.mark, way: 'moved' });
  for (const [id, hit] of looked) r.found.set(id, hit);
  if (r.row.kind === 'move' && !isMove) {
    const copied = maybeDone.filter(({ newCopyId }) => looked.get(newCopyId)?.isSame);
    await expungeOriginals(context, lane, r.from, copied);
  }
  const missing = maybeDone.filter(({ newCopyId }) => !r.found.has(newCopyId));
  if (isMove || missing.length === 0) return unmoved;
  return stillIn(context, lane, r.from, missing);
}

/** The second half of a move by COPY and EXPUNGE, for what has been seen in the target. @throws {UpstreamError} */
async function expungeOriginals(
  context: JournalContext,
  lane: LaneSession,
  from: SourceRow,
  copied: readonly Pending[],
): Promise<void> {
  if (copied.length === 0) return;
  const left = await stillIn(context, lane, from, copied);
  const uids = uidsOf(left.map(({ copy }) => copy));
  if (uids.length > 0) await lane.session.expunge(rangesOf(uids));
}

/** Those whose message is in the source yet. @throws {UpstreamError} */
async function stillIn(
  context: JournalContext,
  lane: LaneSession,
  from: SourceRow,
  pending: readonly Pending[],
): Promise<Pending[]> {
  const uids = pending.map(({ copy }) => copy.upstreamUid ?? 0).sort((a, b) => a - b);
  const { gone } = await lookFor(context, lane, from, uids, { fresh: true });
  return pending.filter(({ copy }) => !gone.has(copy.upstreamUid ?? 0));
}

function confirm(
  { store, unit, ...rest }: JournalContext,
  row: JournalRow,
  pending: readonly Pending[],
  found: Map<number, Found>,
): void {
  const context = { store, unit, ...rest };
  unit.batch((work) => {
    const isMissed = ({ newCopyId }: Pending) =>
      row.kind === 'move' && !found.has(newCopyId) && store.copies.get(newCopyId)?.upstreamUid === null;
    // Neither here nor there: another client was quicker, or it will be found under a uid of its own.
    const missed = new Set(pending.filter(isMissed));
    for (const { copy } of missed) rest.strays.depart(work, store.copies.get(copy.id) ?? copy);
    // First the row, so that what is still owed for the copies is counted without it.
    store.journal.remove(row.id);
    for (const { copy, newCopyId } of pending.filter((each) => !missed.has(each))) {
      const hit = found.get(newCopyId);
      if (hit) bindCopy(context, work, newCopyId, hit.uid, hit.flags);
      else {
        // Carried out, but not to be found: the sync will show it under a uid of its own.
        // One that is bound stood there before: a label the message had already.
        const made = store.copies.get(newCopyId);
        if (made?.upstreamUid === null) removeCopy(store, work, made);
      }
      if (row.kind === 'move') removeCopy(store, work, copy);
    }
  });
}
