// Makes guessing slow without slowing down anybody who knows a password. A wrong password costs its sender a growing delay
// before the answer; right ones are answered at once. Only when one address has tried very many different wrong passwords
// is it refused altogether for a while: that bounds what can be tried over many connections at a time.
import { createHmac, randomBytes } from 'node:crypto';
import { networkOf } from '../../lib/addresses.js';
import { sleep as realSleep } from '../../lib/deadline.js';
import { MailboxError } from '../../mail/errors.js';

export interface Clock {
  /** Milliseconds. */
  now(): number;
  /** Resolves early when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = { now: () => performance.now(), sleep: realSleep };

export interface Throttle {
  /** @throws {MailboxError} UNAVAILABLE while the address has tried too many wrong passwords */
  admit(address: string): void;
  /** Notes a failure and waits. The same credentials again and again are one mistake; `undefined`: it is not known whether they are. */
  failed(address: string, credentials: string | undefined, signal?: AbortSignal): Promise<void>;
  /** How many addresses are remembered. */
  readonly size: number;
}

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 10_000;
/** So many different wrong passwords of one address are answered. */
const BUDGET = 100;
/** One of them is forgiven after this long. */
const FORGIVE_MS = 2_000;
/** A wrong password is remembered for so long. */
const FORGET_MS = 15 * 60_000;
const MAX_ADDRESSES = 10_000;
const MAX_CREDENTIALS = 64;

interface Failures {
  /** Different wrong passwords, less what has been forgiven. */
  spent: number;
  at: number;
  /** How often each came, by digest. */
  readonly wrong: Map<string, { count: number; at: number }>;
}

export function createThrottle(clock: Clock = systemClock): Throttle {
  // No wrong password (which is often another service's right one) is kept in clear.
  const key = randomBytes(32);
  const digest = (text: string): string => createHmac('sha256', key).update(text, 'utf8').digest('base64');
  const addresses = new Map<string, Failures>();

  const failuresOf = (network: string): Failures => {
    const now = clock.now();
    const known = addresses.get(network) ?? { spent: 0, at: now, wrong: new Map() };
    known.spent = Math.max(0, known.spent - (now - known.at) / FORGIVE_MS);
    known.at = now;
    for (const [one, { at }] of known.wrong) if (now - at > FORGET_MS) known.wrong.delete(one);
    return known;
  };
  /** The longest unused first, which are thrown away first. */
  const remember = (network: string, failures: Failures): void => {
    addresses.delete(network);
    addresses.set(network, failures);
    for (const [other, { at }] of addresses) {
      if (addresses.size <= MAX_ADDRESSES && clock.now() - at <= FORGET_MS) break;
      addresses.delete(other);
    }
  };
  return {
    admit: (address) => {
      if (failuresOf(networkOf(address)).spent < BUDGET) return;
      throw new MailboxError('UNAVAILABLE', 'too many wrong passwords from your address; try again in a minute');
    },
    failed: async (address, credentials, signal) => {
      const network = networkOf(address);
      const failures = failuresOf(network);
      const count = noteWrong(failures, credentials === undefined ? undefined : digest(credentials), clock.now());
      remember(network, failures);
      const nth = Math.max(count, Math.ceil(failures.spent));
      // A single slip is answered at once.
      if (nth > 1) await clock.sleep(Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(nth - 2, 20)), signal);
    },
    get size() {
      return addresses.size;
    },
  };
}

/** Returns how often these credentials have come. */
function noteWrong(failures: Failures, digest: string | undefined, now: number): number {
  const known = digest === undefined ? undefined : failures.wrong.get(digest);
  if (!known) failures.spent++;
  const count = (known?.count ?? 0) + 1;
  if (digest === undefined) return count;
  failures.wrong.delete(digest);
  failures.wrong.set(digest, { count, at: now });
  const [oldest] = failures.wrong.keys();
  if (failures.wrong.size > MAX_CREDENTIALS && oldest !== undefined) failures.wrong.delete(oldest);
  return count;
}
