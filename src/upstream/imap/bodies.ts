// BODY.PEEK[] of many messages in bounded memory: small ones many to a command, large ones in pieces.
import type { UpstreamUid } from '../../mail/ids.js';
import { rangesOf } from '../../mail/sequence-set.js';
import { lost } from './errors.js';
import { type FetchContext, ignoringGone } from './fetch.js';
import { type FetchedItems, fetchedItems } from './rows.js';
import { splitSet } from './sets.js';
import type { Token } from './tokens.js';

export type BodyConsumer = (uid: UpstreamUid, body: AsyncIterable<Uint8Array>) => Promise<void>;

/** The most that one literal brings. What is larger comes in pieces of this size. */
const PIECE_BYTES = 1024 * 1024;
/** One command asks for no more than this, so that a consumer's failure does not drag a mailbox along behind it. */
const COMMAND_BYTES = 8 * 1024 * 1024;
const COMMAND_MESSAGES = 200;

/** Each body once, in any order; messages that are gone, or that the server gives nothing for, are passed over. */
export async function fetchBodies(
  context: FetchContext,
  uids: readonly UpstreamUid[],
  onBody: BodyConsumer,
): Promise<void> {
  const wanted = [...new Set(uids)].sort((a, b) => a - b);
  const [only] = wanted;
  if (wanted.length === 1 && only !== undefined) return fetchInPieces(context, only, onBody);
  const large: UpstreamUid[] = [];
  for (const group of groups(wanted, await sizesOf(context, wanted), large)) {
    // RFC822.SIZE may lie (Exchange): what turns out larger than a piece joins the large ones.
    large.push(...(await fetchSmall(context, group, onBody)));
  }
  for (const uid of large) await fetchInPieces(context, uid, onBody);
}

async function sizesOf(context: FetchContext, uids: readonly UpstreamUid[]): Promise<Map<UpstreamUid, number>> {
  const sizes = new Map<UpstreamUid, number>();
  await fetchItems(context, uids, 'RFC822.SIZE', ({ uid, sizeBytes }) => {
    if (uid === undefined || sizeBytes === undefined) return false;
    sizes.set(uid, sizeBytes);
    return true;
  });
  return sizes;
}

/** Commands' worth of small messages; the large ones are put aside. Those without a size are gone. */
function* groups(
  uids: readonly UpstreamUid[],
  sizes: ReadonlyMap<UpstreamUid, number>,
  large: UpstreamUid[],
): Iterable<UpstreamUid[]> {
  let group: UpstreamUid[] = [];
  let bytes = 0;
  for (const uid of uids) {
    const size = sizes.get(uid);
    if (size === undefined) continue;
    if (size >= PIECE_BYTES) {
      large.push(uid);
      continue;
    }
    if (group.length >= COMMAND_MESSAGES || bytes + size > COMMAND_BYTES) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(uid);
    bytes += size;
  }
  if (group.length > 0) yield group;
}

/** Returns those that did not fit one piece. */
async function fetchSmall(
  context: FetchContext,
  uids: readonly UpstreamUid[],
  onBody: BodyConsumer,
): Promise<UpstreamUid[]> {
  const waiting = new Set(uids);
  const tooLarge: UpstreamUid[] = [];
  await fetchItems(context, uids, `BODY.PEEK[]<0.${PIECE_BYTES}>`, (items) => {
    const bytes = bytesOf(items.section);
    if (items.uid === undefined || bytes === undefined || !waiting.delete(items.uid)) return false;
    if (!isPiece(items, bytes)) return onBody(items.uid, once(bytes)).then(() => true);
    tooLarge.push(items.uid);
    return true;
  });
  return tooLarge;
}

async function fetchInPieces(context: FetchContext, uid: UpstreamUid, onBody: BodyConsumer): Promise<void> {
  const first = await fetchPiece(context, uid, 0);
  if (first) await onBody(uid, pieces(context, uid, first));
}

interface Piece {
  readonly bytes: Uint8Array;
  readonly isLast: boolean;
}

/** The next piece is on its way while the consumer works on the last one. */
async function* pieces(context: FetchContext, uid: UpstreamUid, first: Piece): AsyncIterable<Uint8Array> {
  let piece = first;
  for (let offset = piece.bytes.byteLength; ; offset += piece.bytes.byteLength) {
    const next = piece.isLast ? undefined : fetchPiece(context, uid, offset);
    // Looked at below; a consumer that stops early must not leave a rejection unheard.
    next?.catch(() => undefined);
    try {
      if (piece.bytes.byteLength > 0) yield piece.bytes;
    } finally {
      // The commands of one session do not overlap, so nobody leaves before this one is through.
      await next?.catch(() => undefined);
    }
    if (!next) return;
    const following = await next;
    if (!following) throw lost('the message went away while it was read');
    piece = following;
  }
}

async function fetchPiece(context: FetchContext, uid: UpstreamUid, offset: number): Promise<Piece | undefined> {
  let piece: Piece | undefined;
  await fetchItems(context, [uid], `BODY.PEEK[]<${offset}.${PIECE_BYTES}>`, (items) => {
    const bytes = items.uid === uid ? bytesOf(items.section) : undefined;
    if (bytes === undefined) return false;
    piece = { bytes, isLast: !isPiece(items, bytes) };
    return true;
  });
  return piece;
}

/** A full piece has more behind it, unless the server does not know partial fetches and gave all there is. */
const isPiece = ({ origin }: FetchedItems, bytes: Uint8Array): boolean =>
  origin !== undefined && bytes.byteLength >= PIECE_BYTES;

/** Undefined for NIL: the server has nothing to give (Exchange's broken items). */
function bytesOf(token: Token | undefined): Uint8Array | undefined {
  const value = token?.value;
  if (Buffer.isBuffer(value)) return value;
  return typeof value === 'string' ? Buffer.from(value, 'utf8') : undefined;
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  if (bytes.byteLength > 0) yield bytes;
}

/** `take` answers whether the response was one we asked for. */
async function fetchItems(
  { wire, view, traits, flags }: FetchContext,
  uids: readonly UpstreamUid[],
  items: string,
  take: (items: FetchedItems) => boolean | Promise<boolean>,
): Promise<void> {
  for (const { text } of splitSet(rangesOf(uids), items.length + 20, traits)) {
    const command = wire.run('UID FETCH', [`${text} (UID ${items})`], {
      untagged: {
        FETCH: (response) => {
          const found = fetchedItems(response, flags);
          const taken = found !== undefined && take(found);
          if (taken === false) view.unasked();
          else if (taken !== true) return taken.then(() => undefined);
          return undefined;
        },
      },
    });
    await ignoringGone(command);
  }
}
