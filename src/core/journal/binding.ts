// Ties a copy that a client made to the uid the upstream gave it, by COPYUID/APPENDUID or by looking for it.
import { type FlagSet, SystemFlag } from '../../mail/flags.js';
import { rangesOf } from '../../mail/sequence-set.js';
import type { CopyRow } from '../../store/copies.js';
import { splitKeywords } from '../../store/copies.js';
import type { SourceRow } from '../../store/sources.js';
import type { Store } from '../../store/store.js';
import type { HeaderRow, UpstreamSession } from '../../upstream/connector.js';
import { pushable } from '../actions/flags.js';
import {
  type FlagChange,
  isNoChange,
  isSame,
  isVisibleChange,
  keepsKeyword,
  type StillOurs,
  withConfirmed,
  withOwn,
} from '../copy-flags.js';
import { removeCopy } from '../sync/ingest.js';
import type { Work } from '../unit-of-work.js';
import type { JournalContext } from './context.js';
import { isSame as isSameMessage, lookAlikes, type Wanted, type Way } from './look-alikes.js';
import { firstSince, type Mark } from './mark.js';

type BindingContext = Pick<JournalContext, 'store' | 'accounts'>;

/** Binds the copy; what its flags have become meanwhile is owed as a change of flags. */
export function bindCopy(context: BindingContext, work: Work, copyId: number, uid: number, upstream: FlagSet): void {
  const { store } = context;
  const copy = store.copies.get(copyId);
  if (!copy) return;
  const other = store.copies.byUid(copy.sourceId, uid);
  if (other && other.id !== copy.id) absorb(store, work, copy, other);
  store.copies.bind(copy.id, uid, upstream);
  oweFlags(context.store, work, { ...copy, upstreamUid: uid }, upstream);
}

/** The sync had listed the upstream's message as one of its own: the client's copy takes over, the other leaves the view. */
function absorb(store: Store, work: Work, copy: CopyRow, other: CopyRow): void {
  if (other.messageId !== copy.messageId) {
    const ours = store.messages.get(copy.messageId);
    const theirs = store.messages.get(other.messageId);
    if (ours && theirs && !ours.bodyRef && theirs.bodyRef) store.messages.setBody(ours.id, theirs.bodyRef);
  }
  removeCopy(store, work, other);
}

/**
 * The copy's content as the upstream knows it: on a label store the same content stands in its other mailboxes too, and
 * which of those show it depends on all its copies (DESIGN §5, Gmail).
 */
export function identify({ store }: JournalContext, work: Work, copyId: number, emailId: string): void {
  const copy = store.copies.get(copyId);
  const ours = copy && store.messages.get(copy.messageId);
  if (!copy || !ours || ours.emailId !== null) return;
  const known = store.messages.byEmailId(ours.accountId, emailId);
  if (known === undefined) store.messages.setEmailId(ours.id, emailId);
  else {
    if (ours.bodyRef && !store.messages.get(known)?.bodyRef) store.messages.setBody(known, ours.bodyRef);
    if (store.messages.isOurs(ours.id)) store.messages.setOurs(known, true);
    store.copies.setMessage(copy.id, known);
    store.messages.removeIfOrphan(ours.id);
  }
  if (copy.leaving === 0) work.place(copy.id);
}

/** Compares the copy with what the upstream has now, and journals the difference. */
export function oweFlags(store: Store, work: Work, copy: CopyRow, upstream: FlagSet): void {
  const source = store.sources.get(copy.sourceId);
  if (!source) return;
  const wanted = { system: copy.flags, keywords: splitKeywords(copy.keywords) };
  const own = splitKeywords(copy.ownKeywords);
  const has = new Set(upstream.keywords.map((keyword) => keyword.toLowerCase()));
  const wants = new Set(wanted.keywords.map((keyword) => keyword.toLowerCase()));
  const change: FlagChange = {
    add: {
      system: wanted.system & copy.ownFlags & ~upstream.system,
      keywords: wanted.keywords.filter(
        (keyword) => own.includes(keyword.toLowerCase()) && !has.has(keyword.toLowerCase()),
      ),
    },
    remove: {
      system: upstream.system & copy.ownFlags & ~wanted.system,
      keywords: upstream.keywords.filter(
        (keyword) => own.includes(keyword.toLowerCase()) && !wants.has(keyword.toLowerCase()),
      ),
    },
  };
  const owed = pushable(change, source, false);
  // What leaves for another account ends in this one's Trash, with its flags.
  const isKept = copy.leaving === 0 || store.journal.ofCopy(copy.id).some(({ kind }) => kind === 'spool');
  if (!isNoChange(owed) && isKept) {
    work.owe({
      accountId: source.accountId,
      kind: 'flags',
      sourceId: source.id,
      payload: owed,
      targets: [{ copyId: copy.id }],
    });
  }
  settleOwn(store, work, copy.id, upstream);
}

