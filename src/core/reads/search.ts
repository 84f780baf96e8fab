// SEARCH from our own index (DESIGN §8): flags from the snapshot, dates and sizes from narrow rows, texts from the kept
// header fields and from cached bodies; what neither holds is asked upstream where that upstream's SEARCH can be trusted.

import { dayOf, parseDateHeader } from '../../mail/dates.js';
import { decodedFields } from '../../mail/decoded-text.js';
import { headerFields } from '../../mail/header-block.js';
import { KEPT_HEADER_FIELD_SET } from '../../mail/header-fields.js';
import type { WireText } from '../../mail/ids.js';
import {
  type Day,
  type DayRelation,
  partsOf,
  type SearchCriteria,
  someCriterion,
  type Unread,
} from '../../mail/search-criteria.js';
import { type NumberRanges, rangesInclude } from '../../mail/sequence-set.js';
import type { ListingReadRow } from '../../store/listing-reads.js';
import type { UpstreamSearch } from '../../upstream/connector.js';
import type { InternedFlags, MailboxId, Reads } from '../core.js';
import {
  fieldMatch,
  type Gaps,
  matcherOf,
  searchTexts,
  type TextHits,
  type TextSearchOptions,
  UNKNOWN,
} from './search-texts.js';
import type { Snapshots } from './snapshots.js';

export interface SearchOptions extends TextSearchOptions {
  readonly snapshots: Snapshots;
}

/** What a criterion is tested against. */
interface Candidate {
  readonly uid: number;
  readonly modseq: number;
  readonly flags: InternedFlags;
  readonly row: ListingReadRow | undefined;
}
/**
 * How well a candidate fulfils a criterion: 0 not at all, else 1–100 (100 for what is yes or no); UNKNOWN where that depends
 * on what could not be read. AND, OR and NOT are those of three-valued logic.
 */
type Test = (candidate: Candidate) => number;

/** Messages looked at before other sessions get their turn. */
const BATCH = 1_000;

export function createSearch(options: SearchOptions): Reads['search'] {
  const { store, snapshots } = options;
  return async (mailboxId, criteria, signal) => {
    const { uids, modseqs, flagIds, flagTable } = snapshots.snapshot(mailboxId);
    const gaps: Gaps = { silent: new Set(), sources: new Map(), error: undefined, isAnyRead: false };
    const test = compile(criteria, await setHits(options, mailboxId, criteria, gaps, signal), false);
    const columns = {
      headers: needsHeaders(criteria) || (gaps.sources.size > 0 && needsTexts(criteria)),
      objectIds: needsObjectIds(criteria),
      saveDate: needsSaveDates(criteria),
    };
    const needsRows = Object.values(columns).includes(true) || needsDates(criteria);
    const wanted = wantedSpans(criteria);
    const hits: number[] = [];
    const scores: number[] = [];
    const open: number[] = [];
    for (let start = 0; start < uids.length && !signal.aborted; start += BATCH) {
      const end = Math.min(uids.length, start + BATCH);
      if (wanted && !wanted(uids[start] ?? 0, uids[end - 1] ?? 0)) continue;
      const rows = new Map<number, ListingReadRow>();
      if (needsRows) {
        const [low, high] = [uids[start] ?? 0, uids[end - 1] ?? 0];
        for (const row of store.listings.range(mailboxId, low, high, BATCH, columns)) rows.set(row.uid, row);
      }
      for (let i = start; i < end; i++) {
        const uid = uids[i] ?? 0;
        const flags = flagTable[flagIds[i] ?? 0];
        const score = flags ? test({ uid, modseq: modseqs[i] ?? 0, flags, row: rows.get(uid) }) : 0;
        if (score === UNKNOWN) open.push(uid);
        if (score <= 0) continue;
        hits.push(uid);
        scores.push(score);
      }
      if (needsRows) await new Promise<void>((resolve) => setImmediate(resolve));
    }
    const found = { uids: Uint32Array.from(hits), scores: Uint8Array.from(scores) };
    return open.length === 0 ? found : { ...found, unread: unreadOf(options, open, hits.length > 0, gaps) };
  };
}

