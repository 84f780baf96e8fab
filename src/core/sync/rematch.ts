// A source got a new UIDVALIDITY (routine on QQ): the same messages under other uids. Matched copies keep their entries
// and our uids; no client downloads anything again (DESIGN §6, promise 1).
import { createHash } from 'node:crypto';
import { rangesOf } from '../../mail/sequence-set.js';
import type { CopyRow } from '../../store/copies.js';
import type { SourceRow } from '../../store/sources.js';
import type { Store } from '../../store/store.js';
import type { HeaderRow, SelectedSource } from '../../upstream/connector.js';
import { listingOf, removeCopy } from './ingest.js';
import type { LaneSession } from './lane.js';
import { type SourceSyncContext, saveState } from './source-state.js';

/** @throws {UpstreamError} */
export async function rematch(
  context: SourceSyncContext,
  lane: LaneSession,
  source: SourceRow,
  state: SelectedSource,
): Promise<void> {
  const { store, unit, ingest, logger } = context;
  let listed = await listAll(lane, state);
  // Done by another connection meanwhile, whose list is newer than ours.
  if (store.sources.get(source.id)?.uidValidity === state.uidValidity) return;
  const old = store.copies.ofSource(source.id).filter(({ upstreamUid }) => upstreamUid !== null);
  if (listed.size < old.length / 2) {
    // Implausible at first sight: a second look before anything leaves the view.
    listed = await listAll(lane, await lane.select(source, { fresh: true }));
  }
  const pairs = matchUnique(
    old.map((copy) => [copy, fingerprintsOfCopy(store, copy)] as const),
    listed,
  );
  unit.batch((work) => {
    for (const copy of old) store.copies.unbind(copy.id);
    for (const copy of old) {
      const uid = pairs.get(copy.id);
      if (uid === undefined) removeCopy(store, work, copy);
      else store.copies.setUpstreamUid(copy.id, uid);
    }
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
    for (const row of rows) listed.set(row.uid, fingerprintsOfRow(row));
  });
  return listed;
}

const hash = (text: string): string => createHash('sha1').update(text, 'latin1').digest('base64');
const fingerprints = (f: {
  emailId: string | null | undefined;
  messageId: string;
  date: number;
  size: number;
  headers: string;
}): string[] => [...(f.emailId ? [`id ${f.emailId}`] : []), `fp ${f.messageId} ${f.date} ${f.size} ${hash(f.headers)}`];
const fingerprintsOfRow = (row: HeaderRow): string[] =>
  fingerprints({
    emailId: row.emailId,
    messageId: listingOf(row.headers, undefined).messageIdHeader,
    date: row.internalDate,
    size: row.sizeBytes,
    headers: row.headers,
  });

function fingerprintsOfCopy({ messages }: Store, copy: CopyRow): string[] {
  const message = messages.get(copy.messageId);
  const listing = messages.listing(copy.messageId);
  if (!message || !listing) return message?.emailId ? [`id ${message.emailId}`] : [];
  return fingerprints({
    emailId: message.emailId,
    messageId: listing.messageIdHeader,
    date: message.internalDate,
    size: message.sizeBytes,
    headers: listing.headers,
  });
}

/** copy id → new uid, for fingerprints that occur exactly once on both sides. */
function matchUnique(
  old: readonly (readonly [CopyRow, readonly string[]])[],
  listed: ReadonlyMap<number, readonly string[]>,
): Map<number, number> {
  const byOld = new Map<string, number[]>();
  const byNew = new Map<string, number[]>();
  const add = (map: Map<string, number[]>, key: string, value: number) => {
    const values = map.get(key);
    if (values) values.push(value);
    else map.set(key, [value]);
  };
  for (const [copy, keys] of old) for (const key of keys) add(byOld, key, copy.id);
  for (const [uid, keys] of listed) for (const key of keys) add(byNew, key, uid);
  const pairs = new Map<number, number>();
  const used = new Set<number>();
  for (const [key, copyIds] of byOld) {
    const uids = byNew.get(key);
    const [copyId] = copyIds;
    const [uid] = uids ?? [];
    if (copyIds.length !== 1 || uids?.length !== 1 || copyId === undefined || uid === undefined) continue;
    if (pairs.has(copyId) || used.has(uid)) continue;
    pairs.set(copyId, uid);
    used.add(uid);
  }
  return pairs;
}
