// What an account uses of what its provider grants (providers.md §2–§7): counted by the minute, kept over restarts.
import { type Moment, momentAt } from '../../lib/moment.js';
import type { UsageRow, UsageStore } from '../../store/usage.js';
import type { Budgets, Traffic } from '../../upstream/connector.js';

type Counter = Exclude<keyof UsageRow, 'minute'>;
type BudgetName = keyof Budgets;

/** One budget and what is used of it. */
export interface BudgetUse {
  readonly name: BudgetName;
  /** Within the budget's time up to now. */
  readonly used: number;
  /** Undefined: no limit is known. */
  readonly limit: number | undefined;
}

/** A budget that is used up. */
export interface Exhausted extends BudgetUse {
  readonly limit: number;
  /** Unix milliseconds: when there is room again. */
  readonly until: number;
}

/** What of an account's work a budget is for. */
export type Purpose = 'connect' | 'work' | 'upload' | 'send';

export interface Meter {
  /** Counts what goes over a connection until `closed` resolves. */
  watch(connection: { traffic(): Traffic; readonly closed: Promise<void> }): void;
  login(): void;
  message(recipients: number): void;
  uses(): BudgetUse[];
  /** The budget that forbids it, if one does. It stays so until there is some room again, not just a little. */
  exhausted(purpose: Purpose): Exhausted | undefined;
  /** Most of the day's downloads are used: what nobody waits for should wait. */
  isSaving(): boolean;
  /** Writes down what has been counted. */
  flush(): void;
}

const MINUTE = 60_000;
const DAY = 24 * 60;
/** Of the downloads of a day: the rest is kept for what the user reads. */
const SAVING_SHARE = 0.8;
/** Where bytes are used up, this much has to be free again. */
const ROOM_SHARE = 0.9;

const RULES: Readonly<Record<BudgetName, { counter: Counter; minutes: number; purposes: readonly Purpose[] }>> = {
  downloadBytesPerDay: { counter: 'bytesDown', minutes: DAY, purposes: ['connect', 'work', 'upload'] },
  uploadBytesPerDay: { counter: 'bytesUp', minutes: DAY, purposes: ['upload'] },
  loginsPer15Minutes: { counter: 'logins', minutes: 15, purposes: ['connect', 'send'] },
  messagesPerMinute: { counter: 'messages', minutes: 1, purposes: ['send'] },
  messagesPerDay: { counter: 'messages', minutes: DAY, purposes: ['send'] },
  recipientsPerDay: { counter: 'recipients', minutes: DAY, purposes: ['send'] },
};
const NAMES = Object.keys(RULES) as BudgetName[];

type Minute = { -readonly [Key in keyof UsageRow]: number };

/** @param budgets read anew each time: they follow the account's live traits */
export function createMeter(store: UsageStore, accountId: number, budgets: () => Budgets): Meter {
  const now = () => Math.floor(Date.now() / MINUTE);
  let minutes: Minute[] = store.since(accountId, now() - DAY).map((row) => ({ ...row }));
  const unsaved = new Set<Minute>();
  const connections = new Map<{ traffic(): Traffic }, Traffic>();
  const held = new Map<BudgetName, Moment>();

  const count = (counter: Counter, amount: number) => {
    if (amount <= 0) return;
    const minute = now();
    let last = minutes.at(-1);
    // The clock may have been set back: the newest minute takes it, unless it is far from now.
    if (last && last.minute > minute + 60) {
      minutes = minutes.filter((old) => old.minute <= minute);
      last = minutes.at(-1);
    }
    if (!last || last.minute < minute) {
      last = { minute, bytesDown: 0, bytesUp: 0, logins: 0, messages: 0, recipients: 0 };
      minutes = [...minutes.filter((old) => old.minute > minute - DAY), last];
    }
    last[counter] += amount;
    unsaved.add(last);
  };
  const sample = () => {
    for (const [connection, before] of connections) {
      const { received, sent } = connection.traffic();
      connections.set(connection, { received, sent });
      count('bytesDown', received - before.received);
      count('bytesUp', sent - before.sent);
    }
  };
  const flush = () => {
    sample();
    if (unsaved.size === 0) return;
    store.put(accountId, [...unsaved], now() - DAY);
    unsaved.clear();
  };
  /** These are rare, and few of them matter. */
  const tryFlush = () => {
    try {
      flush();
    } catch {
      // The disk takes nothing now: the next flush writes it down, and says if it cannot.
    }
  };
  const within = (name: BudgetName) => {
    const { counter, minutes: span } = RULES[name];
    const after = now() - span;
    // What lies ahead was counted before the clock was set back.
    return { counter, span, rows: minutes.filter(({ minute }) => minute > after && minute <= after + span + 60) };
  };
  const usedOf = (name: BudgetName): number => {
    const { counter, rows } = within(name);
    return rows.reduce((sum, row) => sum + row[counter], 0);
  };
  /** When so much has left the budget's time that no more than `allowed` is in it. */
  const whenBelow = (name: BudgetName, allowed: number): number => {
    const { counter, span, rows } = within(name);
    let used = usedOf(name);
    for (const row of rows) {
      used -= row[counter];
      if (used <= allowed) return (row.minute + span) * MINUTE;
    }
    return Date.now();
  };
  const exhaustedOf = (name: BudgetName): Exhausted | undefined => {
    const limit = budgets()[name];
    if (limit === undefined) return undefined;
    const used = usedOf(name);
    if (used >= limit) {
      const isBytes = RULES[name].counter.startsWith('bytes');
      const at = whenBelow(name, isBytes ? limit * ROOM_SHARE : limit - 1);
      held.set(name, momentAt(at, RULES[name].minutes * MINUTE));
    }
    const until = held.get(name);
    return until && until.leftMs() > 0 ? { name, used, limit, until: until.at() } : undefined;
  };
  return {
    watch: (connection) => {
      connections.set(connection, { received: 0, sent: 0 });
      void connection.closed.then(() => {
        sample();
        connections.delete(connection);
      });
    },
    login: () => {
      count('logins', 1);
      tryFlush();
    },
    message: (recipients) => {
      count('messages', 1);
      count('recipients', recipients);
      tryFlush();
    },
    uses: () => {
      sample();
      return NAMES.map((name) => ({ name, used: usedOf(name), limit: budgets()[name] }));
    },
    exhausted: (purpose) => {
      sample();
      return NAMES.filter((name) => RULES[name].purposes.includes(purpose))
        .flatMap((name) => exhaustedOf(name) ?? [])
        .sort((a, b) => b.until - a.until)[0];
    },
    isSaving: () => {
      const limit = budgets().downloadBytesPerDay;
      if (limit === undefined) return false;
      sample();
      return usedOf('downloadBytesPerDay') >= limit * SAVING_SHARE;
    },
    flush,
  };
}
