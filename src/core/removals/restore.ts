// Brings one removed message back, as planned, in the transaction that also marks it as brought back: done twice, or cut
// short by a crash, it is there once.
import { SystemFlag } from '../../mail/flags.js';
import { type CopyRow, splitKeywords } from '../../store/copies.js';
import type { StrayRow } from '../../store/journal.js';
import type { Listing } from '../../store/messages.js';
import type { RemovalRow } from '../../store/removals.js';
import type { SourceRow } from '../../store/sources.js';
import { addCopy } from '../actions/append.js';
import type { ActionContext } from '../actions/context.js';
import { transferCopies } from '../actions/transfer.js';
import { withChange } from '../copy-flags.js';
import type { AppendPayload, TransferPayload } from '../journal/payloads.js';
import { putBack } from '../journal/put-back.js';
import { giveUp } from '../journal/strays.js';
import { recoveredSource } from '../local-sources.js';
import type { Work } from '../unit-of-work.js';
import type { UndoWay } from './contract.js';
import { homeOf } from './home.js';
import { relabel } from './labels.js';
import type { Plan } from './plan.js';

export interface Restoring {
  readonly row: RemovalRow;
  /** Taken along: what removed the same message from Trash later. */
  readonly later: RemovalRow | undefined;
  readonly plan: Plan;
  /** Of the body, where it has been made ready. */
  readonly ready: Ready | undefined;
}

/** A kept body: whole, on disk, taken apart. */
export interface Ready {
  readonly bodyRef: string;
  readonly sizeBytes: number;
  readonly listing: Listing;
}

/** A message that has come back under another id. */
export interface Link {
  readonly messageId: number;
  readonly newMessageId: number;
  readonly newCopyId: number;
}

/** What was done; `link` if the message is another row now. 'lost' if it has to be planned again. */
export interface Restored {
  readonly way: UndoWay;
  readonly link?: Link;
}

/** Inside a transaction. */
export function restore(context: ActionContext, work: Work, restoring: Restoring): Restored {
  const { row, later, plan } = restoring;
  const { store } = context;
  if (plan.way === 'lost' || plan.way === 'undone') return { way: plan.way };
  const ready = plan.way === 'cache' ? restoring.ready : undefined;
  if (plan.way === 'cache' && ready?.bodyRef !== plan.bodyRef) return { way: 'lost' };
  const done = carry(context, work, restoring);
  if (done.way === 'lost') return done;
  // The pin of a body that is appended is the append's now; one that is held by neither row is taken anew.
  const holder = ready && [row, later].find((one) => one?.bodyRef === ready.bodyRef);
  if (ready && !holder) store.bodyIndex.pin(ready.bodyRef);
  for (const one of later ? [row, later] : [row]) store.removals.setUndone(one.id, Date.now(), one === holder);
  return done;
}

function carry(context: ActionContext, work: Work, { row, plan, ready }: Restoring): Restored {
  switch (plan.way) {
    case 'calledOff':
      // The mailbox has been deleted again just now (removals.ts).
      if ('deletion' in plan) return { way: 'lost' };
      callOff(context, work, plan);
      return { way: 'calledOff' };
    case 'trash':
    case 'copy': {
      const to = homeOf(context, work, row) ?? inboxOf(context, row.accountId);
      if (!to) return { way: 'lost' };
      const kind = plan.way === 'trash' ? 'move' : 'copy';
      for (const id of transferCopies(context, work, { kind, copies: [{ copy: plan.copy, to }] })) {
        const made = context.store.copies.get(id);
        if (made) undelete(context, work, made);
        relabel(context, work, row, id);
      }
      return { way: plan.way };
    }
    case 'cache':
      // Were it seen elsewhere yet, it is wanted there too.
      giveUp(context.store, work, deletionsAstray(context, row));
      return ready ? appendAgain(context, work, row, ready) : { way: 'lost' };
    default:
      return { way: plan.way };
  }
}

function deletionsAstray({ store }: ActionContext, { accountId, messageId }: RemovalRow): StrayRow[] {
  const { journal, copies, sources } = store;
  const isToTrash = (payload: string) =>
    sources.get((JSON.parse(payload) as TransferPayload).toSourceId)?.role === 'trash';
  return journal
    .strays(accountId)
    .filter(({ copyId }) => copies.get(copyId)?.messageId === messageId)
    .filter(({ kind, payload }) => kind === 'expunge' || (kind === 'move' && isToTrash(payload)));
}

function callOff(
  context: ActionContext,
  work: Work,
  { copy, owed }: { readonly copy: CopyRow; readonly owed: { readonly id: number } },
): void {
  const { journal } = context.store;
  journal.removeTarget(owed.id, copy.id);
  if (journal.targets(owed.id).length === 0) journal.remove(owed.id);
  putBack(context, work, copy.id);
  undelete(context, work, copy);
}

/** What was expunged was marked \Deleted, and would go again with the next EXPUNGE. */
function undelete({ store, accounts }: ActionContext, work: Work, { id }: CopyRow): void {
  const copy = store.copies.get(id);
  if (!copy) return;
  const remove = { system: SystemFlag.Deleted, keywords: [] };
  const payload = { add: { system: 0, keywords: [] }, remove };
  const isMarked = (copy.flags & SystemFlag.Deleted) !== 0;
  if (isMarked) {
    store.copies.setFlags(id, withChange(copy, payload));
    work.touch(copy);
  }
  const source = store.sources.get(copy.sourceId);
  // An unbound copy's flags are compared when it is bound.
  const mayBeThere = (copy.upstreamFlags & SystemFlag.Deleted) !== 0 || isMarked;
  if (!source || source.local || copy.upstreamUid === null || !mayBeThere) return;
  if (accounts.get(source.accountId)?.traits.deleteIsMoveToTrash) return;
  work.owe({ accountId: source.accountId, kind: 'flags', sourceId: source.id, payload, targets: [{ copyId: id }] });
}

const inboxOf = ({ store }: ActionContext, accountId: number): SourceRow | undefined =>
  store.sources.ofAccount(accountId).find(({ role, present }) => role === 'inbox' && present);

/** Stored upstream anew; in `Recovered` where its mailbox cannot be had (and, by the journal, where no upstream takes it). */
function appendAgain(context: ActionContext, work: Work, row: RemovalRow, ready: Ready): Restored {
  const { store, accounts } = context;
  const owner = accounts.get(row.accountId);
  if (!owner) return { way: 'lost' };
  const source = homeOf(context, work, row) ?? recoveredSource(store, work, row.accountId);
  if (source.local) recoveredSource(store, work, row.accountId);
  const { bodyRef, sizeBytes, listing } = ready;
  const message = { bodyRef, sizeBytes };
  const flags = { system: row.flags, keywords: splitKeywords(row.keywords) };
  const newCopyId = addCopy({ store }, { source, owner, message, listing, date: row.internalDate, flags });
  work.place(newCopyId);
  if (!source.local) {
    const payload: AppendPayload = { ...message, internalDate: row.internalDate };
    work.owe({ accountId: owner.id, kind: 'append', sourceId: source.id, payload, targets: [{ copyId: newCopyId }] });
  }
  if (!source.local) relabel(context, work, row, newCopyId);
  const newMessageId = store.copies.get(newCopyId)?.messageId ?? 0;
  return {
    way: source.local ? 'recovered' : 'cache',
    link: { messageId: row.messageId, newMessageId, newCopyId },
  };
}
