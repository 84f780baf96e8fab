// Brings one source up to date over one connection (DESIGN §6): first listing, arrivals, flags, disappearances.

import { type NumberRanges, rangesOf } from '../../mail/sequence-set.js';
import type { SourceRow } from '../../store/sources.js';
import type { Store } from '../../store/store.js';
import type { SelectedSource, UpstreamSession } from '../../upstream/connector.js';
import { keepFlagSupport } from './flag-support.js';
import type { LaneSession } from './lane.js';
import { rematch } from './rematch.js';
import { mustBeThere, type SourceSyncContext, saveState } from './source-state.js';

/** One command of a first listing; between two of them more urgent work gets its turn. */
const LISTING_CHUNK = 5_000;
/** New messages are fetched complete, in commands of this many. */
const ARRIVAL_CHUNK = 1_000;

/**
 * One step of the first listing, of the uids above `from`: how far it got, undefined when there is no more to do.
 * @throws {UpstreamError}
 */
export async function listSome(
  context: SourceSyncContext,
  lane: LaneSession,
  sourceId: number,
  from: number,
): Promise<number | undefined> {
  const { store, ingest } = context;
  const source = mustBeThere(store, sourceId);
  const state = await lane.select(source);
  keepFlagSupport(context, source, state);
  let done = from;
  if (source.uidValidity !== state.uidValidity) {
    // Nothing of it has been shown yet, so starting over costs nothing but time.
    if (source.uidValidity !== undefined) await ingest.vanished(store.copies.bound(sourceId));
    done = 0;
    // As of the beginning of the listing: the check that follows it finds everything later.
    saveState(store, source, state);
  }
  while (state.exists > 0) {
    const ranges = await nextRanges(lane.session, state, done);
    const last = ranges.at(-1)?.[1];
    if (last === undefined) return undefined;
    let given = 0;
    await lane.session.fetchListing(ranges, (rows) => {
      given += rows.length;
      ingest.listing(source, rows);
    });
    if (state.uidNext !== undefined && last >= state.uidNext - 1) return undefined;
    // A gap in the uids, or messages the server does not give: asked for again they would be all there ever is.
    done = last;
    if (given > 0) return done;
  }
  return undefined;
}

/** Up to where an interrupted listing came: not what clients have put there meanwhile, which has its headers and the highest uids. */
export const listedUpTo = ({ messages }: Store, source: SourceRow): number => messages.withoutListing(source)[0] ?? 0;

/** The next uids to list. A sparse uid space is asked for by its real uids, so that no step is empty. */
async function nextRanges(session: UpstreamSession, state: SelectedSource, done: number): Promise<NumberRanges> {
  if (state.uidNext !== undefined && state.uidNext <= Math.max(2 * state.exists, LISTING_CHUNK)) {
    const high = Math.min(done + LISTING_CHUNK, state.uidNext - 1);
    return done < state.uidNext - 1 ? [[done + 1, high]] : [];
  }
  const uids = await session.uids();
  return rangesOf(uids.filter((uid) => uid > done).slice(0, LISTING_CHUNK));
}

/**
 * Looks for what changed in a source that has been listed.
 * @throws {UpstreamError}
 */
export async function syncSource(
  context: SourceSyncContext,
  lane: LaneSession,
  sourceId: number,
  { flags = true }: { flags?: boolean } = {},
): Promise<void> {
  const { store, strays } = context;
  const before = mustBeThere(store, sourceId);
  const newest = store.copies.newestId();
  const state = await lane.select(before, { fresh: true });
  keepFlagSupport(context, before, state);
  if (state.isRenumbered) return rematch(context, lane, before, state);
  if (before.uidValidity !== state.uidValidity) {
    if (before.uidValidity !== undefined && store.copies.countBound(sourceId) > 0) {
      return rematch(context, lane, before, state);
    }
    saveState(store, before, { uidValidity: state.uidValidity, uidNext: 1, highestModseq: undefined });
  }
  const source = mustBeThere(store, sourceId);
  const useModseq =
    lane.session.capabilities.condstore && state.highestModseq !== undefined && source.highestModseq !== undefined;
  const held = useModseq
    ? await syncByModseq(context, lane.session, source, state)
    : await syncByUids(context, lane.session, source, state, flags);
  // What was held back must be seen again next time, so the mark stays where it was.
  if (held === 0) saveState(store, source, state);
  strays.lookedAt(sourceId, newest);
}

async function syncByModseq(
  context: SourceSyncContext,
  session: UpstreamSession,
  source: SourceRow,
  state: SelectedSource,
): Promise<number> {
  const { store, ingest } = context;
  let held = 0;
  if (state.highestModseq !== source.highestModseq) {
    const unknown: number[] = [];
    const told = await session.changesSince(source.highestModseq ?? 0n, (rows) => {
      unknown.push(...ingest.flags(source, rows));
    });
    // What was bound while the answer travelled lies at or above the UIDNEXT of before; a server may name those as missing.
    const before = (state.uidNext ?? Number.POSITIVE_INFINITY) - 1;
    const gone = (told.vanished ?? []).flatMap(([low, high]) =>
      store.copies.boundIn(source.id, low, Math.min(high, before)),
    );
    await ingest.vanished(gone.filter(isSettled(store)));
    held = await fetchArrivals(context, session, source, unknown);
  }
  // Without VANISHED the number of messages tells whether something is gone; so it does if the server missed one.
  if (state.exists !== store.copies.countBound(source.id) + held)
    held += await diffUids(context, session, source, state);
  return held;
}

