// SEARCH from our own index (DESIGN §8): flags from the snapshot, dates and sizes from narrow rows, texts from the kept
// header fields and from cached bodies; what neither holds is asked upstream where that upstream's SEARCH can be trusted.

import { dayOf, parseDateHeader } from '../../mail/dates.js';
import { decodedBodyText, decodeHeaderText, searchFold } from '../../mail/decoded-text.js';
import { headerFields } from '../../mail/header-block.js';
import { KEPT_HEADER_FIELD_SET } from '../../mail/header-fields.js';
import type { WireText } from '../../mail/ids.js';
import { parseMime } from '../../mail/mime.js';
import type { Day, DayRelation, SearchCriteria } from '../../mail/search-criteria.js';
import { rangesInclude } from '../../mail/sequence-set.js';
import type { ListingReadRow } from '../../store/listing-reads.js';
import type { Store } from '../../store/store.js';
import type { UpstreamSearch } from '../../upstream/connector.js';
import type { InternedFlags, MailboxId, Reads } from '../core.js';
import type { MessageBodies } from './bodies.js';
import type { Snapshots } from './snapshots.js';
import type { UpstreamReader } from './upstream-reader.js';

export interface SearchOptions {
  readonly store: Store;
  readonly snapshots: Snapshots;
  readonly bodies: MessageBodies;
  readonly reader: UpstreamReader;
  /** Whether the account of a source answers text searches truly. */
  isTrusted(sourceId: number): boolean;
}

/** What a criterion is tested against. */
interface Candidate {
  readonly uid: number;
  readonly flags: InternedFlags;
  readonly row: ListingReadRow | undefined;
}
type Test = (candidate: Candidate) => boolean;

/** Messages looked at before other sessions get their turn. */
const BATCH = 1_000;

export function createSearch(options: SearchOptions): Reads['search'] {
  const { store, snapshots } = options;
  return async (mailboxId, criteria, signal) => {
    const { uids, flagIds, flagTable } = snapshots.snapshot(mailboxId);
    const texts = await textHits(options, mailboxId, criteria, signal);
    const test = compile(criteria, texts);
    const columns = { headers: needsHeaders(criteria) };
    const needsRows = columns.headers || needsDates(criteria);
    const hits: number[] = [];
    for (let start = 0; start < uids.length && !signal.aborted; start += BATCH) {
      const end = Math.min(uids.length, start + BATCH);
      const rows = new Map<number, ListingReadRow>();
      if (needsRows) {
        const [low, high] = [uids[start] ?? 0, uids[end - 1] ?? 0];
        for (const row of store.listings.range(mailboxId, low, high, BATCH, columns)) rows.set(row.uid, row);
      }
      for (let i = start; i < end; i++) {
        const uid = uids[i] ?? 0;
        const flags = flagTable[flagIds[i] ?? 0];
        if (flags && test({ uid, flags, row: rows.get(uid) })) hits.push(uid);
      }
      if (needsRows) await new Promise<void>((resolve) => setImmediate(resolve));
    }
    return Uint32Array.from(hits);
  };
}

function parts(criteria: SearchCriteria): readonly SearchCriteria[] {
  switch (criteria.key) {
    case 'and':
      return criteria.all;
    case 'or':
      return criteria.either;
    case 'not':
      return [criteria.not];
    default:
      return [];
  }
}
const some = (criteria: SearchCriteria, is: (leaf: SearchCriteria) => boolean): boolean =>
  is(criteria) || parts(criteria).some((part) => some(part, is));
const isKept = (field: string) => KEPT_HEADER_FIELD_SET.has(field);
const needsHeaders = (criteria: SearchCriteria) =>
  some(criteria, (leaf) => (leaf.key === 'header' && isKept(leaf.field)) || leaf.key === 'sentDate');
const needsDates = (criteria: SearchCriteria) =>
  some(criteria, ({ key }) => key === 'internalDate' || key === 'larger' || key === 'smaller');
const isTextual = (leaf: SearchCriteria): leaf is UpstreamSearch =>
  leaf.key === 'body' || leaf.key === 'text' || (leaf.key === 'header' && !isKept(leaf.field));

/** The uids that match each text criterion the index alone cannot answer. */
async function textHits(
  options: SearchOptions,
  mailboxId: MailboxId,
  criteria: SearchCriteria,
  signal: AbortSignal,
): Promise<Map<SearchCriteria, ReadonlySet<number>>> {
  const hits = new Map<SearchCriteria, ReadonlySet<number>>();
  const collect = async (leaf: SearchCriteria): Promise<void> => {
    if (isTextual(leaf)) hits.set(leaf, await searchTexts(options, mailboxId, leaf, signal));
    for (const part of parts(leaf)) await collect(part);
  };
  await collect(criteria);
  return hits;
}

