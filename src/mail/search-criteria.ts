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
  /** RFC 8474 §6 */
  | { readonly key: 'emailId' | 'threadId'; readonly id: string }
  | { readonly key: 'larger'; readonly sizeBytes: number }
  | { readonly key: 'smaller'; readonly sizeBytes: number }
  | { readonly key: 'internalDate'; readonly relation: DayRelation; readonly day: Day }
  | { readonly key: 'sentDate'; readonly relation: DayRelation; readonly day: Day }
  /** when it came into the mailbox (RFC 8514), the internal date where that is not known */
  | { readonly key: 'saveDate'; readonly relation: DayRelation; readonly day: Day }
  /** INTERNALDATE within [from, to], Unix seconds (RFC 5032) */
  | { readonly key: 'arrived'; readonly from: number; readonly to: number }
  /** changed at this modseq or later (RFC 7162 §3.1.5) */
  | { readonly key: 'modseq'; readonly modseq: number }
  /** texts within are matched loosely (RFC 6203) */
  | { readonly key: 'fuzzy'; readonly within: SearchCriteria }
  | { readonly key: 'and'; readonly all: readonly SearchCriteria[] }
  | { readonly key: 'or'; readonly either: readonly [SearchCriteria, SearchCriteria] }
  | { readonly key: 'not'; readonly not: SearchCriteria };

/** Messages found. */
export interface SearchHits {
  /** Ascending. */
  readonly uids: Uint32Array;
  /** How well each of them matches, 1–100 (RFC 6203 §4); 100 where it is yes or no. */
  readonly scores: Uint8Array;
}

/** Messages of which nobody knows whether they match: that depends on what could not be read. None of them is a hit. */
export interface Unread {
  /** Ascending. */
  readonly uids: Uint32Array;
  /** The accounts that did not give it, by name; none of those whose own search is not relied on, and was not asked. */
  readonly accounts: readonly string[];
  /** Why, if nothing at all could be read: then there is no hit either. */
  readonly error: unknown;
}

/** What a search has found; `unread` only where something is left open. */
export interface SearchResult extends SearchHits {
  readonly unread?: Unread;
}

/** The criteria a criterion is made of. */
export function partsOf(criteria: SearchCriteria): readonly SearchCriteria[] {
  switch (criteria.key) {
    case 'and':
      return criteria.all;
    case 'or':
      return criteria.either;
    case 'not':
      return [criteria.not];
    case 'fuzzy':
      return [criteria.within];
    default:
      return [];
  }
}

/** Whether the criterion, or one it is made of, is such. */
export const someCriterion = (criteria: SearchCriteria, is: (one: SearchCriteria) => boolean): boolean =>
  is(criteria) || partsOf(criteria).some((part) => someCriterion(part, is));
