// FUZZY before any key (RFC 6203). Texts are then matched word by word in any order, without regard to accents; other
// keys mean what they always mean (§5 leaves that to the server).
import type { SearchKey } from './search-key.js';

export const fuzzyKeys: readonly SearchKey[] = [
  {
    name: 'FUZZY',
    parse: (reader) => {
      const term = reader.key();
      return (view) => ({ key: 'fuzzy', within: term(view) });
    },
  },
];
