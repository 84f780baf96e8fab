// `npm run torture -- [--minutes 10] [--seed 1]`: kills the built gateway until the time is over, or something is lost.
import { parseArgs } from 'node:util';
import { torture } from './torture.js';

const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } });
const seed = values.seed ?? String(Date.now() % 1_000_000);
console.log(`seed ${seed}`);
try {
  const result = await torture({ seed, minutes: Number(values.minutes ?? 5), log: (line) => console.log(line) });
  console.log(JSON.stringify(result));
} catch (error) {
  console.error((error as Error).message, (error as Error).cause);
  process.exitCode = 1;
}
