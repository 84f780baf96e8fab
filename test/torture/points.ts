// Kills the gateway before the n-th step of one action, for n = 1, 2, 3 … until the action is carried out and nothing has
// been killed; after every kill the next gateway has to bring it to an end, and the judge looks.
import { join } from 'node:path';
import { type PlainImap, quote } from '../support/plain-imap.js';
import { mailOf } from './client.js';
import { Judge } from './judge.js';
import { Model, NOWHERE, type Placements, placed, transferred, without } from './model.js';
import { addressOf, startWorld, type World } from './world.js';

/** `chain`: MOVE to another account, MOVE within that one, EXPUNGE, one after the other without waiting. */
export const ACTIONS = ['move', 'append', 'chain'] as const;
export type Action = (typeof ACTIONS)[number];

export interface PointsOptions {
  readonly action: Action;
  /** Between every two statements, not only where something remains. */
  readonly every?: boolean;
  readonly withoutMove?: boolean;
  log(line: string): void;
}

/** The steps of the run that went through: before each the gateway has been killed once. */
export type Steps = readonly string[];

const PRELOAD = join(process.cwd(), 'test', 'torture', 'fault-points.mjs');
const FROM = 'A/INBOX';
const TO = 'B/Archive';
const ONWARD = 'B/INBOX';
const APPENDED_TO = 'A/Drafts';
const SETTLE_MS = 20_000;
/** A process that kills itself ends within that time. */
const NOTICE_MS = 5_000;
/** More would be noise that never ends. */
const MAX_POINTS = 1_000;

/** @throws {Error} that tells at which point something was lost, or is there twice */
export async function killAtEveryPoint({
  action,
  every = false,
  withoutMove = false,
  log,
}: PointsOptions): Promise<Steps> {
  const world = await startWorld({ preload: [PRELOAD], withoutMove });
  try {
    await world.gateway.synced();
    const model = new Model();
    const judge = new Judge(world, model);
    for (let n = 1; n <= MAX_POINTS; n += 1) {
      const token = `point-${n}`;
      if (action !== 'append') await deliver(world, model, token);
      await settle(world, judge, n === 1 ? 'at the start' : `killed before step ${n - 1} of ${action}`);
      log(`${action}: ${n - 1} kills, all agree`);
      const client = await world.client();
      await client.ok(`SELECT ${quote(FROM)}`);
      await world.gateway.ask({ after: n, every });
      const steps = await unlessItDies(world, () => act(client, model, action, token));
      client.close();
      if (steps) {
        await settle(world, judge, 'after the run that went through');
        return steps;
      }
      const { wrong } = await judge.lookAtDead();
      if (wrong.length > 0) throw new Error(`killed before step ${n} of ${action}: ${wrong.join('\n')}`);
      await world.gateway.start();
    }
    throw new Error(`${action} does not come to an end`);
  } finally {
    await world.stop();
  }
}

/** The steps of the work and what the gateway does of it afterwards; undefined if it has died of one. */
async function unlessItDies({ gateway, journalEmpty }: World, work: () => Promise<void>): Promise<Steps | undefined> {
  let isDead = false;
  const ended = gateway.ended().then(() => {
    isDead = true;
  });
  const carriedOut = async () => {
    try {
      await work();
      await journalEmpty();
    } catch (error) {
      // Its client may have noticed first; one that has not been killed must not fail.
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, NOTICE_MS))]);
      if (!isDead) throw error;
    }
  };
  await Promise.race([ended, carriedOut()]);
  const answer = isDead ? undefined : await Promise.race([gateway.ask({}), ended]);
  return isDead ? undefined : (answer as { steps: Steps }).steps;
}

async function act(client: PlainImap, model: Model, action: Action, token: string): Promise<void> {
  if (action === 'append') {
    model.messages.set(token, { now: NOWHERE, maybe: [], owner: 'point', doomed: false });
    const bytes = Buffer.from(mailOf(token, addressOf('A')));
    await told(model, token, placed(APPENDED_TO, ['\\Seen']), () => client.append(APPENDED_TO, bytes, ['\\Seen']));
    return;
  }
  await move(client, model, token, [FROM, TO]);
  if (action === 'move') return;
  await move(client, model, token, [TO, ONWARD]);
  await client.ok(`SELECT ${quote(ONWARD)}`);
  const message = model.messages.get(token);
  if (message) message.isKept = false;
  const uid = model.uidIn(ONWARD, token);
  await client.ok(`UID STORE ${uid} +FLAGS (\\Deleted)`);
  const rest = without(model.messages.get(token)?.now ?? NOWHERE, ONWARD);
  await told(model, token, rest, () => client.ok(`UID EXPUNGE ${uid}`));
}

async function move(client: PlainImap, model: Model, token: string, [from, to]: [string, string]): Promise<void> {
  const then = transferred(model.messages.get(token)?.now ?? NOWHERE, 'MOVE', from, to);
  await client.ok(`SELECT ${quote(from)}`);
  let uid = 0;
  await told(model, token, then, async () => {
    const { text, untagged } = await client.ok(`UID MOVE ${model.uidIn(from, token)} ${quote(to)}`);
    uid = Number(/COPYUID \d+ \d+ (\d+)/.exec([text, ...untagged].join('\n'))?.[1]);
  });
  model.tellUid(to, token, uid);
}

/** What was answered OK has to be so; what was not may be. */
async function told(model: Model, token: string, then: Placements, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    model.doubt(token, then);
    throw error;
  }
  model.become(token, then);
}

async function deliver(world: World, model: Model, token: string): Promise<void> {
  const client = await world.upstream('A');
  await client.append('INBOX', Buffer.from(mailOf(token, 'someone@example.org', addressOf('A'))), ['\\Flagged']);
  client.close();
  model.messages.set(token, {
    now: placed(FROM, ['\\Flagged']),
    maybe: [],
    owner: 'point',
    doomed: false,
    isKept: true,
  });
}

async function settle(world: World, judge: Judge, when: string): Promise<void> {
  const until = performance.now() + SETTLE_MS;
  for (;;) {
    await world.hurry();
    await world.journalEmpty();
    await world.sync();
    const { wrong } = await judge.look(true);
    if (wrong.length === 0) return;
    if (performance.now() > until) throw new Error(`${when}:\n${wrong.join('\n')}`);
  }
}
