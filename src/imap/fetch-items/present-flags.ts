import type { InternedFlags, MailboxSnapshot } from '../../core/core.js';
import { indexIn, lowerBound } from '../../lib/ascending.js';

/** Finds ascending uids by walking along a snapshot: their index in it; -1 for a message that is gone. */
export function indexFinder({ uids }: MailboxSnapshot, firstUid: number): (uid: number) => number {
  let at = lowerBound(uids, firstUid);
  return (uid) => {
    while ((uids[at] ?? uid) < uid) at++;
    return uids[at] === uid ? at : -1;
  };
}

/** The flags of the message at an index; undefined for -1. */
export const flagsAt = ({ flagIds, flagTable }: MailboxSnapshot, index: number): InternedFlags | undefined =>
  index < 0 ? undefined : flagTable[flagIds[index] ?? 0];

/** Flags and modseq of one message; undefined if it is gone. */
export function presentOf(
  snapshot: MailboxSnapshot,
  uid: number,
): { flags: InternedFlags; modseq: number } | undefined {
  const index = indexIn(snapshot.uids, uid);
  const flags = flagsAt(snapshot, index);
  return flags && { flags, modseq: snapshot.modseqs[index] ?? 0 };
}

/** How many of the ascending uids are not in the snapshot any more. */
export function countGone(snapshot: MailboxSnapshot, uids: Uint32Array): number {
  const find = indexFinder(snapshot, uids[0] ?? 0);
  let gone = 0;
  for (const uid of uids) if (find(uid) < 0) gone++;
  return gone;
}
