// kill -9 at random instants of a storm (DESIGN §2, promise 2): several kills on top of each other, then rest, then judgement.
import { createRandom, type Random } from '../bench/random.js';
import { StormClient } from './client.js';
import { Hand } from './hand.js';
import { Judge } from './judge.js';
import { Model } from './model.js';
import { ACCOUNTS, startWorld, type World } from './world.js';

export interface TortureOptions {
  readonly seed: string;
  /** After how many kills, or after how many minutes, it ends. */
  readonly kills?: number;
  readonly minutes?: number;
  log(line: string): void;
}

export interface TortureResult {
  readonly kills: number;
  /** Of these while it was starting. */
  readonly duringStart: number;
  readonly commands: number;
  readonly inDoubt: number;
  readonly judgements: number;
  readonly messages: number;
  /** Mails delivered twice, which their provider could not have told (DESIGN §9). */
  readonly duplicates: number;
}

const CLIENTS = 3;
const KILLS_BETWEEN_RESTS = 5;
/** A kill comes after so many answered commands at most, and then at any instant: a busy machine changes nothing. */
const STORM_COMMANDS = 40;
const INSTANT_MS = 30;
const START_MS = 450;
const AGREE_MS = 20_000;
/** The outbox looks every 5 s, and watches Sent for 30 s. */
const OUTBOX_MS = 90_000;

/** @throws {Error} that tells the seed, what disagrees and what happened to it */
export async function torture(options: TortureOptions): Promise<TortureResult> {
  const world = await startWorld();
  try {
    return await new Run(world, options).go();
  } finally {
    await world.stop();
  }
}

class Run {
  readonly #world: World;
  readonly #o: TortureOptions;
  readonly #random: Random;
  readonly #model = new Model();
  readonly #judge: Judge;
  readonly #history: string[] = [];
  readonly #counts = { commands: 0, inDoubt: 0 };
  readonly #clients: StormClient[];
  readonly #hands: Hand[];
  #isKilled = false;
  #kills = 0;
  #duringStart = 0;
  #judgements = 0;

  constructor(world: World, options: TortureOptions) {
    this.#world = world;
    this.#o = options;
    this.#random = createRandom(options.seed);
    this.#judge = new Judge(world, this.#model);
    const note = (line: string) => void this.#history.push(line);
    const shared = { world, model: this.#model, note };
    this.#clients = Array.from({ length: CLIENTS }, (_, i) => {
      const random = createRandom(`${options.seed} client ${i}`);
      return new StormClient({
        ...shared,
        name: `client${i}`,
        random,
        counts: this.#counts,
        isKilled: () => this.#isKilled,
      });
    });
    this.#hands = ACCOUNTS.map((account) => {
      return new Hand(account, { ...shared, random: createRandom(`${options.seed} hand ${account}`) });
    });
  }

  async go(): Promise<TortureResult> {
    const { kills = Number.POSITIVE_INFINITY, minutes = Number.POSITIVE_INFINITY, log, seed } = this.#o;
    const end = performance.now() + minutes * 60_000;
    try {
      await this.#world.gateway.synced();
      while (this.#kills < kills && performance.now() < end) {
        for (let i = 0; i < KILLS_BETWEEN_RESTS; i += 1) await this.#round();
        await this.#rest(false);
        log(`${this.#kills} kills, ${this.#counts.commands} commands, ${this.#counts.inDoubt} cut off: all agree`);
      }
      await this.#rest(true);
    } catch (error) {
      const { message, stack } = error as Error;
      throw new Error(`seed ${seed}, after ${this.#kills} kills: ${message}\n${quietly(this.#world.gateway.log())}`, {
        cause: stack,
      });
    }
    return {
      kills: this.#kills,
      duringStart: this.#duringStart,
      commands: this.#counts.commands,
      inDoubt: this.#counts.inDoubt,
      judgements: this.#judgements,
      messages: this.#model.messages.size,
      duplicates: this.#judge.duplicates.size,
    };
  }

  /** A storm that ends with a kill, or a kill while it starts; then the next start. */
  async #round(): Promise<void> {
    const { gateway } = this.#world;
    this.#isKilled = false;
    const storm = Promise.all([
      ...this.#clients.map((client) => client.run()),
      ...this.#hands.map((hand) => hand.run(() => this.#isKilled)),
    ]);
    storm.catch(() => undefined);
    const until = this.#counts.commands + this.#random.int(0, STORM_COMMANDS);
    // A client that fails ends the storm at once.
    await Promise.race([storm, this.#answered(until)]);
    await pause(this.#random.int(0, INSTANT_MS));
    await this.#kill();
    await storm;
    const starting = gateway.start();
    if (this.#random.int(0, 9) === 0) {
      starting.catch(() => undefined);
      await pause(this.#random.int(0, START_MS));
      await this.#kill();
      this.#duringStart += 1;
      await starting.catch(() => undefined);
      await gateway.start();
    } else await starting;
  }

  async #answered(commands: number): Promise<void> {
    while (this.#counts.commands < commands) await pause(1);
  }

  async #kill(): Promise<void> {
    this.#isKilled = true;
    this.#kills += 1;
    this.#history.push(`—— kill ${this.#kills} ——`);
    await this.#world.gateway.kill();
  }

  async #rest(isLast: boolean): Promise<void> {
    const { hurry, journalEmpty, sync, query } = this.#world;
    const isSent = async () => (await query(UNSENT)).length === 0;
    const until = performance.now() + (isLast ? OUTBOX_MS : AGREE_MS);
    for (;;) {
      await hurry();
      await journalEmpty();
      await sync();
      if (!isLast || (await isSent()) || performance.now() > until) {
        const { wrong, tokens } = await this.#judge.look(isLast);
        if (wrong.length === 0) break;
        if (performance.now() > until) throw new Error(`${wrong.slice(0, 10).join('\n')}\n${this.#story(tokens)}`);
      }
      await pause(isLast ? 1_000 : 50);
    }
    this.#judgements += 1;
  }

  /** What was done to the messages, and the kills between. */
  #story(tokens: readonly string[]): string {
    const words = new Set(tokens.slice(0, 3));
    const lines = this.#history.filter(
      (line) => line.startsWith('——') || line.split(/\W(?=\w+-)| /).some((w) => words.has(w)),
    );
    return lines.filter((line, i) => !line.startsWith('——') || !lines[i + 1]?.startsWith('——')).join('\n');
  }
}

const UNSENT = `SELECT id FROM submissions WHERE state IN ('queued', 'sending', 'unknown') OR sentCopy IN ('pending', 'watching')`;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The end of the log, without what was only said for the record. */
const quietly = (log: string): string => {
  const lines = log.split('\n').filter((line) => !line.includes('"level":20'));
  return lines.slice(-20).join('\n');
};
