// An account whose submission server has refused the sign-in is left alone for a while: every further try may lock it.
import { backoffMs } from '../../lib/backoff.js';
import { AUTH_RETRY } from '../sync/gate.js';

/** Kept in memory alone: a restart, which a new password needs anyway, tries at once. */
export interface SignIns {
  /** Nothing may be sent through the account now. */
  isHeld(accountId: number): boolean;
  /** Milliseconds: what the server itself asked for. */
  refused(accountId: number, retryAfterMs: number): void;
  /** True if it was refused before. */
  accepted(accountId: number): boolean;
}

export function createSignIns(): SignIns {
  const refusals = new Map<number, { count: number; notBefore: number }>();
  return {
    isHeld: (accountId) => Date.now() < (refusals.get(accountId)?.notBefore ?? 0),
    refused: (accountId, retryAfterMs) => {
      const count = refusals.get(accountId)?.count ?? 0;
      const wait = Math.max(backoffMs(count, AUTH_RETRY), retryAfterMs);
      refusals.set(accountId, { count: count + 1, notBefore: Date.now() + wait });
    },
    accepted: (accountId) => refusals.delete(accountId),
  };
}
