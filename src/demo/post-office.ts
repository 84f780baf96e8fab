// Carries mail between demo accounts: what is addressed to one of them arrives in its inbox; the rest of the world is
// accepted and dropped, since nothing may leave this machine.
import { Buffer } from 'node:buffer';
import { NO_FLAGS } from '../mail/flags.js';
import type { DemoAccount } from './store/account.js';

export class PostOffice {
  readonly #accounts = new Map<string, DemoAccount>();

  open(account: DemoAccount): void {
    this.#accounts.set(account.address.toLowerCase(), account);
  }

  get accounts(): readonly DemoAccount[] {
    return [...this.#accounts.values()];
  }

  /** The address, or the like of it when an account has it already: `demo2@…`. */
  freeAddress(address: string): string {
    let free = address;
    for (let i = 2; this.#accounts.has(free.toLowerCase()); i += 1) free = address.replace('@', `${i}@`);
    return free;
  }

  /** Several accounts may be named; each gets its own copy, with the trace fields of a delivery. */
  deliver(recipients: readonly string[], message: Buffer, at = new Date()): void {
    for (const address of new Set(recipients.map((recipient) => recipient.toLowerCase()))) {
      const account = this.#accounts.get(address);
      if (!account) continue;
      const date = at.toUTCString().replace('GMT', '+0000');
      const trace = `Delivered-To: ${account.address}\r\nReceived: from localhost by demo.${account.personality.name}.example with ESMTP; ${date}\r\n`;
      const bytes = Buffer.concat([Buffer.from(trace), message]);
      account.append(account.inbox, { bytes, flags: NO_FLAGS, internalDate: Math.floor(at.getTime() / 1000) });
    }
  }
}
