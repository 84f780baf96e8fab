// EXPUNGE, and what it means where deleting is moving to Trash.
import { rangesOf } from '../../mail/sequence-set.js';
import type { CopyRow } from '../../store/copies.js';
import type { JournalRow } from '../../store/journal.js';
import type { SourceRow } from '../../store/sources.js';
import { removeCopy } from '../sync/ingest.js';
import type { LaneSession } from '../sync/lane.js';
import { findCopies } from './binding.js';
import type { JournalContext } from './context.js';
import { type Mark, markOf } from './mark.js';
import type { ExpungePayload } from './payloads.js';
import { selectForCopies, uidsOf } from './still-there.js';

/** UID EXPUNGE of exactly the targets, or MOVE to Trash where deleting means that. */
export async function carryExpunge(context: JournalContext, lane: LaneSession, row: JournalRow): Promise<number[]> {
  const { store, unit } = context;
  const payload = JSON.parse(row.payload) as ExpungePayload;
  const source = store.sources.get(row.sourceId ?? 0);
  const named = store.journal.targetCopies(row.id);
  let trash: SourceRow | undefined;
  let mark = payload.mark;
  if (source && uidsOf(named).length > 0) {
    // Gone already (another client, or this row before a crash): the server ignores unknown uids.
    trash = payload.toTrash || !lane.session.capabilities.uidplus ? trashOf(context, source) : undefined;
    // Without MOVE it may be cut halfway.
    if (trash && !lane.session.capabilities.move) mark ??= await markOf(lane.session, trash);
    if (!(await selectForCopies(context, lane, source, named))) return [source.id];
  }
  // Some may have been called off meanwhile (core/removals); from here on nothing can be.
  const owed = new Set(store.journal.targets(row.id).map(({ copyId }) => copyId));
  const copies = named.filter(({ id }) => owed.has(id));
  const uids = uidsOf(copies);
  if (source && uids.length > 0) {
    store.database.durable(() => store.journal.setSent(row.id, { ...payload, ...(mark ? { mark } : {}) }));
    const before = row.sent ? payload.mark : undefined;
    const rest = trash && before ? await withoutCopied(context, lane, { copies, source, trash, mark: before }) : copies;
    const ranges = rangesOf(uidsOf(rest));
    if (trash && rest.length > 0) await lane.session.move(ranges, trash.path);
    else if (!trash) await lane.session.expunge(ranges);
  }
  unit.batch((work) => {
    store.journal.remove(row.id);
    for (const copy of copies) removeCopy(store, work, copy);
  });
  return trash && source ? [source.id, trash.id] : source ? [source.id] : [];
}

/** Undefined for the Trash itself, and where there is none. */
export const trashOf = ({ store }: JournalContext, source: SourceRow): SourceRow | undefined =>
  source.role === 'trash'
    ? undefined
    : store.sources.ofAccount(source.accountId).find(({ role, present }) => role === 'trash' && present);

interface Halfway {
  readonly copies: readonly CopyRow[];
  readonly source: SourceRow;
  readonly trash: SourceRow;
  readonly mark: Mark;
}

/**
 * A move to Trash by COPY and EXPUNGE that may have been cut between the two: what has come to Trash, whoever has seen it there
 * since, is expunged. Resolves with the rest; the source is selected. @throws {UpstreamError}
 */
async function withoutCopied(
  context: JournalContext,
  lane: LaneSession,
  { copies, source, trash, mark }: Halfway,
): Promise<readonly CopyRow[]> {
  await lane.selectKnown(trash, { fresh: true });
  const copyIds = copies.map(({ id }) => id);
  const found = await findCopies(context, lane.session, trash, { copyIds, mark, way: 'moved', withBound: true });
  const copied = copies.filter(({ id }) => found.get(id)?.isSame);
  await lane.selectKnown(source, { upTo: uidsOf(copies).at(-1) });
  if (copied.length > 0) await lane.session.expunge(rangesOf(uidsOf(copied)));
  return copies.filter((copy) => !copied.includes(copy));
}
