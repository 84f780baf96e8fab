// QQ gives messages other uids under the same UIDVALIDITY: a few known ones are compared whenever a mailbox is selected.
import { rangesOf } from '../../mail/sequence-set.js';
import type { SourceRow, UidSample } from '../../store/sources.js';
import type { Store } from '../../store/store.js';
import type { SelectedSource, UpstreamSession } from '../../upstream/connector.js';

/** Whether the selected source's messages have other uids than the index knows. @throws {UpstreamError} */
export type UidCheck = (session: UpstreamSession, source: SourceRow, state: SelectedSource) => Promise<boolean>;

export const createUidCheck =
  ({ copies, sources }: Store): UidCheck =>
  async (session, source, state) => {
    // A new UIDVALIDITY says so itself.
    if (source.uidValidity !== state.uidValidity || state.exists === 0) return false;
    // As they are now: another connection may have matched the messages again.
    const before = sources.get(source.id)?.uidSamples ?? [];
    const wanted = copies.sampleUids(source.id);
    const asked = [...new Set([...before.map(([uid]) => uid), ...wanted])].sort((a, b) => a - b);
    if (asked.length === 0) return false;
    const listed = new Map<number, UidSample>();
    await session.fetchListing(rangesOf(asked), (rows) => {
      for (const { uid, internalDate, sizeBytes } of rows) listed.set(uid, [uid, internalDate, sizeBytes]);
    });
    if (differs(before, (uid) => listed.get(uid))) return true;
    const samples = wanted.map((uid) => listed.get(uid)).filter((sample) => sample !== undefined);
    if (JSON.stringify(samples) !== JSON.stringify(before)) sources.setUidSamples(source.id, samples);
    return false;
  };

/**
 * Whether the samples are not what the source lists now: one means another message, or none of them is there, and only
 * matching again tells whether they have gone or are called something else.
 */
export function differs(samples: readonly UidSample[], listed: (uid: number) => UidSample | undefined): boolean {
  const there = samples.filter(([uid]) => listed(uid) !== undefined);
  if (there.length === 0) return samples.length > 0;
  return there.some((sample) => String(listed(sample[0])) !== String(sample));
}
