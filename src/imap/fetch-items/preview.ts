// PREVIEW and PREVIEW (LAZY) (RFC 8970): the beginning of a message's text. Neither sets \Seen.
import type { FetchItem, IndexPart } from './fetch-item.js';

const part = (preview: 'lazy' | 'made'): IndexPart => ({
  kind: 'index',
  label: 'PREVIEW',
  setsSeen: false,
  outranks: preview === 'made',
  columns: { preview },
  text: (_, __, row) => `PREVIEW ${row.preview ?? 'NIL'}`,
});

const LAZY = part('lazy');
const MADE = part('made');
/** Other parentheses behind a single item are those of FETCH's own modifiers. */
const MODIFIERS = /(?: \(LAZY(?: LAZY)*\))?/iy;

export const previewItem: FetchItem = {
  names: ['PREVIEW'],
  parse: (_, decoder) => (decoder.token(MODIFIERS, 'a modifier') === '' ? MADE : LAZY),
};
