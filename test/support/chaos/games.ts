// The tests of a file of games: a few that are always played, and one that nobody has played before.
import { test } from 'vitest';
import { beginVirtualTime, useVirtualTime } from '../core-harness.js';
import { play, shorten } from './play.js';

const { SEED, RUNS, STEPS, EVERY, SHRINK } = process.env;

/** `ends`: the last digits of the seed that is drawn (kinds.ts); none is drawn where there are none. */
export function playGames({
  fixed,
  ends,
}: {
  readonly fixed: readonly number[];
  readonly ends: readonly number[];
}): void {
  useVirtualTime();
  const tens = 1 + Math.floor(Math.random() * 1e5);
  const drawn = ends.length === 0 ? [] : [tens * 10 + (ends[Math.floor(Math.random() * ends.length)] ?? 0)];
  const seeds = SEED
    ? Array.from({ length: Number(RUNS ?? 1) }, (_, i) => Number(SEED) + i * Number(EVERY ?? 1))
    : [...fixed, ...drawn];

  test.each(seeds)(
    'seed %i',
    async (seed) => {
      const game = { seed, steps: Number(STEPS ?? 25) };
      try {
        await play(game);
      } catch (error) {
        if (SHRINK !== '1') throw error;
        const { message, kept } = await shorten(game, beginVirtualTime);
        throw new Error(`${message || error}\nneeded: steps ${kept.join()}`, { cause: error });
      }
    },
    SHRINK === '1' ? 1_200_000 : 60_000,
  );
}
