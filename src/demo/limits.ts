// What all connections of an account share: how many there are, how often somebody signs in, how much is asked.
import type { Quirks } from './quirks.js';
import { DemoRefusal } from './store/account.js';

type LimitQuirks = Pick<Quirks, 'throttleAfter' | 'loginFrequencyLimit' | 'maxConnections'>;

export class Limits {
  readonly #quirks: LimitQuirks;
  #signedIn = 0;
  #logins: number[] = [];
  #commands = 0;
  #throttledUntil = 0;

  constructor(quirks: LimitQuirks) {
    this.#quirks = quirks;
  }

  /** An attempt to sign in. @throws {DemoRefusal} when there were too many lately */
  attempt(): void {
    const limit = this.#quirks.loginFrequencyLimit;
    if (!limit) return;
    const now = Date.now();
    this.#logins = this.#logins.filter((at) => now - at < limit.withinMs);
    this.#logins.push(now);
    if (this.#logins.length > limit.logins) throw new DemoRefusal(limit.text);
  }

  /** @throws {DemoRefusal} when there are too many connections */
  signIn(): void {
    const limit = this.#quirks.maxConnections;
    if (limit && this.#signedIn >= limit.count) throw new DemoRefusal(limit.text);
    this.#signedIn += 1;
  }

  signOut(): void {
    this.#signedIn -= 1;
  }

  /** A command of somebody signed in. @throws {DemoRefusal} while too much is asked */
  command(): void {
    const limit = this.#quirks.throttleAfter;
    if (!limit) return;
    const now = Date.now();
    if (now < this.#throttledUntil) throw new DemoRefusal(limit.text);
    this.#commands += 1;
    if (this.#commands <= limit.commands) return;
    this.#commands = 0;
    this.#throttledUntil = now + limit.forMs;
    throw new DemoRefusal(limit.text);
  }
}
