// kill -9 of the built gateway (DESIGN §2, promises 2 to 4): at random instants of a storm, and between every two steps of a MOVE
// between accounts and of an APPEND. More of both by `npm run torture`.
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { killAtEveryPoint } from '../torture/points.js';
import { torture } from '../torture/torture.js';

const KILLS = Number(process.env.TORTURE_KILLS ?? 200);
const SEED = 100;
/** A round takes less than a second on a quiet machine. */
const ROUND_MS = 6_000;
const POINTS_MS = 300_000;
const log = () => undefined;

test(
  `${KILLS} kills in a storm: nothing is lost, nothing is there twice, what was answered OK has arrived`,
  async () => {
    const result = await torture({ seed: SEED, kills: KILLS, keepIn: tmpdir(), log });
    expect(result.kills).toBeGreaterThanOrEqual(KILLS);
    expect(result.judgements).toBeGreaterThanOrEqual(KILLS / 10);
    // Commands that were carried out, and such that were cut off: there was a storm.
    expect(result.commands).toBeGreaterThan(KILLS);
    expect(result.inDoubt).toBeGreaterThan(KILLS / 4);
  },
  KILLS * ROUND_MS + 120_000,
);

/** Of each kind there is one at least, or nothing has been killed there. */
const STEPS = {
  move: [/^COMMIT/, /^fsync/, /^rename/, /COPYUID/, /APPEND "Archive"/, /UID FETCH/, /UID MOVE \d+ "Deleted"/],
  append: [/^COMMIT/, /^fsync/, /^rename/, /go ahead/, /APPENDUID/, /APPEND "Drafts"/],
};

test.each(['move', 'append'] as const)(
  'killed before every step of %s',
  async (action) => {
    const steps = await killAtEveryPoint({ action, log });
    for (const step of STEPS[action]) expect(steps.join('\n')).toMatch(new RegExp(step, 'm'));
  },
  POINTS_MS,
);
