// What the rigs of real servers share: a child process with its log kept, free ports, files of one run.
import { type ChildProcess, spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { waitUntil } from '../wait-until.js';

export interface DaemonOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Further log text, shown when something goes wrong. */
  readonly readLog?: () => string;
}

export interface Daemon {
  readonly pid: number;
  /** What it has written so far. */
  log(): string;
  /** Waits until a connection to the port is taken. @throws with the log when it is not in time, or the process has ended */
  listening(port: number): Promise<void>;
  /** SIGTERM, then SIGKILL; resolves when the process is gone. */
  stop(): Promise<void>;
}

const START_MS = 20_000;
const STOP_MS = 5_000;

/** Starts a server in the foreground, in a process group of its own, so that its children go with it. */
export function startDaemon({ command, args, env = {}, cwd, readLog = () => '' }: DaemonOptions): Daemon {
  // Should the tests be killed, the kernel ends it: nobody else would.
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', command, ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let written = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      written = (written + text).slice(-100_000);
    });
  let failure = '';
  child.on('error', (error) => {
    failure = error.message;
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} cannot be started`);
  const log = () => [failure, written, readLog()].filter(Boolean).join('\n');
  return {
    pid,
    log,
    listening: async (port) => {
      const up = async () => {
        if (hasEnded(child)) throw new Error(`${command} has ended (${child.exitCode ?? child.signalCode}):\n${log()}`);
        return canConnect(port);
      };
      await waitUntil(`${command} listens on ${port}`, up, { ms: START_MS, explain: log });
    },
    stop: () => stopGroup(child, pid),
  };
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

async function stopGroup(child: ChildProcess, pid: number): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    if (hasEnded(child)) resolve();
    else child.once('close', () => resolve());
  });
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(timer);
  try {
    // Children that outlive their parent.
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const done = (isUp: boolean) => {
      socket.destroy();
      resolve(isUp);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}

/** Ports nobody listens on now. They are all held until the last is found, so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => {
            const address = server.address();
            resolve(address !== null && typeof address === 'object' ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
