// Clients, other clients, providers, lines, the disk and crashes, all at random, upon two accounts. Whatever the story: no
// message is lost, none is there more often than the story explains, uids keep their meaning, and what was answered OK arrives.
//
// `SEED=1000 RUNS=500 STEPS=45` plays longer; `SHRINK=1` leaves out of a game that fails what it does not need.
import { test } from 'vitest';
import { play, shorten } from '../support/chaos/play.js';
import { beginVirtualTime, useVirtualTime } from '../support/core-harness.js';

useVirtualTime();

const { SEED, RUNS, STEPS, SHRINK } = process.env;
/** These showed the breaks that CONTRIBUTING.md names. */
const FIXED = [1, 2, 12, 17];
const seeds = SEED
  ? Array.from({ length: Number(RUNS ?? 1) }, (_, i) => Number(SEED) + i)
  : [...FIXED, 1 + Math.floor(Math.random() * 1e6)];

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
