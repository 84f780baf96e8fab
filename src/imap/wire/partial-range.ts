import type { Decoder } from './decoder.js';

const RANGE = /-?[1-9][0-9]{0,9}:-?[1-9][0-9]{0,9}/y;

/**
 * partial-range (RFC 9394 §3.1): `1:500`, or counted from the end, `-1:-100`; from and to, turned round if need be.
 * @throws {BadCommandError}
 */
export function readPartialRange(decoder: Decoder): readonly [number, number] {
  const [from = 0, to = 0] = decoder.token(RANGE, 'a range like 1:100 or -1:-100').split(':').map(Number);
  if (from < 0 !== to < 0) throw decoder.error('both ends of the range must be counted from the same side');
  return Math.abs(from) <= Math.abs(to) ? [from, to] : [to, from];
}

/** The slice [start, end) of a list of `length` that the range stands for. */
export function partialSlice([from, to]: readonly [number, number], length: number): readonly [number, number] {
  if (from > 0) return [Math.min(from - 1, length), Math.min(to, length)];
  return [Math.max(0, length + to), Math.max(0, length + from + 1)];
}
