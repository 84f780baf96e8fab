// Message sets for the wire: ascending, merged, and in commands no longer than the provider takes.
import { formatRanges, mergeRanges, type NumberRanges } from '../../mail/sequence-set.js';

/** Tag, spaces and CRLF, generously. */
const FRAME_BYTES = 24;
/** Never less than this for the set itself, however long the rest of the command is. */
const MIN_SET_BYTES = 60;

/** A piece of a set that fits one command. */
export interface SetPiece {
  readonly text: string;
  readonly ranges: NumberRanges;
}

/** What one command may be, by the provider's traits. */
export interface CommandLimits {
  readonly maxCommandBytes: number;
  /** Messages; undefined: any number. */
  readonly messageLimit?: number | undefined;
}

/**
 * Cuts a set so that each command, whose other parts take `otherBytes`, stays within `maxCommandBytes` and names no more
 * messages than `messageLimit`.
 * Quirk(qq): a descending range is refused, and a line that is too long is never answered.
 */
export function splitSet(
  ranges: NumberRanges,
  otherBytes: number,
  { maxCommandBytes, messageLimit = Number.POSITIVE_INFINITY }: CommandLimits,
): SetPiece[] {
  const room = Math.max(MIN_SET_BYTES, maxCommandBytes - otherBytes - FRAME_BYTES);
  const pieces: SetPiece[] = [];
  let current: (readonly [number, number])[] = [];
  let bytes = 0;
  let messages = 0;
  for (const range of ofAtMost(mergeRanges(ranges), messageLimit)) {
    const length = (range[0] === range[1] ? `${range[0]}` : `${range[0]}:${range[1]}`).length + 1;
    const count = range[1] - range[0] + 1;
    if (current.length > 0 && (bytes + length > room || messages + count > messageLimit)) {
      pieces.push({ text: formatRanges(current), ranges: current });
      current = [];
      bytes = 0;
      messages = 0;
    }
    current.push(range);
    bytes += length;
    messages += count;
  }
  if (current.length > 0) pieces.push({ text: formatRanges(current), ranges: current });
  return pieces;
}

/** Cuts ranges that are longer than `limit`. */
function* ofAtMost(ranges: NumberRanges, limit: number): Iterable<readonly [number, number]> {
  for (const [low, high] of ranges)
    if (high - low < limit) yield [low, high];
    else for (let from = low; from <= high; from += limit) yield [from, Math.min(from + limit - 1, high)];
}

/** A set as servers write it (`5,7:9`, or `9:7`) in its own order; undefined when it is none, or holds more than `limit`. */
export function expandSet(text: string, limit: number): number[] | undefined {
  const numbers: number[] = [];
  for (const part of text.split(',')) {
    const match = /^([0-9]{1,10})(?::([0-9]{1,10}))?$/.exec(part);
    if (!match) return undefined;
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    const low = Math.min(first, last);
    const high = Math.max(first, last);
    if (high > 0xffff_ffff || low < 1 || numbers.length + (high - low + 1) > limit) return undefined;
    for (let number = low; number <= high; number += 1) numbers.push(number);
  }
  return numbers;
}

/** A set as servers write it, as sorted ranges; what makes no sense is left out. */
export function rangesFrom(text: string): NumberRanges {
  const ranges: [number, number][] = [];
  for (const part of text.split(',')) {
    const match = /^([0-9]{1,10})(?::([0-9]{1,10}))?$/.exec(part);
    if (!match) continue;
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    if (first >= 1 && last >= 1 && Math.max(first, last) <= 0xffff_ffff)
      ranges.push([Math.min(first, last), Math.max(first, last)]);
  }
  return mergeRanges(ranges);
}
