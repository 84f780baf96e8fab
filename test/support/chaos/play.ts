// One game: a world, so many acts drawn by the seed, and the judgement when all is quiet. Each step draws for itself, so that
// a story can be shortened by leaving steps out.
import { Chance } from '../../fuzz/mutate.js';
import { type Act, CLIENT_ACTS } from './client-acts.js';
import { FAULT_ACTS, HALVES_ACTS } from './fault-acts.js';
import { judge, mustHaveHomes, rest } from './judge.js';
import { type Kind, kindOf } from './kinds.js';
import { OUTBOX_ACTS } from './outbox-acts.js';
import { LABEL_ACTS, UPSTREAM_ACTS } from './upstream-acts.js';
import { World } from './world.js';

export interface Game {
  readonly seed: number;
  readonly steps: number;
  /** Indices of steps that are left out. */
  readonly without?: ReadonlySet<number>;
}

const ACTS = { ...CLIENT_ACTS, ...UPSTREAM_ACTS, ...FAULT_ACTS };

const actsOf = ({ second, sends }: Kind) => ({
  ...ACTS,
  ...(second === 'labels' ? LABEL_ACTS : {}),
  ...(second === 'halves' ? HALVES_ACTS : {}),
  ...(sends ? OUTBOX_ACTS : {}),
});

/** In some games some things never happen, and others all the time: what needs a quiet line finds one. */
function deckOf(chance: Chance, kind: Kind): (readonly [string, Act])[] {
  return Object.entries(actsOf(kind)).flatMap(([kind, [weight, act]]) => {
    const times = weight * chance.of([0, 1, 1, 1, 2], 1);
    return Array.from({ length: times }, () => [kind, act] as const);
  });
}

const chanceOf = ({ seed }: Game, step: number) => new Chance(Math.imul(seed, 7919) + step);

/** @throws {Error} what went wrong, with the seed and the story */
export async function play(game: Game): Promise<void> {
  const start = chanceOf(game, 0);
  const kind = kindOf(game.seed);
  const deck = deckOf(start, kind);
  const world = await World.create(start, kind);
  await using _ = world.rig;
  try {
    await world.rig.settle();
    judge(world);
    for (let step = 1; step <= game.steps; step++) {
      if (game.without?.has(step)) continue;
      const chance = chanceOf(game, step);
      const [, act] = chance.of(deck, ['nothing', () => undefined]);
      await act(world, chance);
      world.witness.look(world.rig);
      mustHaveHomes(world);
    }
    world.note('rest');
    await rest(world);
  } catch (error) {
    const { message, stack = '' } = error as Error;
    const where = stack
      .split('\n')
      .filter((line) => line.includes('/src/') || line.includes('/support/'))
      .slice(0, 4);
    const says = message.split('\n').slice(0, 30).join('\n');
    throw new Error(
      `seed ${game.seed}, ${game.steps} steps:\n${says}\n${where.join('\n')}\nthe story:\n${world.story.join('\n')}`,
      { cause: error },
    );
  }
}

/** The same with as few steps as fail still, tried for as long as that helps; what it says then. */
export async function shorten(
  game: Game,
  begin: () => void,
): Promise<{ readonly message: string; readonly kept: number[] }> {
  const without = new Set(game.without);
  let message = '';
  const fails = async (left: ReadonlySet<number>) => {
    begin();
    const failure: unknown = await play({ ...game, without: left }).catch((error: unknown) => error);
    if (failure instanceof Error) message = failure.message;
    return failure !== undefined;
  };
  for (let size = Math.ceil(game.steps / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let first = 1; first <= game.steps; first += size) {
      const more = Array.from({ length: size }, (_, i) => first + i).filter(
        (step) => !without.has(step) && step <= game.steps,
      );
      if (more.length > 0 && (await fails(new Set([...without, ...more])))) for (const step of more) without.add(step);
    }
  }
  const kept = Array.from({ length: game.steps }, (_, i) => i + 1).filter((step) => !without.has(step));
  return { message, kept };
}
