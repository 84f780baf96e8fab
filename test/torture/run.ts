// `npm run torture -- [--minutes 10] [--kills N] [--seed 1]`: kills the built gateway until the time is over, or something is
// lost.
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { torture } from './torture.js';

const { values } = parseArgs({
  options: { minutes: { type: 'string' }, kills: { type: 'string' }, seed: { type: 'string' } },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const kills = values.kills === undefined ? {} : { kills: Number(values.kills) };
const minutes =
  values.minutes === undefined && values.kills !== undefined ? {} : { minutes: Number(values.minutes ?? 5) };
const log = (line: string) => console.log(line);
log(`seed ${seed}`);
try {
  console.log(JSON.stringify(await torture({ seed, ...kills, ...minutes, keepIn: tmpdir(), log })));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
