// Texts that the kept header fields cannot answer for: from cached bodies, and from the upstreams whose SEARCH can be
// trusted.
import { parseAddresses } from '../../mail/addresses.js';
import { looseMatch, substringMatch, type TextMatch, wordsOf } from '../../mail/collation.js';
import { decodedBodyText, decodedHeaderBlock, decodeHeaderText } from '../../mail/decoded-text.js';
import { UpstreamError } from '../../mail/errors.js';
import { headerFields } from '../../mail/header-block.js';
import type { WireText } from '../../mail/ids.js';
import { parseMime } from '../../mail/mime.js';
import type { Store } from '../../store/store.js';
import type { UpstreamSearch } from '../../upstream/connector.js';
import type { MailboxId } from '../core.js';
import type { MessageBodies } from './bodies.js';
import type { UpstreamReader } from './upstream-reader.js';

export interface TextSearchOptions {
  readonly store: Store;
  readonly bodies: MessageBodies;
  readonly reader: UpstreamReader;
  /** Whether the account of a source answers text searches truly. */
  isTrusted(sourceId: number): boolean;
  /** The name of a source's account. */
  accountOf(sourceId: number): string;
}

/** The score of what could not be read: neither a hit nor none. */
export const UNKNOWN = -1;

/** What one search could not read, over all its criteria. */
export interface Gaps {
  /** Sources whose upstream did not answer; it is not asked again. */
  readonly silent: Set<number>;
  /** Uid → the source that did not give the message. */
  readonly sources: Map<number, number>;
  /** The first reason. */
  error: unknown;
  /** Something was read, here or upstream. */
  isAnyRead: boolean;
}

/** Uids that match, each with its score (1–100), or UNKNOWN. */
export type TextHits = ReadonlyMap<number, number>;

export interface TextQuery {
  readonly leaf: UpstreamSearch;
  readonly isFuzzy: boolean;
  /** What does not match may be a hit: so what is not read must not count as such. */
  readonly isNegated: boolean;
  /** The others need not be looked at. */
  isWanted(uid: number): boolean;
}

/** What stands in a body is less telling than what stands in the header; an upstream tells no score. */
const BODY_SHARE = 0.6;
const UPSTREAM_SCORE = 60;

export const matcherOf = (text: string, isFuzzy: boolean): TextMatch =>
  isFuzzy ? looseMatch(text) : substringMatch(text);

