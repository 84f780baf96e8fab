// The table of fetch items, and the grammar around them (RFC 9051 §9, fetch).
import type { Decoder } from '../wire/decoder.js';
import { binaryItem } from './binary.js';
import { bodyItem, rfc822Items } from './body.js';
import type { FetchItem, FetchPart } from './fetch-item.js';
import { listingItems, MACROS } from './listing.js';
import { objectIdItems } from './object-ids.js';
import { previewItem } from './preview.js';
import { bodyStructureItem } from './structure.js';

const ITEMS: readonly FetchItem[] = [
  ...listingItems,
  bodyStructureItem,
  bodyItem,
  ...rfc822Items,
  binaryItem,
  ...objectIdItems,
  previewItem,
];

const BY_NAME = new Map(ITEMS.flatMap((item) => item.names.map((name) => [name, item] as const)));
const WORD = /[A-Za-z0-9][A-Za-z0-9.-]*/y;
/** More than any client asks for; each may cost a pass over the message. */
const MAX_PARTS = 200;

/** A macro, one item, or a list of items; in the order asked, each once. @throws {BadCommandError} */
export function readFetchParts(decoder: Decoder): FetchPart[] {
  const parts = new Map<string, FetchPart>();
  const add = (word: string) => {
    const item = BY_NAME.get(word);
    if (!item) throw decoder.error(`there is no fetch item ${word}`);
    const part = item.parse(word, decoder);
    // BODY.PEEK[] and BODY[] in one list are answered as one, and that one sets \Seen.
    // Pieces that begin at one place but end at others are named alike, and are answered each.
    const key = part.kind === 'body' && part.partial ? `${part.label}${part.partial.length}` : part.label;
    if (!parts.has(key) || part.setsSeen || part.outranks) parts.set(key, part);
    if (parts.size > MAX_PARTS) throw decoder.error('too many fetch items');
  };
  const word = () => decoder.token(WORD, 'a fetch item').toUpperCase();
  if (decoder.peek() === '(') decoder.list(() => add(word()));
  else {
    const first = word();
    for (const name of MACROS.get(first) ?? [first]) add(name);
  }
  if (parts.size === 0) throw decoder.error('the list of fetch items is empty');
  return [...parts.values()];
}
