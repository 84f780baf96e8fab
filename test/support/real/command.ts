// Runs a mail program as a person would, and keeps what it says.
import { spawn } from 'node:child_process';

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const LIMIT_MS = 60_000;

export interface CommandOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with each piece it prints. */
  readonly onOutput?: (text: string) => void;
}

export function runCommand(
  command: string,
  args: readonly string[],
  { input = '', env = {}, onOutput }: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, LC_ALL: 'C.UTF-8', ...env }, timeout: LIMIT_MS });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      onOutput?.(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      const isMissing = error.code === 'ENOENT';
      reject(isMissing ? new Error(`${command} is not installed: node test/real/install.mjs installs it`) : error);
    });
    child.once('close', (code) => resolve({ code, stdout, stderr }));
    // A program that does not read its input is no error.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
