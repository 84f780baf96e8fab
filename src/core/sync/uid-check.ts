// QQ gives messages other uids under the same UIDVALIDITY: a few known ones are compared whenever a mailbox is selected.
import { rangesOf } from '../../mail/sequence-set.js';
import type { SourceRow } from '../../store/sources.js';
import type { Store } from '../../store/store.js';
import type { SelectedSource, UpstreamSession } from '../../upstream/connector.js';

/** Whether the selected source's messages have other uids than the index knows. @throws {UpstreamError} */
export type UidCheck = (session: UpstreamSession, source: SourceRow, state: SelectedSource) => Promise<boolean>;

export const createUidCheck =
  ({ copies }: Store): UidCheck =>
  async (session, source, state) => {
    // A new UIDVALIDITY says so itself.
    if (source.uidValidity !== state.uidValidity || state.exists === 0) return false;
    const samples = copies.samples(source.id);
    if (samples.length === 0) return false;
    const uids = samples.map(({ upstreamUid }) => upstreamUid).sort((a, b) => a - b);
    const known = new Map(samples.map((sample) => [sample.upstreamUid as number, sample]));
    let there = 0;
    let differing = 0;
    await session.fetchListing(rangesOf(uids), (rows) => {
      for (const { uid, internalDate, sizeBytes } of rows) {
        const sample = known.get(uid);
        if (!sample) continue;
        there++;
        if (sample.internalDate !== internalDate || sample.sizeBytes !== sizeBytes) differing++;
      }
    });
    // None of them is there: matching again tells whether they have gone or are called something else.
    return differing > 0 || there === 0;
  };
