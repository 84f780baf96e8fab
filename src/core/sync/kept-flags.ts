// A message that leaves an upstream's view (a date window that shrinks) takes along what the upstream keeps of its flags, and
// brings it back; what is kept here alone waits here, for as long as the message can be told from every other.
import { createHash } from 'node:crypto';
import { normalKeywords, SystemFlag } from '../../mail/flags.js';
import { type CopyRow, joinKeywords, splitKeywords } from '../../store/copies.js';
import type { Store } from '../../store/store.js';
import { isSame, keepsKeyword } from '../copy-flags.js';
import { certainKeyOf, knownOf } from './fingerprints.js';

/** Messages whose flags wait; about 200 bytes each. */
export const MOST_KEPT = 20_000;

function keyOf(store: Store, { messageId }: CopyRow): string | undefined {
  const known = knownOf(store, messageId);
  const certain = known && certainKeyOf(known);
  return certain === undefined ? undefined : createHash('sha1').update(certain, 'latin1').digest('base64');
}

/** Before the copy goes. \Deleted is not kept: what comes back was not meant to be deleted unseen. */
export function keepFlagsOf(store: Store, copy: CopyRow): void {
  if (copy.ownFlags === 0 && copy.ownKeywords === '') return;
  const source = store.sources.get(copy.sourceId);
  if (!source) return;
  const ownFlags = copy.ownFlags & ~source.keptSystemFlags & ~SystemFlag.Deleted;
  const ownKeywords = splitKeywords(copy.ownKeywords).filter((keyword) => !keepsKeyword(source, keyword));
  const key = ownFlags === 0 && ownKeywords.length === 0 ? undefined : keyOf(store, copy);
  if (key === undefined) return;
  const isOwn = (keyword: string) => ownKeywords.includes(keyword.toLowerCase());
  const keywords = splitKeywords(copy.keywords).filter(isOwn);
  store.keptFlags.keep(source.accountId, key, { ownFlags, flags: copy.flags & ownFlags, ownKeywords, keywords });
}

/** Before a copy that has just been listed, with its headers, is shown. */
export function giveFlagsBack(store: Store, accountId: number, copyId: number): void {
  const copy = store.copies.get(copyId);
  const key = copy && keyOf(store, copy);
  const kept = key === undefined ? undefined : store.keptFlags.take(accountId, key);
  if (!copy || !kept) return;
  const theirs = splitKeywords(copy.keywords).filter((keyword) => !kept.ownKeywords.includes(keyword.toLowerCase()));
  const after = {
    ...copy,
    ownFlags: copy.ownFlags | kept.ownFlags,
    flags: (copy.flags & ~kept.ownFlags) | kept.flags,
    ownKeywords: joinKeywords(normalKeywords([...splitKeywords(copy.ownKeywords), ...kept.ownKeywords])),
    keywords: joinKeywords(normalKeywords([...theirs, ...kept.keywords])),
  };
  if (!isSame(copy, after)) store.copies.setFlags(copy.id, after);
}
