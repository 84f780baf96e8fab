// What the messages of a mailbox weigh (STATUS SIZE): read once, then kept up to date by uid. A message's size never changes.
import type { UidMap } from '../../store/uid-map.js';
import type { MailboxSnapshot } from '../core.js';

/** `sizes[i]` in bytes is that of the message `uids[i]`. */
export interface Sized {
  readonly uids: Uint32Array;
  readonly sizes: Uint32Array;
  readonly total: number;
}

/** Sizes of the newest snapshot of a mailbox; `keep`: of how many mailboxes they are remembered. */
export function createSizes(uidMap: Pick<UidMap, 'sizes'>, keep = 24): (snapshot: MailboxSnapshot) => Sized {
  const cache = new Map<number, Sized & { readonly uidValidity: number }>();
  return (snapshot) => {
    const { mailboxId, uidValidity, uids } = snapshot;
    const known = cache.get(mailboxId);
    const isSame = known?.uidValidity === uidValidity;
    // Snapshots share their uids until one comes or goes.
    if (known && isSame && known.uids === uids) return known;
    const made = { uidValidity, ...sizesOf(uidMap, snapshot, isSame ? known : undefined) };
    cache.delete(mailboxId);
    cache.set(mailboxId, made);
    const [oldest] = cache.keys();
    if (cache.size > keep && oldest !== undefined) cache.delete(oldest);
    return made;
  };
}

function sizesOf(uidMap: Pick<UidMap, 'sizes'>, { mailboxId, uids }: MailboxSnapshot, known: Sized | undefined): Sized {
  const sizes = new Uint32Array(uids.length);
  const lastKnown = known?.uids.at(-1) ?? 0;
  let total = 0;
  let i = 0;
  for (let at = 0; known && i < uids.length && (uids[i] ?? 0) <= lastKnown; i++) {
    while ((known.uids[at] ?? 0) < (uids[i] ?? 0)) at++;
    total += sizes[i] = known.sizes[at] ?? 0;
  }
  if (i < uids.length) {
    for (const [, bytes] of uidMap.sizes(mailboxId, lastKnown + 1)) total += sizes[i++] = bytes;
  }
  return { uids, sizes, total };
}
