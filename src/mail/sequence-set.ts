/** `*` in a set: "the largest number in use" (RFC 9051 §9, seq-number). */
export const STAR = Number.POSITIVE_INFINITY;

/** Ranges as written, each with low ≤ high; STAR may stand for either end. Never expanded (`1:4294967295` is legal). */
export interface SequenceSet {
  readonly ranges: readonly (readonly [number, number])[];
  /** `$`: what the last SEARCH saved (RFC 9051 §6.4.4.1); the session knows it. */
  readonly isSaved?: true;
}

/** `$`, which stands alone (RFC 9051 §9, seq-last-command). */
export const SAVED_RESULT: SequenceSet = { ranges: [], isSaved: true };

/** A set of numbers known to be finite: sorted, merged ranges. */
export type NumberRanges = readonly (readonly [number, number])[];

const MAX_ELEMENTS = 10_000;

/**
 * Parses a sequence-set (RFC 9051 §9). `4:2` is turned round; `*` becomes STAR.
 * @throws {RangeError} if the text is no set, a number is 0 or above 2^32-1, or it has more than 10,000 elements.
 */
export function parseSequenceSet(text: string): SequenceSet {
  const parts = text.split(',');
  if (parts.length > MAX_ELEMENTS) throw new RangeError('too many elements in the sequence set');
  return { ranges: parts.map(parseRange) };
}

function parseRange(part: string): readonly [number, number] {
  const [first, second, extra] = part.split(':');
  if (extra !== undefined || first === undefined) throw new RangeError('bad sequence set');
  const a = parseNumber(first);
  const b = second === undefined ? a : parseNumber(second);
  return a <= b ? [a, b] : [b, a];
}

function parseNumber(text: string): number {
  if (text === '*') return STAR;
  if (!/^[1-9][0-9]{0,9}$/.test(text)) throw new RangeError('bad number in the sequence set');
  const value = Number(text);
  if (value > 0xffff_ffff) throw new RangeError('number in the sequence set is too large');
  return value;
}

/** The set with `*` put in (`largest` is the largest number in use; 0 in an empty mailbox), sorted and merged. */
export function resolveSet(set: SequenceSet, largest: number): NumberRanges {
  const ranges = set.ranges
    .map(([low, high]): [number, number] => {
      const a = low === STAR ? largest : low;
      const b = high === STAR ? largest : high;
      return a <= b ? [a, b] : [b, a];
    })
    .filter(([, high]) => high > 0);
  return mergeRanges(ranges);
}

/** Sorts and joins touching ranges. */
export function mergeRanges(ranges: Iterable<readonly [number, number]>): NumberRanges {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [low, high] of sorted) {
    const last = merged.at(-1);
    if (last && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else merged.push([low, high]);
  }
  return merged;
}

/** Ascending numbers → ranges. */
export function rangesOf(ascending: Iterable<number>): NumberRanges {
  const ranges: [number, number][] = [];
  for (const value of ascending) {
    const last = ranges.at(-1);
    if (last && value === last[1] + 1) last[1] = value;
    else if (!last || value > last[1]) ranges.push([value, value]);
  }
  return ranges;
}

/** `1:3,7` */
export const formatRanges = (ranges: NumberRanges): string =>
  ranges.map(([low, high]) => (low === high ? `${low}` : `${low}:${high}`)).join(',');

/** Ranges in pieces short enough for one line each (RFC 7162 §4 speaks of 8,192 octets). */
export function setTexts(ranges: NumberRanges, perLine = 350): string[] {
  const texts: string[] = [];
  for (let i = 0; i < ranges.length; i += perLine) texts.push(formatRanges(ranges.slice(i, i + perLine)));
  return texts;
}

/** The numbers that are in both; each sorted and merged. */
export function intersectRanges(a: NumberRanges, b: NumberRanges): NumberRanges {
  const both: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [lowA, highA] = a[i] ?? [0, -1];
    const [lowB, highB] = b[j] ?? [0, -1];
    const low = Math.max(lowA, lowB);
    const high = Math.min(highA, highB);
    if (low <= high) both.push([low, high]);
    if (highA < highB) i++;
    else j++;
  }
  return both;
}

/** How many numbers the ranges hold. */
export const countRanges = (ranges: NumberRanges): number =>
  ranges.reduce((sum, [low, high]) => sum + high - low + 1, 0);

/** Whether a number lies in sorted ranges (binary search). */
export function rangesInclude(ranges: NumberRanges, value: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (!range) return false;
    if (value < range[0]) high = middle - 1;
    else if (value > range[1]) low = middle + 1;
    else return true;
  }
  return false;
}
