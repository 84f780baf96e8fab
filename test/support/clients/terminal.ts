// A program on a terminal of its own: keys go in, the screen comes out. tmux plays the terminal.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../real/command.js';
import { startDaemon } from '../real/daemon.js';
import { waitUntil } from '../wait-until.js';

export interface Terminal {
  /** Keys as tmux names them: `Enter`, `C-a`; one argument a key, or text that is typed as it is. */
  keys(...keys: readonly string[]): Promise<void>;
  /** What is on the screen. */
  screen(): Promise<string>;
  /** Waits until the screen matches. @throws with the screen as it is then */
  shows(pattern: RegExp, ms?: number): Promise<RegExpExecArray>;
  /** Waits until the program has ended. */
  ended(): Promise<void>;
  /** Ends the program too. */
  close(): Promise<void>;
}

const TMUX = '/usr/bin/tmux';
/** A slow machine starts a program, or carries out a command, within this. */
const SHOWN_MS = 30_000;

/** @param command as a shell has it */
export async function startTerminal(command: string, env: Readonly<Record<string, string>> = {}): Promise<Terminal> {
  const directory = mkdtempSync(join(tmpdir(), 'gw-terminal-'));
  const configuration = join(directory, 'tmux.conf');
  // The last screen of a program that has ended stays, to be read.
  writeFileSync(
    configuration,
    'set -g remain-on-exit on\nset -g escape-time 0\nset -g default-terminal screen-256color\n',
  );
  const base = ['-S', join(directory, 'socket'), '-f', configuration];
  const tmux = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCommand(TMUX, [...base, ...args]);
    if (code !== 0) throw new Error(`tmux ${args[0]}: ${stderr}`);
    return stdout;
  };
  const daemon = startDaemon({
    command: TMUX,
    args: [...base, '-D'],
    env: { LC_ALL: 'C.UTF-8', HOME: directory, ...env },
  });
  const close = async () => {
    await daemon.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  let last = '';
  const screen = async () => {
    last = await tmux('capture-pane', '-p', '-t', 'main');
    return last;
  };
  try {
    await waitUntil(
      'tmux runs',
      async () => (await runCommand(TMUX, [...base, 'list-sessions'])).stderr === '' || undefined,
      {
        explain: daemon.log,
      },
    );
    await tmux('new-session', '-d', '-s', 'main', '-x', '140', '-y', '45', command);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    keys: async (...keys) => {
      await tmux('send-keys', '-t', 'main', ...keys);
    },
    screen,
    shows: (pattern, ms = SHOWN_MS) =>
      waitUntil(`the screen shows ${pattern}`, async () => pattern.exec(await screen()) ?? undefined, {
        ms,
        everyMs: 50,
        explain: () => last,
      }),
    ended: async () => {
      const isDead = async () => (await tmux('display-message', '-p', '-t', 'main', '#{pane_dead}')).trim() === '1';
      await waitUntil('the program has ended', isDead, { ms: SHOWN_MS, everyMs: 50, explain: () => last });
    },
    close,
  };
}
