// Actions on many messages, a few hundred at a time: each slice is a transaction of its own, and between two of them other
// clients get their turn. STORE, MOVE and EXPUNGE may be carried out message by message (RFC 9051 §6.4.8: MOVE); COPY may not.

import type { Core, Remover } from '../core/core.js';
import { createTurns } from '../lib/turns.js';
import type { NumberRanges } from '../mail/sequence-set.js';
import type { Selected } from './selected.js';

const SLICE = 500;

/**
 * Runs `action` on slices of the ascending uids of the selected mailbox. Ends with what the action throws; the slices
 * before it stand. @throws {ByeError} if the mailbox is renumbered meanwhile
 */
export async function inSlices(
  { core, selected }: { core: Core; selected: Selected },
  uids: Uint32Array,
  action: (uids: Uint32Array, start: number) => void,
): Promise<void> {
  const turns = createTurns();
  for (let start = 0; start < uids.length; start += SLICE) {
    if (start > 0) await turns.pause();
    selected.mustStand(core);
    action(uids.subarray(start, start + SLICE), start);
  }
}

/** Expunges all that there is to expunge among the uids (all when undefined); whether anything went. */
export async function expungeAll(
  { core, selected }: { core: Core; selected: Selected },
  uids: NumberRanges | undefined,
  by: Remover,
): Promise<boolean> {
  const turns = createTurns();
  let some = false;
  while (core.actions.expunge(selected.mailboxId, uids, by).length > 0) {
    some = true;
    await turns.pause();
    selected.mustStand(core);
  }
  return some;
}
