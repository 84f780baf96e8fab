// Keys made of keys, and sets of messages (RFC 9051 §6.4.4).
import type { SearchCriteria } from '../../mail/search-criteria.js';
import type { KeyReader, SearchKey, SearchTerm } from './search-key.js';

const not: SearchKey = {
  name: 'NOT',
  parse: (reader) => {
    const term = reader.key();
    return (view) => ({ key: 'not', not: term(view) });
  },
};

const or: SearchKey = {
  name: 'OR',
  parse: (reader) => {
    const terms = readAlternatives(reader);
    return (view) => either(terms.map((term) => term(view)));
  },
};

// Clients write "any of these hundred" as OR a OR b OR c …: that is long, not deep, and is read in a loop.
const OR_AGAIN = /^ +OR(?= )/i;

function readAlternatives(reader: KeyReader): SearchTerm[] {
  const terms = [reader.key()];
  while (OR_AGAIN.test(reader.decoder.rest)) {
    reader.decoder.space();
    reader.decoder.keyword();
    terms.push(reader.key());
  }
  terms.push(reader.key());
  return terms;
}

/** A balanced tree: whoever walks it goes only as deep as the logarithm. */
function either(criteria: readonly SearchCriteria[]): SearchCriteria {
  const [only] = criteria;
  if (criteria.length === 1 && only) return only;
  const middle = criteria.length >> 1;
  return { key: 'or', either: [either(criteria.slice(0, middle)), either(criteria.slice(middle))] };
}

const uid: SearchKey = {
  name: 'UID',
  parse: ({ decoder }) => {
    decoder.space();
    const set = decoder.sequenceSet();
    return (view) => ({ key: 'uids', ranges: view.uidsOf(set, true) });
  },
};

export const logicKeys: readonly SearchKey[] = [not, or, uid];
