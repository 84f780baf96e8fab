// A short walk through every fuzz target (the long one: `npm run fuzz`), and every case once found.
import { describe, expect, it } from 'vitest';
import { Chance, endless, mutated } from '../../fuzz/mutate.js';
import { type FuzzTarget, holds, runInTime } from '../../fuzz/target.js';
import { foundCases, inputOf, targets } from '../../fuzz/targets.js';

const SEED = Number(process.env.SEED ?? 20260101);
const RUNS = Number(process.env.RUNS ?? 600);
const LONG_RUNS = Number(process.env.LONG_RUNS ?? 12);
/** What is linear takes milliseconds for it; what is quadratic, minutes. */
const LONG_BYTES = 400_000;
const WATCHDOG_MS = 2_000;

/** Runs it; the finding tells the input and the seed. */
async function probe(target: FuzzTarget, input: string): Promise<void> {
  try {
    await runInTime(target, input, WATCHDOG_MS);
  } catch (error) {
    const shown = JSON.stringify(input.length > 2_000 ? `${input.slice(0, 200)}…${input.slice(-100)}` : input);
    throw new Error(`${target.name}, seed ${SEED}: ${String(error)}\ninput: ${shown}`, { cause: error });
  }
}

describe.each(targets.map((target) => ({ name: target.name, target })))('$name', ({ target }) => {
  it('holds for its seeds', async () => {
    expect(target.seeds.length).toBeGreaterThan(0);
    for (const seed of target.seeds) await probe(target, seed);
  });

  it('holds for what is made of them', async () => {
    const chance = new Chance(SEED);
    for (let i = 0; i < RUNS; i++) {
      await probe(target, mutated(chance.of(target.seeds, ''), chance, target.tokens, target.seeds));
    }
  }, 60_000);

  it('is linear in what goes on without end', async () => {
    const chance = new Chance(SEED);
    for (let i = 0; i < LONG_RUNS; i++) await probe(target, endless(chance, target.tokens, LONG_BYTES));
  }, 60_000);
});

describe('what was found once', () => {
  const byName = new Map(targets.map((target) => [target.name, target]));

  it.each(foundCases())(
    '$target: $why',
    async (found) => {
      const target = byName.get(found.target);
      holds(target !== undefined, `there is no target ${found.target}`);
      await probe(target, inputOf(found));
    },
    30_000,
  );
});

describe('the fuzzer', () => {
  const target = (run: FuzzTarget['run']): FuzzTarget => ({ name: 'x', tokens: ['(', 'a'], seeds: ['a(a)'], run });

  it('finds a crash', async () => {
    const fragile = target((input) => {
      if (input.includes('((')) throw new TypeError('of null');
    });
    const chance = new Chance(1);
    const walk = async () => {
      for (let i = 0; i < 500; i++) await probe(fragile, mutated('a(a)', chance, fragile.tokens, fragile.seeds));
    };
    await expect(walk()).rejects.toThrow('of null');
  });

  it('ends a regular expression that backtracks without end', () => {
    const slow = target((input) => void /^(a+)+$/.test(input));
    expect(() => runInTime(slow, `${'a'.repeat(40)}!`, 100)).toThrow('take more than 400 ms');
  });

  it('does the same again for the same seed', () => {
    const some = () => {
      const chance = new Chance(7);
      return Array.from({ length: 20 }, () => mutated('abc 1 (def)', chance, ['x', 'y'], ['other']));
    };
    expect(some()).toEqual(some());
    expect(new Set(some()).size).toBeGreaterThan(10);
  });
});
