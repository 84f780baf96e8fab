// The tests of a file of games: those that are always played, or the ones that were asked for by SEED. None is drawn by chance: what
// nobody has played before is for whoever looks for faults, not for whoever wants to know whether a change broke something.
import { test } from 'vitest';
import { beginVirtualTime, useVirtualTime } from '../core-harness.js';
import { play, shorten } from './play.js';

const { SEED, RUNS, STEPS, EVERY, SHRINK } = process.env;

export function playGames(fixed: readonly number[]): void {
  useVirtualTime();
  const seeds = SEED
    ? Array.from({ length: Number(RUNS ?? 1) }, (_, i) => Number(SEED) + i * Number(EVERY ?? 1))
    : fixed;

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
