// Numbers that look random and are the same in every run.

export interface Random {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** From min to max, both included. */
  int(min: number, max: number): number;
  pick<T>(from: readonly T[]): T;
  hex(digits: number): string;
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}

/** Mulberry32: enough for test mail, and nothing else. */
export function createRandom(seed: string): Random {
  let state = hashOf(seed);
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    int,
    pick: <T>(from: readonly T[]): T => {
      const one = from[int(0, from.length - 1)];
      if (one === undefined) throw new RangeError('nothing to pick from');
      return one;
    },
    hex: (digits) => Array.from({ length: digits }, () => int(0, 15).toString(16)).join(''),
  };
}
