// The built gateway as a child process, on a configuration and a data directory of its own.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { PlainImap } from './plain-imap.js';
import { waitUntil } from './wait-until.js';

/** From the root: this file may run as it is, or compiled into .cache. */
const CLI = join(process.cwd(), 'dist', 'cli.js');
const STANDBY = join(process.cwd(), 'test', 'support', 'standby.mjs');
const START_MS = 30_000;
const SYNC_MS = 120_000;

/** A line of `start --json` (DESIGN §13). */
export interface GatewayEvent {
  readonly event: string;
  readonly account?: string;
  readonly text?: string;
  readonly [fact: string]: unknown;
}

export interface GatewayPorts {
  readonly imap: number;
  readonly imaps: number;
  readonly smtp: number;
  readonly smtps: number;
}

export interface GatewayProcess {
  /** Of the latest start: they are picked anew each time. */
  readonly ports: GatewayPorts;
  readonly user: string;
  readonly password: string;
  /** The CA that mail clients trust. */
  readonly caFile: string;
  readonly directory: string;
  readonly pid: number;
  events(): readonly GatewayEvent[];
  /** Waits for an event of the latest start. */
  event(name: string, account?: string, ms?: number): Promise<GatewayEvent>;
  /** The end of what it has logged. */
  log(): string;
  /** Until every account is synchronised. */
  synced(): Promise<void>;
  /** Another command of the CLI on the same configuration. */
  run(...args: string[]): Promise<string>;
  /** Signed in over TLS. */
  login(): Promise<PlainImap>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL, unless it has ended. */
  kill(): Promise<void>;
  /** When the latest start has ended. */
  ended(): Promise<void>;
  /** Asks what was preloaded. */
  ask(message: object): Promise<unknown>;
  /** Again on the same data, after stop or kill. */
  start(): Promise<void>;
  /** Stops it if need be and removes its directory. */
  remove(): Promise<void>;
}

export interface GatewayProcessOptions {
  /** Entries of the configuration. */
  readonly accounts: readonly object[];
  /** More of the configuration; what it has of `listen` is added to the ports. */
  readonly config?: { readonly listen?: object; readonly [field: string]: unknown };
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** The next start waits with its modules loaded: it takes half the time. */
  readonly standby?: boolean;
  /** Files for `--import`. */
  readonly preload?: readonly string[];
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly events: GatewayEvent[];
  log: string;
}

export async function startGatewayProcess({
  accounts,
  config = {},
  env = {},
  standby = false,
  preload = [],
}: GatewayProcessOptions): Promise<GatewayProcess> {
  const directory = mkdtempSync(join(tmpdir(), 'gw-process-'));
  const file = join(directory, 'gateway.config.json');
  const login = { user: 'me', password: 'gate-pass' };
  const anyPorts = { host: '127.0.0.1', imap: 0, imaps: 0, smtp: 0, smtps: 0, web: 0, ephemeral: true };
  const listen = { ...anyPorts, ...config.listen };
  writeFileSync(file, JSON.stringify({ login, accounts, log: { level: 'debug' }, ...config, listen }));
  const modules = [...(standby ? [STANDBY] : []), ...preload];
  const make = () => launch(file, env, modules);
  const go = (waiting: Running) => {
    if (standby) waiting.child.send('go');
    return waiting;
  };
  let running = go(make());
  let waiting: Running | undefined;
  const remove = async () => {
    running.child.kill('SIGTERM');
    waiting?.child.kill('SIGKILL');
    await Promise.all([running.ended, waiting?.ended]);
    rmSync(directory, { recursive: true, force: true });
  };
  const start = async () => {
    if (!isRunning(running)) {
      running = go(waiting ?? make());
      waiting = undefined;
    }
    await eventOf(running, 'ready', undefined, START_MS);
    if (standby) waiting ??= make();
  };
  try {
    await start();
  } catch (error) {
    await remove();
    throw error;
  }
  const ports = () => running.events.find(({ event }) => event === 'ready') as unknown as GatewayPorts;
  return {
    ...login,
    directory,
    caFile: join(directory, 'certs', 'ca.pem'),
    get ports() {
      return ports();
    },
    get pid() {
      return running.child.pid ?? 0;
    },
    log: () => running.log,
    events: () => running.events,
    event: (name, account, ms = START_MS) => eventOf(running, name, account, ms),
    synced: async () => {
      await waitUntil('everything is synchronised', () => find(running, 'synced', undefined), {
        ms: SYNC_MS,
        explain: () => tailOf(running),
      });
    },
    async run(...args) {
      const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args, '--config', file]);
      return stdout;
    },
    login: () => PlainImap.login({ host: '127.0.0.1', port: ports().imaps, tls: true, ...login }),
    async stop() {
      running.child.kill('SIGTERM');
      return running.ended;
    },
    async kill() {
      running.child.kill('SIGKILL');
      await running.ended;
    },
    ended: async () => void (await running.ended),
    ask: async (message) => {
      const answer = once(running.child, 'message');
      // One that has just died does not answer; whoever asks waits for its end as well.
      running.child.send(message, () => undefined);
      return (await answer)[0];
    },
    start,
    remove,
  };
}

function launch(file: string, env: Readonly<Record<string, string>>, modules: readonly string[]): Running {
  const imports = modules.flatMap((module) => ['--import', pathToFileURL(module).href]);
  const child = spawn(process.execPath, [...imports, CLI, 'start', '--config', file, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe', ...(modules.length > 0 ? ['ipc' as const] : [])],
    env: { ...process.env, ...env },
  });
  const running: Running = {
    child,
    events: [],
    log: '',
    ended: new Promise((resolve) => child.once('close', (code) => resolve(code))),
  };
  createInterface({ input: child.stdout as Readable }).on('line', (line) => {
    running.events.push(JSON.parse(line) as GatewayEvent);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    running.log = (running.log + text).slice(-200_000);
  });
  return running;
}

const isRunning = ({ child }: Running): boolean => child.exitCode === null && child.signalCode === null;

const find = ({ events }: Running, name: string, account: string | undefined): GatewayEvent | undefined =>
  events.find((event) => event.event === name && event.account === account);

const tailOf = ({ events, log }: Running): string =>
  `${events.map((event) => JSON.stringify(event)).join('\n')}\n${log.slice(-4_000)}`;

function eventOf(running: Running, name: string, account: string | undefined, ms: number): Promise<GatewayEvent> {
  const look = () => {
    const found = find(running, name, account);
    if (!found && !isRunning(running)) throw new Error(`the gateway has ended:\n${tailOf(running)}`);
    return found;
  };
  return waitUntil(`the event ${name} ${account ?? ''}`, look, { ms, explain: () => tailOf(running) });
}
