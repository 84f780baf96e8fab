// A child process that is ended with the bench.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Where its standard error goes. */
  readonly logFile: string;
  readonly onLine?: (line: string) => void;
}

export interface Child {
  readonly pid: number;
  readonly hasEnded: () => boolean;
  /** The end of what it has logged. */
  readonly log: () => string;
  /** SIGTERM, SIGKILL when that is not enough; resolves when it is gone. */
  readonly stop: () => Promise<void>;
}

const STOP_MS = 10_000;
const LOG_CHARS = 4_000;

export function startChild({ command, args, logFile, onLine }: ChildOptions): Child {
  const log = openSync(logFile, 'a');
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', log] });
  closeSync(log);
  if (child.pid === undefined) throw new Error(`${command} cannot be started`);
  // However the bench ends, nothing of it stays behind.
  const kill = () => void child.kill('SIGTERM');
  process.once('exit', kill);
  child.once('exit', () => process.removeListener('exit', kill));
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine?.(line);
  });
  return {
    pid: child.pid,
    hasEnded: () => hasEnded(child),
    log: () => (existsSync(logFile) ? readFileSync(logFile, 'utf8').slice(-LOG_CHARS) : ''),
    stop: () => stop(child),
  };
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(timer);
}
