// kill -9 at random instants of a storm (DESIGN §2, promise 2): several kills on top of each other, then rest, then judgement.
import { join } from 'node:path';
import { createRandom, type Random } from '../bench/random.js';
import { StormClient } from './client.js';
import { Hand } from './hand.js';
import { Judge, type Verdict } from './judge.js';
import { Model } from './model.js';
import { ACCOUNTS, startWorld, type World } from './world.js';

export interface TortureOptions {
  /** Of the first world; the next ones count on from it. */
  readonly seed: number;
  /** After how many kills, or after how many minutes, it ends. */
  readonly kills?: number;
  readonly minutes?: number;
  /** A world with fresh accounts begins after so many: what is to be compared stays small, and is compared to the end. */
  readonly killsPerWorld?: number;
  /** What went wrong is kept below it, for whoever looks into it. */
  readonly keepIn: string;
  log(line: string): void;
}

export interface TortureResult {
  readonly worlds: number;
  readonly kills: number;
  /** Of these while it was starting. */
  readonly duringStart: number;
  readonly commands: number;
  readonly inDoubt: number;
  readonly judgements: number;
  readonly messages: number;
  /** Mails delivered twice, which their provider could not have told (DESIGN §9). */
  readonly duplicates: number;
  readonly seconds: number;
}

const CLIENTS = 3;
const KILLS_BETWEEN_RESTS = 8;
/** A kill comes after so many answered commands at most, and then at any instant: a busy machine changes nothing. */
const STORM_COMMANDS = 24;
const INSTANT_MS = 30;
const LOGS_KEPT = 16;
const START_MS = 450;
const AGREE_MS = 20_000;
/** The outbox looks every 5 s, and watches Sent for 30 s. */
const OUTBOX_MS = 90_000;

/** @throws {Error} that tells the seed, what disagrees and what happened to it */
export async function torture(options: TortureOptions): Promise<TortureResult> {
  const { seed, kills = Number.POSITIVE_INFINITY, minutes = Number.POSITIVE_INFINITY, killsPerWorld = 100 } = options;
  const start = performance.now();
  const end = start + minutes * 60_000;
  const sum = { kills: 0, duringStart: 0, commands: 0, inDoubt: 0, judgements: 0, messages: 0, duplicates: 0 };
  let worlds = 0;
  for (; sum.kills < kills && performance.now() < end; worlds += 1) {
    const limit = Math.min(killsPerWorld, kills - sum.kills);
    const result = await inWorld({ ...options, seed: seed + worlds, kills: limit, end });
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += result[key];
    options.log(`seed ${seed + worlds} is through: ${JSON.stringify(result)}; ${sum.kills} kills so far`);
  }
  return { worlds, ...sum, seconds: Math.round((performance.now() - start) / 1_000) };
}

interface RunOptions {
  readonly seed: number;
  readonly kills: number;
  readonly end: number;
  readonly keepIn: string;
  log(line: string): void;
}

type RunResult = Omit<TortureResult, 'worlds' | 'seconds'>;

async function inWorld(options: RunOptions): Promise<RunResult> {
  const history: string[] = [];
  // Every other world is without MOVE.
  const world = await startWorld({ note: (line) => void history.push(line), withoutMove: options.seed % 2 === 1 });
  const run = new Run(world, history, options);
  try {
    return await run.go();
  } catch (error) {
    await run.end();
    const directory = join(options.keepIn, `torture-${options.seed}`);
    const story = `${(error as Error).stack}\n\n${run.history()}`;
    world.keep(directory, story);
    const { message } = error as Error;
    throw new Error(`seed ${options.seed}, ${run.where()}, kept in ${directory}: ${message}`, { cause: error });
  } finally {
    await world.stop();
  }
}

class Run {
  readonly #world: World;
  readonly #o: RunOptions;
  readonly #random: Random;
  readonly #model = new Model();
  readonly #judge: Judge;
  readonly #history: string[];
  readonly #logs: string[] = [];
  readonly #counts = { commands: 0, inDoubt: 0 };
  readonly #clients: StormClient[];
  readonly #hands: Hand[];
  #storm: Promise<void>[] = [];
  #isKilled = false;
  #kills = 0;
  #duringStart = 0;
  #judgements = 0;

  constructor(world: World, history: string[], options: RunOptions) {
    this.#world = world;
    this.#history = history;
    this.#o = options;
    this.#random = createRandom(String(options.seed));
    this.#judge = new Judge(world, this.#model);
    const note = (line: string) => void history.push(line);
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

  async go(): Promise<RunResult> {
    const { kills, end, log } = this.#o;
    await this.#world.gateway.synced();
    while (this.#kills < kills && performance.now() < end) {
      for (let i = 0; i < KILLS_BETWEEN_RESTS; i += 1) await this.#round();
      await this.#rest(false);
      log(`${this.where()}: all agree`);
    }
    await this.#rest(true);
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

  where(): string {
    return `${this.#kills} kills, ${this.#counts.commands} commands, ${this.#counts.inDoubt} cut off`;
  }

  /** What was done, and what the last gateways have logged. */
  history(): string {
    return [...this.#history, ...this.#logs, this.#world.gateway.log()].join('\n');
  }

  /** After a failure: nobody goes on. */
  async end(): Promise<void> {
    this.#isKilled = true;
    await Promise.allSettled(this.#storm);
  }

  /** A storm that ends with a kill, or a kill while it starts; then the next start. */
  async #round(): Promise<void> {
    const { gateway } = this.#world;
    this.#isKilled = false;
    this.#storm = [
      ...this.#clients.map((client) => client.run()),
      ...this.#hands.map((hand) => hand.run(() => this.#isKilled)),
    ];
    const storm = Promise.all(this.#storm);
    storm.catch(() => undefined);
    const until = this.#counts.commands + this.#random.int(0, STORM_COMMANDS);
    // A client that fails ends the storm at once.
    await Promise.race([storm, this.#answered(until)]);
    await pause(this.#random.int(0, INSTANT_MS));
    await this.#kill();
    await storm;
    this.#believe(await this.#judge.lookAtDead());
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
    while (!this.#isKilled && this.#counts.commands < commands) await pause(1);
  }

  async #kill(): Promise<void> {
    this.#isKilled = true;
    this.#kills += 1;
    this.#history.push(`—— kill ${this.#kills} ——`);
    await this.#world.gateway.kill();
    this.#logs.push(this.#world.gateway.log());
    if (this.#logs.length > LOGS_KEPT) this.#logs.shift();
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
        if (performance.now() > until) this.#believe({ wrong, tokens });
      }
      await pause(isLast ? 1_000 : 50);
    }
    this.#judgements += 1;
  }

  /** @throws {Error} if something is wrong */
  #believe({ wrong, tokens }: Verdict): void {
    if (wrong.length > 0) throw new Error(`${wrong.slice(0, 10).join('\n')}\n${this.#story(tokens)}`);
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
