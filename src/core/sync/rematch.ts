// A source got a new UIDVALIDITY (routine on QQ), or new uids without one (uid-check.ts): the same messages under other uids. Matched copies keep their entries
// and our uids; no client downloads anything again (DESIGN §6, promise 1).
import { createTurns, type Turns } from '../../lib/turns.js';
import { rangesOf } from '../../mail/sequence-set.js';
import type { SourceRow } from '../../store/sources.js';
import type { SelectedSource } from '../../upstream/connector.js';
import { KeyTable, knownOf, matched } from './fingerprints.js';
import type { LaneSession } from './lane.js';
import { renumber } from './renumber.js';
import { type SourceSyncContext, saveState } from './source-state.js';

/** One at a time: two connections of an account may notice at once. @throws {UpstreamError} */
export const rematch = (
  context: SourceSyncContext,
  lane: LaneSession,
  source: SourceRow,
  state: SelectedSource,
): Promise<void> => context.rematching.run(() => rematchOnce(context, lane, source, state));

async function rematchOnce(
  context: SourceSyncContext,
  lane: LaneSession,
  source: SourceRow,
  state: SelectedSource,
): Promise<void> {
  const { store, ingest, logger } = context;
  // Done by another connection meanwhile, whose list is newer than ours.
  const now = store.sources.get(source.id);
  const isSilent = source.uidValidity === state.uidValidity;
  if (isSilent ? String(now?.uidSamples) !== String(source.uidSamples) : now?.uidValidity === state.uidValidity) return;
  const turns = createTurns();
  // Taken before asking: what is bound while the answer travels is under its new uid already.
  const bound = new Map(store.copies.bound(source.id).map(({ id, upstreamUid }) => [id, upstreamUid]));
  let listed = await listAll(lane, state);
  if (listed.length < bound.size / 2) {
    // Implausible at first sight: a second look before anything leaves the view.
    listed = await listAll(lane, await lane.select(source, { fresh: true }));
  }
  const isLeaving = (copyId: number) => store.copies.get(copyId)?.leaving === 1;
  const pairs = await matched(await keysOfCopies(context, bound, turns), listed, turns, isLeaving);
  await renumber(context, { source, state, bound, pairs, turns });
  // Routine on QQ and in the demo, and what was not found again is told to clients.
  logger[pairs.size < bound.size ? 'info' : 'debug'](
    { source: source.path, matched: pairs.size, known: bound.size, listed: listed.length },
    'uidvalidity changed; matched again',
  );
  const used = new Set(pairs.values());
  const fresh: number[] = [];
  for (let row = 0; row < listed.length; row++) if (!used.has(listed.value(row))) fresh.push(listed.value(row));
  if (fresh.length > 0) await lane.session.fetchHeaders(rangesOf(fresh), (rows) => void ingest.arrivals(source, rows));
  const known = rangesOf([...used].sort((a, b) => a - b));
  if (known.length > 0) await lane.session.fetchFlags(known, (rows) => void ingest.flags(source, rows));
  saveState(store, source, state);
}

/** What identifies each message, by uid, ascending. Headers come along: no identity without them on most servers. */
async function listAll({ session }: LaneSession, state: SelectedSource): Promise<KeyTable> {
  const listed = new KeyTable();
  if (state.exists === 0) return listed;
  await session.fetchHeaders(rangesOf(await session.uids()), (rows) => {
    for (const row of rows) listed.add(row.uid, row);
  });
  listed.sortBy((uid) => uid);
  return listed;
}

/** The same of what is here, by copy id, in order of the old uids. */
async function keysOfCopies(
  { store }: SourceSyncContext,
  bound: ReadonlyMap<number, number>,
  turns: Turns,
): Promise<KeyTable> {
  const keys = new KeyTable();
  for (const id of bound.keys()) {
    const copy = store.copies.get(id);
    const known = copy && knownOf(store, copy.messageId);
    if (known) keys.add(id, known);
    await turns.pause();
  }
  // Parked ones, of an attempt that was cut short, stand under the negative of a uid.
  keys.sortBy((id) => Math.abs(bound.get(id) ?? 0));
  return keys;
}
