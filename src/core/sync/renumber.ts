// Gives the copies of a source the uids their messages have now.
import type { Turns } from '../../lib/turns.js';
import type { SourceRow } from '../../store/sources.js';
import type { SelectedSource } from '../../upstream/connector.js';
import { inBatches } from '../batches.js';
import type { Work } from '../unit-of-work.js';
import { removeCopy } from './ingest.js';
import { type SourceSyncContext, saveState } from './source-state.js';

export interface Renumbering {
  readonly source: SourceRow;
  readonly state: Pick<SelectedSource, 'uidValidity' | 'uidNext'>;
  /** Copy id → uid it had, at the time of matching. */
  readonly bound: ReadonlyMap<number, number>;
  /** Copy id → uid it has. */
  readonly pairs: ReadonlyMap<number, number>;
  readonly turns: Turns;
}

/**
 * In slices, with clients in between. Until the last one nobody speaks of this source's uids (`lane.selectKnown`), and a
 * crash in between is a renumbering like any other.
 */
export async function renumber(
  { store, unit, strays }: Pick<SourceSyncContext, 'store' | 'unit' | 'strays'>,
  r: Renumbering,
): Promise<void> {
  const { copies } = store;
  /** Where a copy stands that had to make room: below every uid there is, and below what a crash has left there. */
  const parked = new Map<number, number>();
  let floor = 0;
  for (const uid of r.bound.values()) floor = Math.min(floor, uid);
  const each = (work: Work, id: number) => {
    const copy = copies.get(id);
    // What has been bound anew since, or is gone, is not ours to change.
    if (!copy || copy.upstreamUid !== (parked.get(id) ?? r.bound.get(id))) return;
    const uid = r.pairs.get(id);
    const holder = uid === undefined ? undefined : copies.byUid(r.source.id, uid);
    // Bound under the new numbering meanwhile: the message is there already.
    const isTwin = holder && holder.id !== id && holder.upstreamUid !== r.bound.get(holder.id);
    if (uid === undefined || isTwin) {
      if (isTwin) removeCopy(store, work, copy);
      else strays.depart(work, copy);
      return;
    }
    if (holder && holder.id !== id) {
      parked.set(holder.id, --floor);
      copies.setUpstreamUid(holder.id, floor);
    }
    copies.setUpstreamUid(id, uid);
  };
  await inBatches(unit, [...r.bound.keys()], each, r.turns);
  unit.batch(() => {
    store.sources.setUidSamples(r.source.id, []);
    const { uidValidity, uidNext } = r.state;
    saveState(store, r.source, { uidValidity, uidNext, highestModseq: undefined });
  });
}
