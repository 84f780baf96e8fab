// How a removed message can be brought back as things are now. Looks into the store only.
import type { CopyRow } from '../../store/copies.js';
import type { JournalRow } from '../../store/journal.js';
import type { RemovalRow } from '../../store/removals.js';
import type { Store } from '../../store/store.js';
import type { AccountSettings } from '../accounts.js';
import { BEING_REMOVED, NOT_KEPT, notConfigured } from './reasons.js';

export type Plan =
  | { readonly way: 'there' }
  /** Its expunge has not been sent. */
  | { readonly way: 'calledOff'; readonly copy: CopyRow; readonly owed: JournalRow }
  /** Nor has the deletion of its mailbox. */
  | { readonly way: 'calledOff'; readonly deletion: JournalRow }
  | { readonly way: 'trash' | 'copy'; readonly copy: CopyRow }
  | { readonly way: 'cache'; readonly bodyRef: string }
  | { readonly way: 'undone' }
  | { readonly way: 'lost'; readonly reason: string };

export interface PlanContext {
  readonly store: Store;
  readonly accounts: ReadonlyMap<number, AccountSettings>;
  /** What others have put back may be another one of its like. */
  readonly isAlone?: boolean;
}

const lost = (reason: string): Plan => ({ way: 'lost', reason });

/** @param later what removed the message from Trash afterwards, if that is to be brought back too */
export function planFor(context: PlanContext, row: RemovalRow, later?: RemovalRow): Plan {
  const { store, accounts } = context;
  if (row.undoneAt !== null) return { way: 'undone' };
  if (!accounts.has(row.accountId)) return lost(notConfigured(addressOf(context, row)));
  const copies = store.copies.ofMessage(row.messageId);
  const own = copies.filter(({ sourceId }) => sourceId === row.sourceId);
  if (own.some(({ leaving }) => leaving === 0)) return { way: 'there' };
  const calledOff = callOff(store, own, row);
  if (calledOff && !isTakenAlong(context, row, copies)) return calledOff;
  if (!context.isAlone && store.removals.isBackSince(row)) return { way: 'there' };
  const trashed = inTrash(context, row, copies);
  if (trashed) return { way: 'trash', copy: trashed };
  const goesToTrash = row.trashCopyId !== null || accounts.get(row.accountId)?.traits.deleteIsMoveToTrash === true;
  // Where deleting means Trash the message's other labels go with it, whether we have heard of it yet or not.
  const isLabelled = accounts.get(row.accountId)?.traits.deleteIsMoveToTrash && store.sources.get(row.sourceId);
  const isHere = (copy: CopyRow) => copy.leaving === 0 && isUpstream(store, copy) && !isAstray(store, copy);
  // The newest: what is older may be a label that has gone with it.
  const label = isLabelled ? copies.filter(isHere).at(-1) : undefined;
  if (label && store.removals.isPartlyBack(row)) return { way: 'copy', copy: label };
  // The user has taken it out of Trash by himself: it is not wanted twice.
  if (goesToTrash && store.removals.isElsewhereSince(row)) return { way: 'there' };
  const other = isLabelled ? undefined : copies.find(isHere);
  if (other) return { way: 'copy', copy: other };
  const bodyRef = [row.bodyRef, later?.bodyRef, store.messages.get(row.messageId)?.bodyRef].find(
    (ref) => ref != null && store.bodyIndex.sizeOf(ref) !== undefined,
  );
  if (bodyRef) return { way: 'cache', bodyRef };
  if (own.length > 0 || copies.some((copy) => isAstray(store, copy))) return lost(BEING_REMOVED);
  return lost(NOT_KEPT);
}

const addressOf = ({ store }: PlanContext, { accountId }: RemovalRow): string =>
  store.accounts.list().find(({ id }) => id === accountId)?.address ?? '';

function callOff(store: Store, own: readonly CopyRow[], row: RemovalRow): Plan | undefined {
  for (const copy of own) {
    if (isAstray(store, copy)) continue;
    const owed = store.journal.ofCopy(copy.id).find(({ kind }) => kind === 'expunge');
    if (owed?.sent === 0) return { way: 'calledOff', copy, owed };
  }
  if (own.length === 0) return undefined;
  const deletion = store.journal.ofSource(row.sourceId).find(({ kind }) => kind === 'delete');
  return deletion?.sent === 0 ? { way: 'calledOff', deletion } : undefined;
}

/** Gmail: in Trash by another deletion it has lost this label too, whether its own removal from there is carried out or not. */
const isTakenAlong = (
  { store, accounts }: PlanContext,
  { accountId }: RemovalRow,
  copies: readonly CopyRow[],
): boolean =>
  accounts.get(accountId)?.traits.deleteIsMoveToTrash === true &&
  copies.some(
    (copy) => copy.leaving === 0 && store.sources.get(copy.sourceId)?.role === 'trash' && !isAstray(store, copy),
  );

/** Where the upstream's Trash holds it: the copy it became, another one of the content, or what looks the very same. */
function inTrash({ store, accounts }: PlanContext, row: RemovalRow, copies: readonly CopyRow[]): CopyRow | undefined {
  const isThere = (copy: CopyRow) => {
    const isMeant = copy.leaving === 0 && copy.sourceId !== row.sourceId && !isAstray(store, copy);
    const source = isMeant ? store.sources.get(copy.sourceId) : undefined;
    // It may have gone to the Trash of another account, which is configured no longer.
    return source?.role === 'trash' && accounts.has(source.accountId);
  };
  const known = row.trashCopyId === null ? undefined : store.copies.get(row.trashCopyId);
  if (known && isThere(known)) return known;
  const same = copies.find(isThere);
  if (same) return same;
  const trash = store.sources.ofAccount(row.accountId).find(({ role }) => role === 'trash');
  if (!trash || trash.id === row.sourceId) return undefined;
  return store.removals
    .lookAlikes(trash.id, row)
    .flatMap((id) => store.copies.get(id) ?? [])
    .find(isThere);
}

/** Not where it was, or to be where its message has not been seen: shown there, it would be a message that nobody has. */
const isAstray = ({ journal }: Store, { id, upstreamUid }: CopyRow): boolean =>
  upstreamUid === null && journal.isOfStray(id);

const isUpstream = ({ sources }: Store, { sourceId }: CopyRow): boolean => {
  const source = sources.get(sourceId);
  return source !== undefined && source.local === undefined;
};
