import type { Decoder } from '../wire/decoder.js';
import type { FetchItem } from './items.js';
import { LISTING_ITEMS } from './listing.js';
import { oldItem, parseSection } from './sections.js';

const MACROS: Readonly<Record<string, readonly string[]>> = {
  ALL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE'],
  FAST: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE'],
  FULL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY'],
};
const NAME = /[A-Za-z0-9.]+/y;
const MAX_ITEMS = 100;

/** The items of a FETCH: a macro, one item, or a list (RFC 9051 §9, `fetch`). */
export function parseFetchItems(decoder: Decoder): FetchItem[] {
  if (decoder.peek() !== '(') {
    const name = decoder.token(NAME, 'a fetch item').toUpperCase();
    return MACROS[name]?.flatMap((part) => LISTING_ITEMS[part] ?? []) ?? [itemOf(decoder, name)];
  }
  const items: FetchItem[] = [];
  decoder.list(() => {
    items.push(itemOf(decoder, decoder.token(NAME, 'a fetch item').toUpperCase()));
    if (items.length > MAX_ITEMS) throw decoder.error('too many fetch items');
  });
  if (items.length === 0) throw decoder.error('expected a fetch item');
  return items;
}

function itemOf(decoder: Decoder, name: string): FetchItem {
  if (decoder.peek() === '[' && (name === 'BODY' || name === 'BODY.PEEK')) return parseSection(decoder, name === 'BODY');
  const item = LISTING_ITEMS[name] ?? oldItem(name);
  if (!item) throw decoder.error(`unknown fetch item ${name}`);
  return item;
}