function unreadOf({ accountOf }: SearchOptions, open: number[], isAnyHit: boolean, gaps: Gaps): Unread {
  const sourceIds = new Set(open.flatMap((uid) => gaps.sources.get(uid) ?? []));
  return {
    uids: Uint32Array.from(open),
    accounts: [...new Set([...sourceIds].map(accountOf))].sort(),
    error: isAnyHit || gaps.isAnyRead ? undefined : gaps.error,
  };
}

/** Whether a span of uids may hold hits, where a set of messages must be in any case; undefined if there is no such set. */
function wantedSpans(criteria: SearchCriteria): ((low: number, high: number) => boolean) | undefined {
  const sets = setsOf(criteria);
  if (sets.length === 0) return undefined;
  return (low, high) => sets.every((ranges) => ranges.some(([from, to]) => from <= high && to >= low));
}

/** Sets of uids that every hit is in. */
function setsOf(criteria: SearchCriteria): readonly NumberRanges[] {
  const all = criteria.key === 'and' ? criteria.all : [criteria];
  return all.flatMap((one) => (one.key === 'uids' ? [one.ranges] : []));
}

const isKept = (field: string) => KEPT_HEADER_FIELD_SET.has(field);
const needsHeaders = (criteria: SearchCriteria) =>
  someCriterion(criteria, (leaf) => (leaf.key === 'header' && isKept(leaf.field)) || leaf.key === 'sentDate');
const needsTexts = (criteria: SearchCriteria) => someCriterion(criteria, ({ key }) => key === 'text');
const DATES_AND_SIZES: ReadonlySet<SearchCriteria['key']> = new Set(['internalDate', 'arrived', 'larger', 'smaller']);
const needsDates = (criteria: SearchCriteria) => someCriterion(criteria, ({ key }) => DATES_AND_SIZES.has(key));
const needsObjectIds = (criteria: SearchCriteria) =>
  someCriterion(criteria, ({ key }) => key === 'emailId' || key === 'threadId');
const needsSaveDates = (criteria: SearchCriteria) => someCriterion(criteria, ({ key }) => key === 'saveDate');
const isTextual = (leaf: SearchCriteria): leaf is UpstreamSearch =>
  leaf.key === 'body' || leaf.key === 'text' || (leaf.key === 'header' && !isKept(leaf.field));

/** The hits of criteria that are answered for the whole mailbox at once. */
type SetHits = ReadonlyMap<SearchCriteria, TextHits>;

async function setHits(
  options: SearchOptions,
  mailboxId: MailboxId,
  criteria: SearchCriteria,
  gaps: Gaps,
  signal: AbortSignal,
): Promise<SetHits> {
  const hits = new Map<SearchCriteria, TextHits>();
  const sets = setsOf(criteria);
  // Bodies are read of those messages only that can be hits at all.
  const isWanted = (uid: number) => sets.every((ranges) => rangesInclude(ranges, uid));
  const collect = async (leaf: SearchCriteria, isFuzzy: boolean, isNegated: boolean): Promise<void> => {
    if (isTextual(leaf)) {
      const query = { leaf, isFuzzy, isNegated, isWanted };
      hits.set(leaf, await searchTexts(options, mailboxId, query, gaps, signal));
    }
    for (const part of partsOf(leaf))
      await collect(part, isFuzzy || leaf.key === 'fuzzy', isNegated || leaf.key === 'not');
  };
  await collect(criteria, false, false);
  return hits;
}

const YES = 100;
const yes = (test: (candidate: Candidate) => boolean): Test => {
  return (candidate) => (test(candidate) ? YES : 0);
};