async function syncByUids(
  context: SourceSyncContext,
  session: UpstreamSession,
  source: SourceRow,
  state: SelectedSource,
  flags: boolean,
): Promise<number> {
  const { store } = context;
  let held = 0;
  const from = source.uidNext ?? store.copies.highestUid(source.id) + 1;
  if (state.uidNext !== undefined && state.uidNext > from && state.exists > 0) {
    // An estimate first: a range of fresh uids is one command; only a huge gap is worth asking which are there.
    const isDense = state.uidNext - from <= 2 * ARRIVAL_CHUNK;
    const fresh: NumberRanges = isDense
      ? [[from, state.uidNext - 1]]
      : rangesOf((await session.uids()).filter((uid) => uid >= from));
    held = await fetchRanges(context, session, source, fresh);
  }
  if (state.uidNext === undefined || state.exists !== store.copies.countBound(source.id) + held) {
    held += await diffUids(context, session, source, state);
  }
  if (flags) await scanFlags(context, session, source);
  return held;
}

/** Compares our uids with all of theirs. */
async function diffUids(
  context: SourceSyncContext,
  session: UpstreamSession,
  source: SourceRow,
  state: SelectedSource,
): Promise<number> {
  const { store, ingest, logger } = context;
  // A server may search what it has announced in this session, and no more: what came since SELECT is not missing.
  const end = state.uidNext ?? Number.POSITIVE_INFINITY;
  // Taken before asking: a copy bound while the answer travels is no candidate.
  const known = store.copies.bound(source.id);
  let present = await session.uids();
  const missing = (uids: Uint32Array) => {
    const there = new Set(uids);
    return known.filter(({ upstreamUid }) => upstreamUid < end && !there.has(upstreamUid));
  };
  if (missing(present).length > Math.max(20, known.length / 2)) {
    // More than half gone at once needs a second look (providers.md §13.4).
    logger.warn(
      { source: source.path, known: known.length, present: present.length },
      'most messages vanished; looking again',
    );
    await session.select(source.path);
    present = await session.uids();
  }
  await ingest.vanished(missing(present).filter(isSettled(store)));
  const bound = new Set(known.map(({ upstreamUid }) => upstreamUid));
  return fetchArrivals(
    context,
    session,
    source,
    present.filter((uid) => !bound.has(uid)),
  );
}

/**
 * Not so while a COPY or MOVE of it has been sent and not been confirmed: that it is gone may be our own doing, and with it
 * would go what the client was told of its new copy. The next look finds it missing again.
 */
const isSettled =
  ({ journal }: Store) =>
  ({ id }: { readonly id: number }): boolean =>
    !journal.ofCopy(id).some(({ kind, sent }) => sent === 1 && (kind === 'copy' || kind === 'move'));

async function fetchArrivals(
  context: SourceSyncContext,
  session: UpstreamSession,
  source: SourceRow,
  uids: Iterable<number>,
): Promise<number> {
  const ascending = [...uids].sort((a, b) => a - b);
  let held = 0;
  for (let i = 0; i < ascending.length; i += ARRIVAL_CHUNK) {
    held += await fetchRanges(context, session, source, rangesOf(ascending.slice(i, i + ARRIVAL_CHUNK)));
  }
  return held;
}

async function fetchRanges(
  { ingest }: SourceSyncContext,
  session: UpstreamSession,
  source: SourceRow,
  ranges: NumberRanges,
): Promise<number> {
  let held = 0;
  if (ranges.length > 0) {
    await session.fetchHeaders(ranges, (rows) => {
      held += ingest.arrivals(source, rows);
    });
  }
  return held;
}

/** Re-reads the flags of the newest messages, and now and then of all, where the server keeps no modseqs. */
async function scanFlags(
  { store, ingest, traits }: SourceSyncContext,
  session: UpstreamSession,
  source: SourceRow,
): Promise<void> {
  const bound = store.copies.bound(source.id);
  if (bound.length === 0) return;
  const isFull = Math.abs(Date.now() - source.lastFullCheck) > FULL_SCAN_MS;
  const window = isFull ? bound : bound.slice(-traits.flagScanWindow);
  await session.fetchFlags(
    rangesOf(window.map(({ upstreamUid }) => upstreamUid)),
    (rows) => void ingest.flags(source, rows),
  );
  if (isFull) store.sources.setFullCheck(source.id, Date.now());
}
const FULL_SCAN_MS = 60 * 60_000;
