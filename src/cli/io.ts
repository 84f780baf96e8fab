// Where the commands print, and how they end.
import { basename, relative } from 'node:path';

/** Documented in the README; scripts rely on them. */
export const ExitCode = {
  ok: 0,
  /** The configuration, the machine or the running gateway did not allow it. */
  failed: 1,
  /** The command line makes no sense. */
  usage: 2,
  /** No gateway runs that could be asked. */
  notRunning: 3,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export interface Io {
  /** One line of the answer. */
  print(line: string): void;
  /** One line of complaint or comment. */
  complain(line: string): void;
  /** A file as it is (`gateway cert export` without --out). */
  printBytes(bytes: Uint8Array): void;
  /** Somebody watches: progress bars may be drawn. */
  readonly interactive: boolean;
  /** Characters a line of the terminal takes. */
  readonly columns: () => number;
}

/** How this program is called, for texts that name a command: it may not be installed under its own name. */
export function commandName(script: string | undefined, cwd: string): string {
  if (script === undefined || /^gateway(\.cmd)?$/.test(basename(script))) return 'gateway';
  const near = relative(cwd, script);
  return `node ${near.startsWith('..') ? script : near}`;
}

/** An answer the user did not want, in one line; the process ends with this code. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  constructor(message: string, exitCode: ExitCode = ExitCode.failed, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}

/** The process's own streams. A reader that goes away (`gateway status | head`) is no error: the rest is not printed. */
export function processIo(): Io {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    });
  }
  return {
    print: (line) => write(process.stdout, `${line}\n`),
    complain: (line) => write(process.stderr, `${line}\n`),
    printBytes: (bytes) => write(process.stdout, bytes),
    interactive: process.stdout.isTTY === true && process.stderr.isTTY === true,
    // Some terminals say 0.
    columns: () => process.stdout.columns || 80,
  };
}

function write(stream: NodeJS.WriteStream, text: string | Uint8Array): void {
  if (stream.writable) stream.write(text);
}

/** Ends the process when what was printed has left it. */
export function exitAfterFlush(code: number): void {
  const open = [process.stdout, process.stderr].filter((stream) => stream.writable && stream.writableLength > 0);
  if (open.length === 0) process.exit(code);
  let left = open.length;
  for (const stream of open) {
    stream.write('', () => {
      left--;
      if (left === 0) process.exit(code);
    });
  }
  setTimeout(() => process.exit(code), 1000).unref();
}
