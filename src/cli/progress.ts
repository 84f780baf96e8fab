// The first synchronisation, as it goes: bars at a terminal, a line now and then in a pipe.
import type { AccountStatus } from '../gateway.js';
import { inLanguage } from '../lib/languages.js';
import type { Io } from './io.js';
import { count, padded, printable, width } from './text.js';

export interface Progress {
  /** Looks by itself now and then: that an account has stopped moving is no event. */
  watch(accounts: () => readonly AccountStatus[]): void;
  /** Something has moved. */
  update(accounts: readonly AccountStatus[]): void;
  /** Prints a line without harming the bars. */
  print(line: string): void;
  /** Leaves the bars as they are and draws no more. */
  end(): void;
}

export interface Totals {
  readonly done: number;
  readonly total: number;
}

export const totals = (account: AccountStatus): Totals => ({
  done: account.sources.reduce((sum, source) => sum + source.done, 0),
  total: account.sources.reduce((sum, source) => sum + source.total, 0),
});

const REDRAW_MS = 100;
const WATCH_MS = 1_000;
const PLAIN_MS = 5_000;

/** One line for an account that is still at it. */
export function progressText(account: AccountStatus): string {
  const { done, total } = totals(account);
  const name = printable(account.name);
  if (account.synced) return `${name}: ${count(total)} messages, up to date`;
  if (account.state !== 'syncing' && account.state !== 'ready') {
    return `${name}: ${account.state}${account.reason === undefined ? '' : ` (${printable(inLanguage(account.reason, 'en'))})`}`;
  }
  if (total === 0) return `${name}: looking what is there`;
  const rate = account.messagesPerSecond > 0 ? `, ${count(account.messagesPerSecond)} a second` : '';
  return `${name}: ${count(done)} of ${count(total)} messages${rate}`;
}

/** `QQ  [######------]  1,234 of 2,468 messages`, cut to the terminal. */
export function barLine(account: AccountStatus, nameColumns: number, columns: number): string {
  const { done, total } = totals(account);
  const share = account.synced ? 1 : total > 0 ? Math.min(1, done / total) : 0;
  const size = 24;
  const filled = Math.round(share * size);
  const name = printable(account.name);
  const line = `  ${padded(name, nameColumns)} [${'#'.repeat(filled)}${'-'.repeat(size - filled)}] ${progressText(account).slice(name.length + 2)}`;
  return [...line].slice(0, Math.max(20, columns - 1)).join('');
}

export const createProgress = (io: Io): Progress => (io.interactive ? createBars(io) : createPlainLines(io));

function createPlainLines(io: Io): Progress {
  const lastAt = new Map<string, number>();
  return {
    watch: () => undefined,
    update(accounts) {
      for (const account of accounts) {
        const due = Date.now() - (lastAt.get(account.name) ?? 0) >= PLAIN_MS;
        if (account.synced || !due || account.state !== 'syncing') continue;
        lastAt.set(account.name, Date.now());
        io.print(progressText(account));
      }
    },
    print: (line) => io.print(line),
    end: () => lastAt.clear(),
  };
}

function createBars(io: Io): Progress {
  let drawn = 0;
  let latest: readonly AccountStatus[] = [];
  let timer: NodeJS.Timeout | undefined;
  let watching: NodeJS.Timeout | undefined;
  let shown = '';
  let ended = false;
  // \x1b[nA: n lines up; \x1b[J: clear to the end of the screen (ECMA-48).
  const wiped = (): string => (drawn === 0 ? '' : `\x1b[${drawn}A\r\x1b[J`);
  const barLines = (): string[] => {
    const columns = io.columns();
    const nameColumns = Math.max(...latest.map((account) => width(printable(account.name))), 0);
    return ended ? [] : latest.map((account) => barLine(account, nameColumns, columns));
  };
  const draw = (before: readonly string[] = []): void => {
    const bars = barLines();
    const lines = [...before, ...bars];
    if (lines.length > 0) io.print(wiped() + lines.join('\n'));
    drawn = bars.length;
    shown = bars.join('\n');
  };
  return {
    watch(accounts) {
      watching = setInterval(() => {
        latest = accounts();
        if (barLines().join('\n') !== shown) draw();
      }, WATCH_MS);
      watching.unref();
    },
    update(accounts) {
      latest = accounts;
      if (ended) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        draw();
      }, REDRAW_MS);
    },
    print: (line) => draw([line]),
    end() {
      if (ended) return;
      clearTimeout(timer);
      clearInterval(watching);
      draw();
      ended = true;
      drawn = 0;
    },
  };
}
