// A source got a new UIDVALIDITY (routine on QQ), or new uids without one (uid-check.ts): the same messages under other uids. Matched copies keep their entries
// and our uids; no client downloads anything again (DESIGN §6, promise 1).
import { rangesOf } from '../../mail/sequence-set.js';
import type { SourceRow } from '../../store/sources.js';
import type { SelectedSource } from '../../upstream/connector.js';
import { fingerprintsOf, fingerprintsOfCopy, type Keyed, matched } from './fingerprints.js';
import type { LaneSession } from './lane.js';
import { type SourceSyncContext, saveState } from './source-state.js';

/** @throws {UpstreamError} */
export async function rematch(
  context: SourceSyncContext,
  lane: LaneSession,
  source: SourceRow,
  state: SelectedSource,
): Promise<void> {
  const { store, unit, ingest, strays, logger } = context;
  let listed = await listAll(lane, state);
  // Done by another connection meanwhile, whose list is newer than ours.
  const now = store.sources.get(source.id);
  const isSilent = source.uidValidity === state.uidValidity;
  if (isSilent ? String(now?.uidSamples) !== String(source.uidSamples) : now?.uidValidity === state.uidValidity) return;
  const old = store.copies
    .ofSource(source.id)
    .filter(({ upstreamUid }) => upstreamUid !== null)
    .sort((a, b) => (a.upstreamUid ?? 0) - (b.upstreamUid ?? 0));
  if (listed.size < old.length / 2) {
    // Implausible at first sight: a second look before anything leaves the view.
    listed = await listAll(lane, await lane.select(source, { fresh: true }));
  }
  const rows: Keyed = [...listed].sort(([a], [b]) => a - b);
  const pairs = matched(
    old.map((copy) => [copy.id, fingerprintsOfCopy(store, copy)]),
    rows,
  );
  unit.batch((work) => {
    for (const copy of old) store.copies.unbind(copy.id);
    for (const copy of old) {
      const uid = pairs.get(copy.id);
      if (uid === undefined) strays.depart(work, copy);
      else store.copies.setUpstreamUid(copy.id, uid);
    }
    store.sources.setUidSamples(source.id, []);
    saveState(store, source, { uidValidity: state.uidValidity, uidNext: state.uidNext, highestModseq: undefined });
  });
  // Routine on QQ and in the demo, and what was not found again is told to clients.
  logger[pairs.size < old.length ? 'info' : 'debug'](
    { source: source.path, matched: pairs.size, known: old.length, listed: listed.size },
    'uidvalidity changed; matched again',
  );
  const used = new Set(pairs.values());
  const fresh = [...listed.keys()].filter((uid) => !used.has(uid));
  if (fresh.length > 0) await lane.session.fetchHeaders(rangesOf(fresh), (rows) => void ingest.arrivals(source, rows));
  const known = rangesOf([...used].sort((a, b) => a - b));
  if (known.length > 0) await lane.session.fetchFlags(known, (rows) => void ingest.flags(source, rows));
  saveState(store, source, state);
}

/** uid → what identifies the message, most certain first. Headers come along: no identity without them on most servers. */
async function listAll({ session }: LaneSession, state: SelectedSource): Promise<Map<number, string[]>> {
  const listed = new Map<number, string[]>();
  if (state.exists === 0) return listed;
  const uids = await session.uids();
  await session.fetchHeaders(rangesOf(uids), (rows) => {
    for (const row of rows) listed.set(row.uid, fingerprintsOf(row));
  });
  return listed;
}