/** Recomputes what of the copy's flags is still ours (copy-flags.ts), after a row was done or undone. */
export function settleOwn(store: Store, work: Work, copyId: number, upstream?: FlagSet): void {
  const copy = store.copies.get(copyId);
  if (!copy) return;
  const known = upstream
    ? { ...copy, upstreamFlags: upstream.system, upstreamKeywords: upstream.keywords.join(' ') }
    : copy;
  const after = withOwn(known, stillOurs(store, known));
  store.copies.setFlags(copy.id, after);
  if (copy.leaving === 0 && isVisibleChange(copy, after)) work.touch(copy);
}

/** What other rows still owe for the copy, and what its upstream cannot keep. */
export function stillOurs(store: Store, copy: CopyRow, owesMore = true): StillOurs {
  const source = store.sources.get(copy.sourceId);
  const keywords = new Set<string>();
  // \Deleted may be our overlay: it stays ours while it differs from what the upstream has.
  let system = (copy.flags ^ copy.upstreamFlags) & SystemFlag.Deleted;
  for (const row of owesMore ? store.journal.ofCopy(copy.id) : []) {
    if (row.kind !== 'flags') continue;
    const { add, remove } = JSON.parse(row.payload) as FlagChange;
    system |= add.system | remove.system;
    for (const keyword of [...add.keywords, ...remove.keywords]) keywords.add(keyword.toLowerCase());
  }
  if (source) system |= copy.ownFlags & ~source.keptSystemFlags;
  for (const keyword of source ? splitKeywords(copy.ownKeywords) : [])
    if (source && !keepsKeyword(source, keyword)) keywords.add(keyword);
  return { system, keywords };
}

/** Marks what the upstream has just confirmed for the copies. `owesMore`: other rows may concern them. */
export function confirmFlags(
  store: Store,
  work: Work,
  copies: readonly CopyRow[],
  { add, remove }: FlagChange,
  owesMore: boolean,
): void {
  const changes = copies.flatMap((copy) => {
    const told = { ...copy, upstreamFlags: (copy.upstreamFlags | add.system) & ~remove.system };
    const after = withConfirmed(copy, { add, remove }, stillOurs(store, told, owesMore));
    return isSame(copy, after) ? [] : [{ before: copy, after }];
  });
  store.copies.setAllFlags(changes.map(({ before, after }) => ({ ...after, id: before.id })));
  const seen = changes.filter(({ before, after }) => before.leaving === 0 && isVisibleChange(before, after));
  work.touchAll(seen.map(({ before }) => before));
}

/** A message found upstream by its fingerprint. */
export interface Found {
  readonly uid: number;
  readonly flags: FlagSet;
}

interface LookedUp extends Found {
  /** By all that is known of it, not by its name and size alone. */
  readonly isSame: boolean;
}

/**
 * Looks for the messages of copies among the uids from the mark on in the selected source (in all, if it has been
 * renumbered since). Uids that are bound to
 * other copies already are no candidates, except `withBound`.
 * @throws {UpstreamError}
 */
export async function findCopies(
  { store }: JournalContext,
  session: UpstreamSession,
  source: SourceRow,
  { copyIds, mark, way, withBound = false }: { copyIds: readonly number[]; mark: Mark; way: Way; withBound?: boolean },
): Promise<Map<number, LookedUp>> {
  const first = firstSince(mark, source);
  const uids = (await session.uids()).filter(
    (uid) => uid >= first && (withBound || !store.copies.byUid(source.id, uid)),
  );
  const candidates: HeaderRow[] = [];
  if (uids.length > 0) await session.fetchHeaders(rangesOf(uids), (rows) => void candidates.push(...rows));
  const wanted = new Map<number, Wanted>();
  for (const copyId of copyIds) {
    const message = store.messages.get(store.copies.get(copyId)?.messageId ?? 0);
    if (message) wanted.set(copyId, { ...message, headers: store.messages.listing(message.id)?.headers });
  }
  const found = new Map<number, LookedUp>();
  for (const [copyId, row] of lookAlikes(wanted, candidates, way)) {
    const message = wanted.get(copyId);
    found.set(copyId, { uid: row.uid, flags: row.flags, isSame: !!message && isSameMessage(message, row) });
  }
  return found;
}
