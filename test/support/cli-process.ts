// The built program as its users run it: a process of its own, seen by what it prints and how it ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CLI = new URL('../../dist/cli.js', import.meta.url).pathname;

export interface Ended {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export type Event = { readonly event: string } & Readonly<Record<string, unknown>>;

export interface Running extends AsyncDisposable {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  stdout(): string;
  stderr(): string;
  /** Everything `--json` has told so far. */
  events(): Event[];
  /** The first event that fits, also one that was told already. @throws when the process ends without it */
  event(fits: (event: Event) => boolean): Promise<Event>;
  /** Resolves when stdout and stderr together satisfy the test. @throws when the process ends before */
  output(fits: (output: string) => boolean): Promise<void>;
  kill(signal?: NodeJS.Signals): void;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export function startCli(args: readonly string[], { cwd, env = {} }: CliOptions = {}): Running {
  const child: ChildProcess = spawn(process.execPath, [CLI, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  const text = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  let end: Ended | undefined;
  const told = (): void => {
    for (const watcher of [...watchers]) watcher();
  };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
      told();
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      end = { code: code ?? undefined, ...text };
      resolve(end);
      told();
    });
  });
  const until = <T>(look: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const watcher = (): void => {
        const found = look();
        if (found === undefined && end === undefined) return;
        watchers.delete(watcher);
        if (found !== undefined) resolve(found);
        else reject(new Error(`the program ended (${end?.code}) before that:\n${text.stdout}${text.stderr}`));
      };
      watchers.add(watcher);
      watcher();
    });
  const events = (): Event[] =>
    text.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Event);
  return {
    pid: child.pid ?? 0,
    ended,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    events,
    event: (fits) => until(() => events().find(fits)),
    output: (fits) => until(() => (fits(text.stdout + text.stderr) ? true : undefined)).then(() => undefined),
    kill: (signal = 'SIGTERM') => void child.kill(signal),
    [Symbol.asyncDispose]: async () => {
      if (end === undefined) child.kill('SIGKILL');
      await ended;
    },
  };
}

export const runCli = (args: readonly string[], options?: CliOptions): Promise<Ended> => startCli(args, options).ended;

export interface Home extends AsyncDisposable {
  readonly dir: string;
  readonly config: string;
  /** Writes the configuration; text as it is, or an object with any free ports. */
  write(content: string | object): void;
  path(...parts: string[]): string;
}

/** Any free ports, of each kind. */
export const FREE_PORTS = { imap: 0, imaps: 0, smtp: 0, smtps: 0, web: 0, ephemeral: true };

/** A directory of its own with a configuration in it. */
export function makeHome(content: string | object): Home {
  const dir = mkdtempSync(join(tmpdir(), 'gateway-home-'));
  const config = join(dir, 'gateway.config.json');
  const write = (value: string | object): void =>
    writeFileSync(config, typeof value === 'string' ? value : JSON.stringify({ listen: FREE_PORTS, ...value }));
  write(content);
  return {
    dir,
    config,
    write,
    path: (...parts) => join(dir, ...parts),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}

/** A port of this machine that nobody listens on. */
export const closedPort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

/** An account at a server of this machine. */
export const accountAt = (name: string, imapPort: number, smtpPort = imapPort): object => ({
  name,
  address: `${name.toLowerCase()}@example.test`,
  provider: 'generic',
  imap: { host: '127.0.0.1', port: imapPort, tls: 'none' },
  smtp: { host: '127.0.0.1', port: smtpPort, tls: 'none' },
  auth: { password: 'file:account-password' },
});
