// What a search key is. A file in this folder exports keys; index.ts is the table. An extension's key costs its file and
// one line there (STYLE §3).
import type { SearchCriteria } from '../../mail/search-criteria.js';
import type { NumberRanges, SequenceSet } from '../../mail/sequence-set.js';
import type { Decoder } from '../wire/decoder.js';

/** The session's view, in which sequence numbers and `*` have their meaning. */
export interface SearchView {
  uidsOf(set: SequenceSet, isUid: boolean): NumberRanges;
  /** Unix time, seconds. */
  readonly now: number;
  /** The client has enabled IMAP4rev2. */
  readonly rev2: boolean;
}

/** A key that has been read; what it means is known once there is a view. @throws {BadCommandError} */
export type SearchTerm = (view: SearchView) => SearchCriteria;

/** Reads the arguments of a key; every method throws BadCommandError. */
export interface KeyReader {
  readonly decoder: Decoder;
  /** SP astring, one char a byte. */
  word(): string;
  /** SP astring, decoded from the command's charset. */
  text(): string;
  /** SP search-key, one level deeper. */
  key(): SearchTerm;
  /** Message numbers have been read. */
  hasNumbers: boolean;
}

export interface SearchKey {
  /** Upper case. */
  readonly name: string;
  /** @throws {BadCommandError} */
  parse(reader: KeyReader): SearchTerm;
}

/** A key without arguments, or whose meaning needs no view. */
export const always =
  (criteria: SearchCriteria): SearchTerm =>
  () =>
    criteria;
