import type { NumberRanges } from './sequence-set.js';

/** A day as written in a search key (RFC 9051 §9, date): compared without time and time zone. */
export interface Day {
  readonly year: number;
  /** 1–12 */
  readonly month: number;
  readonly day: number;
}

export type DayRelation = 'before' | 'on' | 'since';

/**
 * A parsed SEARCH program (RFC 9051 §6.4.4). Sequence sets and `*` are already resolved to uids by the front end.
 * Texts are Unicode (decoded from the command's charset), matched as substrings without regard to case.
 */
export type SearchCriteria =
  | { readonly key: 'all' }
  | { readonly key: 'none' }
  | { readonly key: 'uids'; readonly ranges: NumberRanges }
  | { readonly key: 'systemFlag'; readonly bit: number; readonly present: boolean }
  | { readonly key: 'keyword'; readonly keyword: string; readonly present: boolean }
  /** field in lower case; an empty text asks only for the field's presence */
  | { readonly key: 'header'; readonly field: string; readonly text: string }
  | { readonly key: 'body'; readonly text: string }
  /** header or body */
  | { readonly key: 'text'; readonly text: string }
  | { readonly key: 'larger'; readonly sizeBytes: number }
  | { readonly key: 'smaller'; readonly sizeBytes: number }
  | { readonly key: 'internalDate'; readonly relation: DayRelation; readonly day: Day }
  | { readonly key: 'sentDate'; readonly relation: DayRelation; readonly day: Day }
  | { readonly key: 'and'; readonly all: readonly SearchCriteria[] }
  | { readonly key: 'or'; readonly either: readonly [SearchCriteria, SearchCriteria] }
  | { readonly key: 'not'; readonly not: SearchCriteria };
