import { createHash, timingSafeEqual } from 'node:crypto';
import { sleep } from '../lib/deadline.js';
import type { Device, Login } from './core.js';

export interface LoginOptions {
  readonly user: string;
  /** Read at every check, so that a changed password counts at once. */
  password(): string;
}

/** Failures of one address are forgotten after this long. */
const FORGET_MS = 15 * 60_000;
const MAX_DELAY_MS = 8_000;
const MAX_ADDRESSES = 10_000;

const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

/** The gateway's own login: constant-time comparison, a growing delay after failures by remote address. */
export function createLogin({ user, password }: LoginOptions): Login {
  const failures = new Map<string, { count: number; at: number }>();
  return {
    verify: async (givenUser, givenPassword, remoteAddress): Promise<Device | undefined> => {
      const past = failures.get(remoteAddress);
      const count = past && Date.now() - past.at < FORGET_MS ? past.count : 0;
      if (count > 0) await sleep(Math.min(MAX_DELAY_MS, 250 * 2 ** Math.min(count - 1, 8)));
      const isUser = timingSafeEqual(digest(givenUser.normalize('NFC')), digest(user.normalize('NFC')));
      const isPassword = timingSafeEqual(digest(givenPassword), digest(password()));
      if (isUser && isPassword) {
        failures.delete(remoteAddress);
        return { name: user };
      }
      if (failures.size >= MAX_ADDRESSES) failures.clear();
      failures.set(remoteAddress, { count: count + 1, at: Date.now() });
      return undefined;
    },
  };
}
