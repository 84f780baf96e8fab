// `npm run fuzz -- --minutes 10 [--target mime] [--seed 1]`: goes through the targets in turn; what reaches new blocks is
// kept and built upon. A finding is printed as a line for test/fixtures/fuzz/found.json, and ends its target.
import { parseArgs } from 'node:util';
import { startCoverage } from './coverage.js';
import { Chance, endless, mutated } from './mutate.js';
import { type FuzzTarget, runInTime } from './target.js';
import { foundCases, inputOf, targets } from './targets.js';

const LONG_EVERY = 200;
const LONG_BYTES = 300_000;
const WATCHDOG_MS = 3_000;
const MAX_KEPT = 5_000;
/** Coverage is read after so many inputs: reading costs more than most runs. */
const BATCH = 4;

const { values } = parseArgs({
  options: { minutes: { type: 'string' }, target: { type: 'string' }, seed: { type: 'string' } },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
const chosen = targets.filter(({ name }) => values.target === undefined || name === values.target);
if (chosen.length === 0) throw new Error(`no such target: it is one of ${targets.map(({ name }) => name).join(', ')}`);
const msEach = (Number(values.minutes ?? 1) * 60_000) / chosen.length;

/** True if nothing was found. */
async function fuzz(target: FuzzTarget): Promise<boolean> {
  const chance = new Chance(seed);
  const found = foundCases().filter((one) => one.target === target.name);
  const short = found.map(inputOf).filter((input) => input.length < 4_000);
  const kept = [...target.seeds, ...short];
  const coverage = startCoverage(/\/\.cache\/fuzz\/src\//);
  const end = performance.now() + msEach;
  let runs = 0;
  try {
    for (; performance.now() < end; runs++) {
      const isLong = runs % LONG_EVERY === LONG_EVERY - 1;
      const batch = isLong
        ? [endless(chance, target.tokens, LONG_BYTES)]
        : Array.from({ length: BATCH }, () => mutated(chance.of(kept, ''), chance, target.tokens, kept));
      for (const input of batch) {
        try {
          await runInTime(target, input, WATCHDOG_MS);
        } catch (error) {
          const pieces = input.length > 10_000 ? [[input.slice(0, 100), Math.ceil(input.length / 100)]] : [[input, 1]];
          console.error(`${target.name}, seed ${seed}: ${(error as Error).stack}`);
          console.error(JSON.stringify({ target: target.name, why: String((error as Error).message), pieces }));
          return false;
        }
      }
      if (!isLong && coverage.fresh() > 0 && kept.length < MAX_KEPT) kept.push(...batch);
    }
    return true;
  } finally {
    coverage.stop();
    console.log(`${target.name}: ${runs} rounds, ${coverage.total} blocks, ${kept.length} inputs kept`);
  }
}

console.log(`seed ${seed}`);
let isClean = true;
for (const target of chosen) isClean = (await fuzz(target)) && isClean;
process.exitCode = isClean ? 0 : 1;
