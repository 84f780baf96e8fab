// Notes what clients remove while it goes, in the transaction that removes it.

import { DiskError } from '../../mail/errors.js';
import { SystemFlag } from '../../mail/flags.js';
import type { Store } from '../../store/store.js';
import type { Remover } from './contract.js';

/** A larger body is not kept for undo. */
export const MAX_KEPT_BYTES = 25_000_000;
/** Of the body cache at most this part is kept for undo; beyond it the oldest removals lose their bodies. */
const SHARE_OF_CACHE = 1 / 4;
/** Forgotten with each note: what a slice of a large EXPUNGE adds goes again as cheaply. */
const EXPIRED_AT_ONCE = 500;
const DAY_MS = 86_400_000;
const SET_BACK_MS = 60_000;

export interface RemovalLog {
  /**
   * Inside a transaction, before the copies go: what stands there now, with its flags, can be brought back. Returns the
   * action's time, by which its removals are found (Unix milliseconds); undefined when nothing is kept.
   */
  note(removing: Removing): number | undefined;
  /** The time of an action that will note what goes with it by and by; undefined when nothing is kept. */
  timeOf(by: Remover | undefined): number | undefined;
  /** Before this time nothing can be brought back (Unix milliseconds). */
  oldest(): number;
  /** Pins a body that has been fetched for a removal. Inside a transaction. */
  keep(removalId: number, bodyRef: string, sizeBytes: number): void;
  /** Bytes that may be pinned for undo in all. */
  readonly budgetBytes: number;
}

export interface Removing {
  readonly by: Remover | undefined;
  /** The action's time, if it has begun before. */
  readonly at?: number;
  /** As the client calls it. */
  readonly mailboxPath: string;
  /** [copy, the copy in Trash that it becomes] */
  readonly copies: readonly (readonly [number, number | null])[];
  /** A label goes, not the message: its other labels stay. */
  readonly isLabelOnly?: true;
}

export function createRemovalLog(
  { removals, database, seenTime }: Store,
  undoDays: number,
  cacheBytes: number,
): RemovalLog {
  const budgetBytes = Math.floor(cacheBytes * SHARE_OF_CACHE);
  const times = new WeakMap<Remover, number>();
  let last = removals.lastAt();
  /** Each command has a time of its own, also when the clock stands; when it has been set back, the time it says now. */
  const timeOf = (by: Remover | undefined): number => {
    const known = by && times.get(by);
    if (known !== undefined) return known;
    const now = Date.now();
    last = last - now > SET_BACK_MS ? now : Math.max(now, last + 1);
    while (removals.isUsed(last)) last++;
    if (by) times.set(by, last);
    return last;
  };
  // Copies are thrown away for their age: a clock that leaps ahead makes nothing old.
  const oldest = () => seenTime.ago(undoDays * DAY_MS);
  let pinned = removals.pinnedBytes();
  const keepWithinBudget = () => {
    if (pinned <= budgetBytes) return;
    // A transaction that was taken back has been counted too.
    pinned = removals.pinnedBytes();
    if (pinned > budgetBytes) pinned -= removals.release(pinned - budgetBytes);
  };
  try {
    // What has become too old while the gateway did not run.
    database.batch(() => removals.expire(oldest(), Number.MAX_SAFE_INTEGER));
  } catch (error) {
    // On a full disk nothing is forgotten, and mail can be read.
    if (!(error instanceof DiskError)) throw error;
  }
  return {
    budgetBytes,
    oldest,
    timeOf: (by) => (undoDays === 0 ? undefined : timeOf(by)),
    note: ({ by, at: begun, mailboxPath, copies, isLabelOnly }) => {
      if (undoDays === 0 || copies.length === 0) return undefined;
      const at = begun ?? timeOf(by);
      pinned -= removals.expire(oldest(), EXPIRED_AT_ONCE);
      pinned += removals.add({
        at,
        device: by?.device ?? '',
        mailboxPath,
        withoutFlags: SystemFlag.Deleted,
        maxBodyBytes: MAX_KEPT_BYTES,
        copies,
        withLabels: isLabelOnly ? 0 : 1,
      });
      keepWithinBudget();
      return at;
    },
    keep: (removalId, bodyRef, sizeBytes) => {
      removals.setBody(removalId, bodyRef);
      pinned += sizeBytes;
      keepWithinBudget();
    },
  };
}
