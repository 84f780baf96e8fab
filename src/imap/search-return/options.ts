// RETURN (…) of SEARCH and SORT (RFC 4731, 5182, 5267, 5465 §7, 6203, 9394; RFC 9051 §6.4.4).
import type { FetchPart } from '../fetch-items/fetch-item.js';
import { readFetchParts } from '../fetch-items/index.js';
import type { Decoder } from '../wire/decoder.js';

/** `1:100`, the first hundred, or `-1:-100`, the last. */
export interface PartialRange {
  /** How it is answered: 4:2 is the same range as 2:4. */
  readonly text: string;
  /** low ≤ high, counted from 1. */
  readonly low: number;
  readonly high: number;
  readonly fromEnd: boolean;
}

/** CONTEXT is a hint that we need not take (RFC 5267 §4.2). */
type Word = 'MIN' | 'MAX' | 'ALL' | 'COUNT' | 'SAVE' | 'RELEVANCY' | 'CONTEXT' | 'UPDATE';

export interface ReturnOptions {
  readonly words: ReadonlySet<Word>;
  readonly partial: PartialRange | undefined;
  /** Of messages that arrive and are added by UPDATE (RFC 5465 §7). */
  readonly newMessageParts: readonly FetchPart[];
}

const WORDS: ReadonlySet<string> = new Set<Word>([
  ...(['MIN', 'MAX', 'ALL', 'COUNT', 'SAVE', 'RELEVANCY', 'CONTEXT', 'UPDATE'] as const),
]);
const isWord = (word: string): word is Word => WORDS.has(word);
const RETURN = /^RETURN \(/i;
// The grammar of RFC 5465 §8 has no space there, its example (§7) has.
const ATTRIBUTES = /^ ?\(/;
const RANGE = /([1-9][0-9]{0,9}):([1-9][0-9]{0,9})(?![0-9])|-([1-9][0-9]{0,9}):-([1-9][0-9]{0,9})(?![0-9])/y;

/** What is answered when nothing is asked for, and IMAP4rev2's way to answer a plain SEARCH. */
export const RETURN_ALL: ReturnOptions = { words: new Set<Word>(['ALL']), partial: undefined, newMessageParts: [] };

/** `RETURN (…) ` if it stands there, and the space behind it. @throws {BadCommandError} */
export function readReturnOptions(decoder: Decoder): ReturnOptions | undefined {
  if (!RETURN.test(decoder.rest)) return undefined;
  decoder.keyword();
  decoder.space();
  const words = new Set<Word>();
  let partial: PartialRange | undefined;
  let newMessageParts: readonly FetchPart[] = [];
  let isEmpty = true;
  decoder.list(() => {
    isEmpty = false;
    const word = decoder.keyword();
    if (isWord(word)) words.add(word);
    else if (word === 'PARTIAL' && !partial) partial = readPartial(decoder);
    else throw decoder.error(`RETURN cannot take ${word} here`);
    if (word === 'UPDATE' && ATTRIBUTES.test(decoder.rest)) {
      decoder.accept(' ');
      newMessageParts = readFetchParts(decoder);
    }
  });
  // RFC 9394 §3.1: one of them at most.
  if (partial && words.has('ALL')) throw decoder.error('PARTIAL and ALL exclude each other');
  decoder.space();
  return isEmpty ? RETURN_ALL : { words, partial, newMessageParts };
}

function readPartial(decoder: Decoder): PartialRange {
  decoder.space();
  const asked = decoder.token(RANGE, 'a range like 1:100 or -1:-100');
  const [a = 0, b = 0] = asked.split(':').map((number) => Math.abs(Number(number)));
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  const fromEnd = asked.startsWith('-');
  return { text: fromEnd ? `-${low}:-${high}` : `${low}:${high}`, low, high, fromEnd };
}

/** The part of a list that a range names; empty when it lies outside. */
export function sliceOf<T extends { slice(start: number, end: number): T; readonly length: number }>(
  list: T,
  { low, high, fromEnd }: PartialRange,
): T {
  if (!fromEnd) return list.slice(low - 1, high);
  return list.slice(Math.max(0, list.length - high), Math.max(0, list.length - low + 1));
}
