import type { InternedFlags, MailboxSnapshot } from '../../core/core.js';
import { lowerBound } from '../../lib/ascending.js';

/** Finds the flags of ascending uids by walking along a snapshot; undefined for a message that is gone. */
export function flagsFinder(snapshot: MailboxSnapshot, firstUid: number): (uid: number) => InternedFlags | undefined {
  const { uids, flagIds, flagTable } = snapshot;
  let at = lowerBound(uids, firstUid);
  return (uid) => {
    while ((uids[at] ?? uid) < uid) at++;
    return uids[at] === uid ? flagTable[flagIds[at] ?? 0] : undefined;
  };
}

/** The flags of one message; undefined if it is gone. */
export function flagsOf({ uids, flagIds, flagTable }: MailboxSnapshot, uid: number): InternedFlags | undefined {
  const at = lowerBound(uids, uid);
  return uids[at] === uid ? flagTable[flagIds[at] ?? 0] : undefined;
}

/** How many of the ascending uids are not in the snapshot any more. */
export function countGone(snapshot: MailboxSnapshot, uids: Uint32Array): number {
  const find = flagsFinder(snapshot, uids[0] ?? 0);
  let gone = 0;
  for (const uid of uids) if (!find(uid)) gone++;
  return gone;
}
