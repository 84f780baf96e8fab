// Texts that the kept header fields cannot answer for: from cached bodies, and from the upstreams whose SEARCH can be
// trusted.
import { looseMatch, substringMatch, type TextMatch, wordsOf } from '../../mail/collation.js';
import { decodedBodyText, decodeHeaderText } from '../../mail/decoded-text.js';
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
}

/** Uids that match, each with its score (1–100). */
export type TextHits = ReadonlyMap<number, number>;

export interface TextQuery {
  readonly leaf: UpstreamSearch;
  readonly isFuzzy: boolean;
}

/** What stands in a body is less telling than what stands in the header; an upstream tells no score. */
const BODY_SHARE = 0.6;
const UPSTREAM_SCORE = 60;

export const matcherOf = (text: string, isFuzzy: boolean): TextMatch =>
  isFuzzy ? looseMatch(text) : substringMatch(text);

export async function searchTexts(
  options: TextSearchOptions,
  mailboxId: MailboxId,
  query: TextQuery,
  signal: AbortSignal,
): Promise<TextHits> {
  const { store, bodies, isTrusted } = options;
  const hits = new Map<number, number>();
  const match = matcherOf(query.leaf.text, query.isFuzzy);
  // Taken first: what reaches its upstream meanwhile is in one of the two at least.
  const unbound = store.listings.unboundUids(mailboxId);
  const sourceIds = store.mailboxes.feedsOfMailbox(mailboxId).map(({ sourceId }) => sourceId);
  const tryBody = async (uid: number): Promise<void> => {
    const bodyRef = store.listings.whereabouts(mailboxId, uid)?.bodyRef;
    if (signal.aborted || bodyRef == null) return;
    const score = scoreOf(await bodies.read(bodyRef), query.leaf, match);
    if (score > 0) hits.set(uid, score);
  };
  const inSource = async (sourceId: number) => {
    const known = store.listings.upstreamUids(mailboxId, sourceId);
    if (known.length === 0) return;
    const isRemote = isTrusted(sourceId) && known.some(([, , isCached]) => !isCached);
    if (isRemote) {
      // One command tells of them all; cached ones are then not read again.
      const found = await searchUpstream(options, sourceId, query);
      for (const [uid, upstreamUid] of known) if (found.has(upstreamUid)) hits.set(uid, UPSTREAM_SCORE);
      return;
    }
    for (const [uid, , isCached] of known) if (isCached) await tryBody(uid);
  };
  await Promise.all(sourceIds.map(inSource));
  // Messages that are only here yet (an append on its way) are in no upstream's answer.
  for (const uid of unbound) await tryBody(uid);
  return hits;
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
  const header = Buffer.from(bytes.subarray(root.headerStart, root.headerEnd)).toString('latin1') as WireText;
  if (leaf.key === 'header') {
    return Math.max(0, ...headerFields(header, leaf.field).map((value) => match(decodeHeaderText(value))));
  }
  const inHeader = leaf.key === 'text' ? match(decodeHeaderText(header)) : 0;
  return inHeader > 0 ? inHeader : Math.ceil(match(decodedBodyText(bytes, root)) * BODY_SHARE);
}
