// Issue 2: uids, uidValidity and modseqs are the same before and after a restart and after a full listing, and every
// action arrives upstream exactly once, whatever clients, upstreams and crashes do (promises 1, 2 and 3).
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRig, useVirtualTime } from '../support/core-harness.js';
import { createFakeUpstream, type FakeUpstreamOptions } from '../support/fake-connector.js';
import type { Action, ActionKind } from '../support/model-actions.js';
import { ModelDriver } from '../support/model-driver.js';

useVirtualTime();

/** How often each kind of action is drawn. */
const WEIGHTS: Readonly<Record<ActionKind, number>> = {
  flag: 8,
  move: 8,
  copy: 4,
  delete: 3,
  append: 4,
  create: 3,
  rename: 2,
  deleteBox: 2,
  deliver: 6,
  upFlag: 5,
  upExpunge: 2,
  upMove: 3,
  upReset: 1,
  upRename: 1,
  offline: 2,
  online: 3,
  restart: 1,
  crash: 3,
  relist: 1,
  rest: 2,
  breathe: 8,
};

const kinds = fc.oneof(
  ...(Object.entries(WEIGHTS) as [ActionKind, number][]).map(([kind, weight]) => ({
    weight,
    arbitrary: fc.constant(kind),
  })),
);
const number = fc.nat(9_999);
const actions: fc.Arbitrary<Action[]> = fc.array(
  fc.record({ kind: kinds, where: number, which: number, what: number }),
  {
    minLength: 20,
    maxLength: 60,
    size: 'max',
  },
);

/** What the second account's server can do; the first can do everything. */
const SERVERS: Readonly<Record<string, FakeUpstreamOptions>> = {
  'everything there is': {},
  'no QRESYNC': { qresync: false },
  'neither CONDSTORE nor IDLE': { condstore: false, idle: false },
  'no UIDPLUS, hence no COPYUID': { uidplus: false, condstore: false },
};

const SEED = Number(process.env.SEED ?? 20260101);
const RUNS = Number(process.env.RUNS ?? 8);

test.each(Object.entries(SERVERS))(
  'random actions by clients and upstreams, restarts and crashes: %s',
  async (_, server) => {
    await fc.assert(
      fc.asyncProperty(actions, async (steps) => {
        const fakes = new Map([
          ['A', createFakeUpstream()],
          ['B', createFakeUpstream({ ...server, firstUidValidity: 5001 })],
        ]);
        await using rig = await createRig({ accounts: [...fakes].map(([name, fake]) => ({ name, fake })) });
        const expunging = new Set(server.uidplus === false ? ['A'] : ['A', 'B']);
        const driver = new ModelDriver({ rig, fakes, expunging });
        try {
          for (let i = 0; i < 6; i++) driver.deliver(i % 2 ? 'B' : 'A', i);
          await driver.rest();
          for (const step of steps) await driver.act(step);
          await driver.rest();
        } catch (error) {
          throw new Error(`${String(error)}\nafter: ${driver.log.join('; ')}`, { cause: error });
        }
        expect(driver.model.alive.size).toBeGreaterThan(0);
      }),
      {
        seed: SEED,
        numRuns: RUNS,
        includeErrorInReport: true,
        interruptAfterTimeLimit: 90_000,
        endOnFailure: process.env.END === '1',
      },
    );
  },
  120_000,
);
