// Sorting many messages by several criteria without comparing objects: one pass over numbers for each criterion.
import { gatherFloats } from '../lib/gather.js';

/** SORT's keys (RFC 5256 §3, RFC 5957 §4, RFC 6203 §6). */
export const SORT_KEYS = [
  ...(['arrival', 'cc', 'date', 'from', 'size', 'subject', 'to', 'displayfrom', 'displayto', 'relevancy'] as const),
] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export interface SortCriterion {
  readonly key: SortKey;
  readonly reverse: boolean;
}

/** One criterion's value of each message. */
export interface SortPass {
  readonly values: ArrayLike<number>;
  readonly reverse: boolean;
}

/**
 * The positions 0 … count - 1 in order: by the first pass, equal ones by the next, equal in all as they stood. Yields
 * between passes, so that others get their turn.
 */
export function* sortedPositions(count: number, passes: readonly SortPass[]): Generator<undefined, Uint32Array> {
  let order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  // The last criterion first; each pass keeps the order of what it finds equal.
  for (const pass of [...passes].reverse()) {
    order = stablyBy(order, pass);
    yield;
  }
  return order;
}

/** Value and place in one number: the native sort of numbers then is a stable sort by value. */
function stablyBy(order: Uint32Array, { values, reverse }: SortPass): Uint32Array<ArrayBuffer> {
  const count = order.length;
  const { ranks: keys, max } = compact(gatherFloats(values, order), count);
  for (let i = 0; i < count; i++) {
    const rank = keys[i] ?? 0;
    keys[i] = (reverse ? max - rank : rank) * count + i;
  }
  keys.sort();
  const sorted = new Uint32Array(count);
  for (let i = 0; i < count; i++) sorted[i] = order[(keys[i] ?? 0) % count] ?? 0;
  return sorted;
}

/** The values from 0 on; as ranks where they are too far apart to share 53 bits with a place. */
function compact(values: Float64Array, count: number): { ranks: Float64Array; max: number } {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if ((max - min + 1) * count < Number.MAX_SAFE_INTEGER) return { ranks: values.map((v) => v - min), max: max - min };
  const distinct = [...new Set(values.slice().sort())];
  const rankOf = new Map(distinct.map((value, rank) => [value, rank]));
  return { ranks: values.map((value) => rankOf.get(value) ?? 0), max: distinct.length };
}
