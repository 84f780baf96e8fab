// `npm run torture -- [--minutes 10] [--kills N] [--seed 1]`: kills the built gateway until the time is over, or something is
// lost; with `--points` instead between every two statements of a MOVE between accounts, and of an APPEND
// (`--without-move`: at servers that know COPY and EXPUNGE only; in the storm, every other seed).
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { ACTIONS, killAtEveryPoint } from './points.js';
import { torture } from './torture.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    kills: { type: 'string' },
    seed: { type: 'string' },
    points: { type: 'boolean', default: false },
    'without-move': { type: 'boolean', default: false },
  },
});
const log = (line: string) => console.log(line);

async function storm(): Promise<void> {
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  const kills = values.kills === undefined ? {} : { kills: Number(values.kills) };
  const minutes =
    values.kills !== undefined && values.minutes === undefined ? {} : { minutes: Number(values.minutes ?? 5) };
  log(`seed ${seed}`);
  log(JSON.stringify(await torture({ seed, ...kills, ...minutes, keepIn: tmpdir(), log })));
}

async function points(): Promise<void> {
  for (const action of ACTIONS) {
    const steps = await killAtEveryPoint({ action, every: true, withoutMove: values['without-move'], log });
    log(`${action}: killed at ${steps.length} points, before each of:\n${steps.join('\n')}`);
  }
}

await (values.points ? points() : storm()).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