const ADDRESS_FIELDS: ReadonlySet<string> = new Set([
  ...['from', 'sender', 'reply-to', 'to', 'cc', 'bcc', 'resent-from', 'resent-to', 'resent-cc'],
]);
const BLANKS = /\t| {2}/;
const NOT_AS_SHOWN = /["(\\]/;

/**
 * How well an unfolded value of a header field (lower case) matches. White space where it is folded or padded is as good
 * as one blank; addresses also match as they are shown, without quotes and comments.
 */
export function fieldMatch(field: string, match: TextMatch): (value: WireText) => number {
  const isAddress = ADDRESS_FIELDS.has(field);
  return (value) => {
    const score = matchFolded(decodeHeaderText(value), match);
    return score === 0 && isAddress && NOT_AS_SHOWN.test(value) ? match(shownAddresses(value)) : score;
  };
}

function matchFolded(text: string, match: TextMatch): number {
  const score = match(text);
  return score === 0 && BLANKS.test(text) ? match(text.replace(/[ \t]+/g, ' ')) : score;
}

/** `Name <mailbox@host>`, and a comma between them. */
const shownAddresses = (value: string): string =>
  parseAddresses(value)
    .filter(({ host }) => host !== undefined)
    .map(({ name, mailbox, host }) =>
      name ? `${decodeHeaderText(name as WireText)} <${mailbox}@${host}>` : `${mailbox}@${host}`,
    )
    .join(', ');

export async function searchTexts(
  options: TextSearchOptions,
  mailboxId: MailboxId,
  query: TextQuery,
  gaps: Gaps,
  signal: AbortSignal,
): Promise<TextHits> {
  const { store, bodies, isTrusted } = options;
  const hits = new Map<number, number>();
  const match = matcherOf(query.leaf.text, query.isFuzzy);
  // Taken first: what reaches its upstream meanwhile is in one of the two at least.
  const unbound = store.listings.unboundUids(mailboxId).filter((uid) => query.isWanted(uid));
  const sourceIds = store.mailboxes.feedsOfMailbox(mailboxId).map(({ sourceId }) => sourceId);
  const leaveOpen = (uid: number, silentSource?: number) => {
    hits.set(uid, UNKNOWN);
    if (silentSource !== undefined) gaps.sources.set(uid, silentSource);
  };
  const tryBody = async (uid: number): Promise<void> => {
    const { bodyRef, sourceId } = store.listings.whereabouts(mailboxId, uid) ?? {};
    if (signal.aborted) return;
    if (bodyRef == null || sourceId === undefined) {
      if (query.isNegated) leaveOpen(uid);
      return;
    }
    const bytes = await orGap(gaps, bodies.read(bodyRef));
    if (!bytes) return leaveOpen(uid, sourceId);
    const score = scoreOf(bytes, query.leaf, match);
    if (score > 0) hits.set(uid, score);
  };
  const inSource = async (sourceId: number) => {
    const known = store.listings.upstreamUids(mailboxId, sourceId).filter(([uid]) => query.isWanted(uid));
    if (known.length === 0) return;
    const isRemote = isTrusted(sourceId) && known.some(([, , isCached]) => !isCached);
    if (isRemote && !gaps.silent.has(sourceId)) {
      // One command tells of them all; cached ones are then not read again.
      const found = await orGap(gaps, searchUpstream(options, sourceId, query));
      if (found) {
        for (const [uid, upstreamUid] of known) if (found.has(upstreamUid)) hits.set(uid, UPSTREAM_SCORE);
        return;
      }
      gaps.silent.add(sourceId);
    }
    for (const [uid, , isCached] of known) {
      if (isCached) await tryBody(uid);
      else if (isRemote) leaveOpen(uid, sourceId);
      else if (query.isNegated) leaveOpen(uid);
    }
  };
  await Promise.all(sourceIds.map(inSource));
  // Messages that are only here yet (an append on its way) are in no upstream's answer.
  for (const uid of unbound) await tryBody(uid);
  return hits;
}

/** Undefined, and noted, where an upstream's trouble is the reason: it is not that of the others. */
async function orGap<T>(gaps: Gaps, reading: Promise<T>): Promise<T | undefined> {
  try {
    const read = await reading;
    gaps.isAnyRead = true;
    return read;
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    gaps.error ??= error;
    return undefined;
  }
}

/** A loose search is one for each word, of which all must be found. */
async function searchUpstream(
  { reader }: TextSearchOptions,
  sourceId: number,
  { leaf, isFuzzy }: TextQuery,
): Promise<ReadonlySet<number>> {
  const words = isFuzzy ? wordsOf(leaf.text) : [];
  const queries = words.length > 1 ? words.map((text) => ({ ...leaf, text })) : [leaf];
  return reader.read(sourceId, { fresh: true }, async (session) => {
    let found: Set<number> | undefined;
    for (const query of queries) {
      const uids = await session.search(query);
      const before = found;
      found = new Set(before ? uids.filter((uid) => before.has(uid)) : uids);
    }
    return found ?? new Set<number>();
  });
}

function scoreOf(bytes: Uint8Array, leaf: UpstreamSearch, match: TextMatch): number {
  const root = parseMime(bytes);
  if (leaf.key === 'header') {
    const header = Buffer.from(bytes.subarray(root.headerStart, root.headerEnd)).toString('latin1');
    return Math.max(0, ...headerFields(header, leaf.field).map(fieldMatch(leaf.field, match)));
  }
  const isText = leaf.key === 'text';
  const inHeader = isText ? match(decodedHeaderBlock(bytes, root)) : 0;
  if (inHeader > 0) return inHeader;
  return Math.ceil(match(decodedBodyText(bytes, root, { headers: isText })) * BODY_SHARE);
}
