// The gateway as a user runs it: the built program, a configuration file, its events.
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PASSWORD } from '../support/real/server.js';
import { ACCOUNTS } from './accounts.js';
import { startChild } from './child.js';
import { BenchError } from './failure.js';
import type { ImapEndpoint } from './raw-imap.js';
import type { Relay } from './relay.js';
import { until } from './wait.js';

export interface GatewayRun {
  readonly endpoint: ImapEndpoint;
  /** With TLS from the first byte. */
  readonly tlsPort: () => number;
  /** When the process was spawned (performance.now). */
  readonly startedAt: number;
  readonly readyMs: number;
  /** Milliseconds from the start until `synced`, of one account or of all. @throws {BenchError} */
  synced(account?: string): Promise<number>;
  /** Resident memory now and at most, megabytes. */
  memory(): { readonly now: number; readonly peak: number };
  /** Used so far: unlike the clock, it does not mind what else the machine does. */
  cpuSeconds(): number;
  /** Until nothing is owed to these accounts any more; resolves with the milliseconds it took. */
  settled(accounts?: readonly string[]): Promise<number>;
  stop(): Promise<void>;
}

const CLI = 'dist/cli.js';
const SYNC_MS = 600_000;
const SETTLE_MS = 60_000;
const run = promisify(execFile);

interface StatusAnswer {
  readonly accounts: readonly { readonly name: string; readonly journalDepth: number }[];
}

/** Writes the configuration of a fresh gateway; the relays stand in the order of ACCOUNTS. */
export function writeConfig(directory: string, relays: readonly Relay[]): string {
  mkdirSync(directory, { recursive: true });
  const accounts = ACCOUNTS.map(({ name, user }, i) => ({
    name,
    address: user,
    provider: 'generic',
    imap: { host: '127.0.0.1', port: relays[i]?.port, tls: 'none' },
    // Nothing is sent.
    smtp: { host: '127.0.0.1', port: 9, tls: 'none' },
    auth: { password: PASSWORD },
  }));
  const listen = { imap: 0, imaps: 0, smtp: 0, smtps: 0, web: 0, ephemeral: true, plaintextOnLoopback: true };
  const config = {
    listen,
    login: { user: 'me', password: PASSWORD },
    accounts,
    // Bodies come when the bench asks for them: its "first" must be the first.
    bodies: { prefetchDays: 0 },
    log: { level: 'warn' },
  };
  const file = join(directory, 'gateway.config.json');
  writeFileSync(file, JSON.stringify(config, undefined, 2), { mode: 0o600 });
  return file;
}

/** Resolves when it serves. */
export async function startGateway(configFile: string): Promise<GatewayRun> {
  const startedAt = performance.now();
  const at = new Map<string, number>();
  let port = 0;
  let tlsPort = 0;
  const onLine = (line: string) => {
    const event = JSON.parse(line) as { event: string; imap?: number; imaps?: number; account?: string };
    if (event.event === 'ready') [port, tlsPort] = [event.imap ?? 0, event.imaps ?? 0];
    at.set(event.account === undefined ? event.event : `${event.event} ${event.account}`, performance.now());
  };
  const logFile = `${configFile}.log`;
  const args = [CLI, 'start', '--config', configFile, '--json'];
  const child = startChild({ command: process.execPath, args, logFile, onLine });
  const seen = async (event: string, ms: number): Promise<number> => {
    await until(`the gateway says ${event}`, ms, () => {
      if (child.hasEnded()) throw new BenchError(`the gateway has ended:\n${child.log()}`);
      return at.has(event);
    });
    return (at.get(event) ?? 0) - startedAt;
  };
  const readyMs = await seen('ready', SETTLE_MS);
  const depth = async (names: readonly string[] | undefined): Promise<number> => {
    const { stdout } = await run(process.execPath, [CLI, 'status', '--config', configFile, '--json']);
    const { accounts } = JSON.parse(stdout) as StatusAnswer;
    const wanted = accounts.filter(({ name }) => names?.includes(name) ?? true);
    return wanted.reduce((sum, { journalDepth }) => sum + journalDepth, 0);
  };
  return {
    endpoint: { host: '127.0.0.1', port, user: 'me', password: PASSWORD, cpuMs: () => mainThreadMs(child.pid) },
    tlsPort: () => tlsPort,
    startedAt,
    readyMs,
    synced: (account) => seen(account === undefined ? 'synced' : `synced ${account}`, SYNC_MS),
    memory: () => memoryOf(readFileSync(`/proc/${child.pid}/status`, 'utf8')),
    cpuSeconds: () => cpuSecondsOf(readFileSync(`/proc/${child.pid}/stat`, 'utf8')),
    settled: async (names) => {
      const from = performance.now();
      await until('the upstreams have every change', SETTLE_MS, async () => (await depth(names)) === 0);
      return performance.now() - from;
    },
    stop: () => child.stop(),
  };
}

/** VmRSS and VmHWM of /proc/PID/status. */
export function memoryOf(status: string): { now: number; peak: number } {
  const megabytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
  return { now: megabytes('VmRSS'), peak: megabytes('VmHWM') };
}

const TICKS_PER_SECOND = 100;

/** utime and stime of /proc/PID/stat; the process's name before them may hold spaces and parentheses. */
export function cpuSecondsOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Time on a processor of the main thread, which serves; /proc/PID/schedstat begins with it in nanoseconds. */
const mainThreadMs = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
