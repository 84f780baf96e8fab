// MODSEQ (RFC 7162 §3.1.5).
import { always, type SearchKey } from './search-key.js';

// Of an entry name and type nothing is asked: one modseq stands for all of a message's flags (RFC 7162 §3.1.5).
const ENTRY = /"\/flags\/(?:[^"\\\r\n]|\\["\\])+" (?:priv|shared|all) /iy;
const VALUE = /0|[1-9][0-9]{0,18}/y;
const MAX = 2n ** 63n - 1n;

export const modseqKeys: readonly SearchKey[] = [
  {
    name: 'MODSEQ',
    parse: ({ decoder }) => {
      decoder.space();
      if (decoder.peek() === '"') decoder.token(ENTRY, 'an entry name like "/flags/\\\\Seen" and a type');
      const text = decoder.token(VALUE, 'a modseq');
      if (BigInt(text) > MAX) throw decoder.error('the modseq is too large');
      return always({ key: 'modseq', modseq: Number(text) });
    },
  },
];
