// Actions on many messages, a few hundred at a time: each slice is a transaction of its own, and between two of them other
// clients get their turn. STORE, MOVE and EXPUNGE may be carried out message by message (RFC 9051 §6.4.8: MOVE); COPY may not.

import type { Core, MailboxSnapshot, Remover } from '../core/core.js';
import { createTurns } from '../lib/turns.js';
import { SystemFlag } from '../mail/flags.js';
import { type NumberRanges, rangesInclude, rangesOf } from '../mail/sequence-set.js';
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

/** Expunges what carries \Deleted now among the uids (all when undefined); whether anything went. */
export async function expungeAll(
  { core, selected }: { core: Core; selected: Selected },
  uids: NumberRanges | undefined,
  by: Remover,
): Promise<boolean> {
  const { mailboxId } = selected;
  let some = false;
  await inSlices({ core, selected }, deletedUids(core.reads.snapshot(mailboxId), uids), (slice) => {
    if (core.actions.expunge(mailboxId, rangesOf(slice), by).length > 0) some = true;
  });
  return some;
}

function deletedUids({ uids, flagIds, flagTable }: MailboxSnapshot, among: NumberRanges | undefined): Uint32Array {
  const isMarked = flagTable.map(({ system }) => (system & SystemFlag.Deleted) !== 0);
  return uids.filter((uid, i) => isMarked[flagIds[i] ?? 0] && (!among || rangesInclude(among, uid)));
}
