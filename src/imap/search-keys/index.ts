// The table of search keys, and the grammar around them (RFC 9051 §9, search-key).
import type { SearchCriteria } from '../../mail/search-criteria.js';
import type { Decoder } from '../wire/decoder.js';
import { ageKeys } from './ages.js';
import { dateAndSizeKeys } from './dates-and-sizes.js';
import { flagKeys } from './flags.js';
import { fuzzyKeys } from './fuzzy.js';
import { logicKeys } from './logic.js';
import { modseqKeys } from './modseq.js';
import { objectIdKeys } from './object-ids.js';
import type { KeyReader, SearchKey, SearchTerm } from './search-key.js';
import { textKeys } from './texts.js';

const KEYS: readonly SearchKey[] = [
  ...flagKeys,
  ...textKeys,
  ...dateAndSizeKeys,
  ...ageKeys,
  ...modseqKeys,
  ...fuzzyKeys,
  ...objectIdKeys,
  ...logicKeys,
];

const BY_NAME = new Map(KEYS.map((key) => [key.name, key]));
const SET_START = /^[0-9*$]/;

/** Bytes of the command's charset (one char a byte) → text. */
export type DecodeText = (bytes: string) => string;

/**
 * One or more keys up to the end of the command; all of them must hold. `hasNumbers`: there are message numbers in them.
 * @throws {BadCommandError}
 */
export function readSearchProgram(decoder: Decoder, decode: DecodeText): { term: SearchTerm; hasNumbers: boolean } {
  const reader = createReader(decoder, decode);
  const terms = [readKey(reader)];
  while (!decoder.atEnd()) {
    decoder.space();
    if (!decoder.atEnd()) terms.push(readKey(reader));
  }
  return { term: allOf(terms), hasNumbers: reader.hasNumbers };
}

function createReader(decoder: Decoder, decode: DecodeText): KeyReader {
  const word = () => {
    decoder.space();
    return decoder.astring();
  };
  const reader: KeyReader = {
    decoder,
    word,
    hasNumbers: false,
    text: () => decode(word()),
    key: () => {
      decoder.space();
      return decoder.nested(() => readKey(reader));
    },
  };
  return reader;
}

function readKey(reader: KeyReader): SearchTerm {
  const { decoder } = reader;
  const next = decoder.peek();
  if (next === '(') return readGroup(reader);
  if (SET_START.test(next)) {
    const set = decoder.sequenceSet();
    reader.hasNumbers ||= !set.isSaved;
    return (view) => ({ key: 'uids', ranges: view.uidsOf(set, false) });
  }
  const name = decoder.keyword();
  const key = BY_NAME.get(name);
  if (!key) throw decoder.error(`there is no search key ${name}`);
  return key.parse(reader);
}

function readGroup(reader: KeyReader): SearchTerm {
  const terms: SearchTerm[] = [];
  reader.decoder.list(() => terms.push(readKey(reader)));
  if (terms.length === 0) throw reader.decoder.error('the parentheses hold no search key');
  return allOf(terms);
}

function allOf(terms: readonly SearchTerm[]): SearchTerm {
  const [only] = terms;
  if (terms.length === 1 && only) return only;
  return (view): SearchCriteria => ({ key: 'and', all: terms.map((term) => term(view)) });
}