function compile(criteria: SearchCriteria, sets: SetHits, isFuzzy: boolean): Test {
  const inner = (part: SearchCriteria) => compile(part, sets, isFuzzy || criteria.key === 'fuzzy');
  switch (criteria.key) {
    case 'all':
      return () => YES;
    case 'none':
      return () => 0;
    case 'uids':
      return yes(({ uid }) => rangesInclude(criteria.ranges, uid));
    case 'systemFlag':
      return yes(({ flags }) => ((flags.system & criteria.bit) !== 0) === criteria.present);
    case 'keyword': {
      const wanted = criteria.keyword.toLowerCase();
      return yes(
        ({ flags }) => flags.keywords.some((keyword) => keyword.toLowerCase() === wanted) === criteria.present,
      );
    }
    case 'emailId':
    case 'threadId':
      return yes(({ row }) => row !== undefined && row[criteria.key] === criteria.id);
    case 'larger':
    case 'smaller':
    case 'internalDate':
    case 'arrived':
    case 'sentDate':
    case 'saveDate':
      return yes(({ row }) => row !== undefined && isOf(row, criteria));
    case 'modseq':
      return yes(({ modseq }) => modseq >= criteria.modseq);
    case 'text':
      return textTest(criteria.text, sets.get(criteria), isFuzzy);
    case 'body':
      return ({ uid }) => sets.get(criteria)?.get(uid) ?? 0;
    case 'header':
      return isKept(criteria.field)
        ? headerTest(criteria.field, criteria.text, isFuzzy)
        : ({ uid }) => sets.get(criteria)?.get(uid) ?? 0;
    case 'and':
      return allOf(criteria.all.map(inner));
    case 'or': {
      const [a, b] = criteria.either.map(inner);
      return (candidate) => {
        const [one, other] = [a?.(candidate) ?? 0, b?.(candidate) ?? 0];
        return Math.max(one, other) || Math.min(one, other);
      };
    }
    case 'not': {
      const test = inner(criteria.not);
      return (candidate) => {
        const score = test(candidate);
        return score === 0 ? YES : Math.min(score, 0);
      };
    }
    case 'fuzzy':
      return inner(criteria.within);
  }
}

/** As good as the worst of them; UNKNOWN is worse than any score, but for what does not match. */
function allOf(tests: readonly Test[]): Test {
  return (candidate) => {
    let worst = YES;
    for (const test of tests) {
      const score = test(candidate);
      if (score === 0) return 0;
      if (score < worst) worst = score;
    }
    return worst;
  };
}

/** What could not be read may still have it in the header fields that are kept. */
function textTest(text: string, hits: TextHits | undefined, isFuzzy: boolean): Test {
  const match = matcherOf(text, isFuzzy);
  return ({ uid, row }) => {
    const score = hits?.get(uid) ?? 0;
    return score === UNKNOWN && row?.headers ? match(decodedFields(row.headers)) || UNKNOWN : score;
  };
}

function headerTest(field: string, text: string, isFuzzy: boolean): Test {
  const match = fieldMatch(field, matcherOf(text, isFuzzy));
  return ({ row }) => {
    if (!row?.headers) return 0;
    let best = 0;
    for (const value of headerFields(row.headers as WireText, field)) {
      best = Math.max(best, text === '' ? YES : match(value));
    }
    return best;
  };
}

type OfRow = Extract<
  SearchCriteria,
  { key: 'larger' | 'smaller' | 'internalDate' | 'arrived' | 'sentDate' | 'saveDate' }
>;

function isOf(row: ListingReadRow, criteria: OfRow): boolean {
  switch (criteria.key) {
    case 'larger':
      return row.sizeBytes > criteria.sizeBytes;
    case 'smaller':
      return row.sizeBytes < criteria.sizeBytes;
    case 'internalDate':
      return isInRelation(dayOf(row.internalDate, 0), criteria);
    case 'arrived':
      return row.internalDate >= criteria.from && row.internalDate <= criteria.to;
    case 'sentDate':
      return isSent(row, criteria);
    case 'saveDate':
      return isInRelation(dayOf(row.saveDate ?? row.internalDate, 0), criteria);
  }
}

function isSent(row: ListingReadRow, relation: { relation: DayRelation; day: Day }): boolean {
  const [date] = row.headers === '' ? [] : headerFields(row.headers as WireText, 'date');
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
