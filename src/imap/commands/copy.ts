import type { Transfer } from '../../core/core.js';
import { MailboxError } from '../../mail/errors.js';
import { formatRanges, rangesOf, type SequenceSet } from '../../mail/sequence-set.js';
import { defineCommand } from '../command.js';
import { countGone } from '../fetch-items/present-flags.js';
import { removerOf, selectedOf } from '../session.js';
import type { Decoder } from '../wire/decoder.js';

export interface TransferArgs {
  readonly set: SequenceSet;
  readonly path: string;
}

/** `set mailbox`, of COPY and MOVE. @throws {BadCommandError} */
export function readTransfer(decoder: Decoder): TransferArgs {
  decoder.space();
  const set = decoder.sequenceSet();
  decoder.space();
  const path = decoder.mailbox();
  decoder.end();
  return { set, path };
}

/** `COPYUID uidValidity from to`, the two sets paired by position (RFC 4315 §3); undefined when nothing was copied. */
export function copyUidCode({ uidValidity, pairs }: Transfer): string | undefined {
  if (pairs.length === 0) return undefined;
  const from: [number, number][] = [];
  const to: [number, number][] = [];
  for (const [source, target] of pairs) {
    extend(from, source);
    extend(to, target);
  }
  return `COPYUID ${uidValidity} ${formatRanges(from)} ${formatRanges(to)}`;
}

/** `4,7:9`: a uid-set of uids in their order (RFC 4315 §4). */
export function uidSetText(uids: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const uid of uids) extend(runs, uid);
  return formatRanges(runs);
}

/** Keeps the order as it comes: a range stands only for neighbours that rise. */
function extend(runs: [number, number][], uid: number): void {
  const last = runs.at(-1);
  if (last && uid === last[1] + 1) last[1] = uid;
  else runs.push([uid, uid]);
}

/**
 * Command: RFC 9051 §6.4.7
 * Extends: RFC 4315 §3 (COPYUID)
 */
export const copy = defineCommand<TransferArgs>({
  name: 'COPY',
  uid: true,
  states: ['selected'],
  // By number: "COPY 3 Trash", "STORE 3 +FLAGS \Deleted" means one message, also where the COPY takes it away (Gmail).
  expunges: 'held',
  parse: readTransfer,
  run: ({ core, session, uid }, { set, path }) => {
    const selected = selectedOf(session);
    const { uids } = selected.resolve(set, uid);
    // Gone for good, but still numbered here: COPY is all or nothing (RFC 9051 §6.4.7; RFC 2180 §4.4.1).
    if (!uid && countGone(core.reads.snapshot(selected.mailboxId), uids) > 0) {
      throw new MailboxError('EXPUNGEISSUED', 'some of the messages no longer exist; nothing was copied');
    }
    if (uids.length === 0) return NOTHING;
    const code = copyUidCode(core.actions.copy(selected.mailboxId, rangesOf(uids), path, removerOf(session)));
    return code === undefined ? NOTHING : { code };
  },
});

/** RFC 4315 §3: no COPYUID when no message was copied. */
export const NOTHING = { text: 'no messages found' };