async function searchTexts(
  { store, bodies, reader, isTrusted }: SearchOptions,
  mailboxId: MailboxId,
  leaf: UpstreamSearch,
  signal: AbortSignal,
): Promise<ReadonlySet<number>> {
  const hits = new Set<number>();
  // Taken first: what reaches its upstream meanwhile is in one of the two at least.
  const unbound = store.listings.unboundUids(mailboxId);
  const sourceIds = store.mailboxes.feedsOfMailbox(mailboxId).map(({ sourceId }) => sourceId);
  const inSource = async (sourceId: number) => {
    const known = store.listings.upstreamUids(mailboxId, sourceId);
    if (known.length === 0) return;
    const isRemote = isTrusted(sourceId) && known.some(([, , isCached]) => !isCached);
    if (isRemote) {
      // One command tells of them all; cached ones are then not read again.
      const found = new Set(await reader.read(sourceId, { fresh: true }, (session) => session.search(leaf)));
      for (const [uid, upstreamUid] of known) if (found.has(upstreamUid)) hits.add(uid);
      return;
    }
    for (const [uid, , isCached] of known) if (isCached && (await matchesBody(uid))) hits.add(uid);
  };
  const matchesBody = async (uid: number): Promise<boolean> => {
    const bodyRef = store.listings.whereabouts(mailboxId, uid)?.bodyRef;
    return !signal.aborted && bodyRef != null && matches(await bodies.read(bodyRef), leaf);
  };
  await Promise.all(sourceIds.map(inSource));
  // Messages that are only here yet (an append on its way) are in no upstream's answer.
  for (const uid of unbound) if (await matchesBody(uid)) hits.add(uid);
  return hits;
}

function matches(bytes: Uint8Array, leaf: UpstreamSearch): boolean {
  const root = parseMime(bytes);
  const header = Buffer.from(bytes.subarray(root.headerStart, root.headerEnd)).toString('latin1') as WireText;
  const wanted = searchFold(leaf.text);
  if (leaf.key === 'header') {
    return headerFields(header, leaf.field).some((value) => searchFold(decodeHeaderText(value)).includes(wanted));
  }
  if (leaf.key === 'text' && searchFold(decodeHeaderText(header)).includes(wanted)) return true;
  return searchFold(decodedBodyText(bytes, root)).includes(wanted);
}

function compile(criteria: SearchCriteria, texts: ReadonlyMap<SearchCriteria, ReadonlySet<number>>): Test {
  const inner = (part: SearchCriteria) => compile(part, texts);
  switch (criteria.key) {
    case 'all':
      return () => true;
    case 'none':
      return () => false;
    case 'uids':
      return ({ uid }) => rangesInclude(criteria.ranges, uid);
    case 'systemFlag':
      return ({ flags }) => ((flags.system & criteria.bit) !== 0) === criteria.present;
    case 'keyword': {
      const wanted = criteria.keyword.toLowerCase();
      return ({ flags }) => flags.keywords.some((keyword) => keyword.toLowerCase() === wanted) === criteria.present;
    }
    case 'larger':
      return ({ row }) => (row?.sizeBytes ?? 0) > criteria.sizeBytes;
    case 'smaller':
      return ({ row }) => row !== undefined && row.sizeBytes < criteria.sizeBytes;
    case 'internalDate':
      return ({ row }) => row !== undefined && isInRelation(dayOf(row.internalDate, 0), criteria);
    case 'sentDate':
      return ({ row }) => isSent(row, criteria);
    case 'body':
    case 'text':
      return ({ uid }) => texts.get(criteria)?.has(uid) ?? false;
    case 'header':
      return isKept(criteria.field)
        ? headerTest(criteria.field, criteria.text)
        : ({ uid }) => texts.get(criteria)?.has(uid) ?? false;
    case 'and': {
      const tests = criteria.all.map(inner);
      return (candidate) => tests.every((test) => test(candidate));
    }
    case 'or': {
      const [a, b] = criteria.either.map(inner);
      return (candidate) => (a?.(candidate) || b?.(candidate)) ?? false;
    }
    case 'not': {
      const test = inner(criteria.not);
      return (candidate) => !test(candidate);
    }
  }
}

function headerTest(field: string, text: string): Test {
  const wanted = searchFold(text);
  return ({ row }) => {
    if (!row?.headers) return false;
    const values = headerFields(row.headers as WireText, field);
    return values.some((value) => wanted === '' || searchFold(decodeHeaderText(value)).includes(wanted));
  };
}

function isSent(row: ListingReadRow | undefined, relation: { relation: DayRelation; day: Day }): boolean {
  const [date] = row?.headers ? headerFields(row.headers as WireText, 'date') : [];
  const sent = date === undefined ? undefined : parseDateHeader(date);
  return sent !== undefined && isInRelation(dayOf(sent.unixSeconds, sent.offsetMinutes), relation);
}

const ordinal = ({ year, month, day }: Day): number => year * 400 + month * 32 + day;
function isInRelation(actual: Day, { relation, day }: { relation: DayRelation; day: Day }): boolean {
  const difference = ordinal(actual) - ordinal(day);
  switch (relation) {
    case 'before':
      return difference < 0;
    case 'on':
      return difference === 0;
    case 'since':
      return difference >= 0;
  }
}
