// What all connections of an account share: how many there are, how often somebody signs in, how much is asked.
import type { Quirks } from './quirks.js';
import { type DemoAccount, DemoRefusal } from './store/account.js';

export class Limits {
  readonly #account: DemoAccount;
  #signedIn = 0;
  #logins: number[] = [];
  #commands = 0;
  #throttledUntil = 0;
  #downBytes = 0;
  #upBytes = 0;

  constructor(account: DemoAccount) {
    this.#account = account;
  }

  /** Asked for anew each time: switches may be turned while the account runs. */
  get #quirks(): Quirks {
    return this.#account.personality.quirks;
  }

  /** What went to clients, and what they put in. */
  transferred(downBytes: number, upBytes: number): void {
    this.#downBytes += downBytes;
    this.#upBytes += upBytes;
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
    const { bandwidth } = this.#quirks;
    if (bandwidth && (this.#downBytes > bandwidth.downBytes || this.#upBytes > bandwidth.upBytes))
      throw new DemoRefusal(bandwidth.text);
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
