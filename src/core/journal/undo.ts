// What the upstream refuses for good is put back, visibly (promise 2): clients see FETCH, EXISTS or EXPUNGE for it.
import type { CopyRow } from '../../store/copies.js';
import type { JournalRow, JournalTarget } from '../../store/journal.js';
import type { Store } from '../../store/store.js';
import { recoveredSource } from '../local-sources.js';
import { removeSource } from '../sync/each-source.js';
import { removeCopy } from '../sync/ingest.js';
import type { Work } from '../unit-of-work.js';
import { settleOwn } from './binding.js';
import type { JournalContext } from './context.js';
import type { AppendPayload, ExpungePayload, SpoolPayload } from './payloads.js';
import { putBack } from './put-back.js';

/** Takes the row back; returns the sources that should be looked at again. */
export function undo(context: JournalContext, row: JournalRow): number[] {
  const { store, unit, deletions } = context;
  const sourceIds = unit.durable((work) => {
    const targets = store.journal.targets(row.id);
    noteRefused(store, row, targets);
    store.journal.remove(row.id);
    switch (row.kind) {
      case 'flags':
        for (const { copyId } of targets) settleOwn(store, work, copyId);
        break;
      case 'copy':
      case 'move':
      case 'spool':
        for (const { copyId, newCopyId } of targets) {
          const isMove =
            row.kind === 'move' || (row.kind === 'spool' && (JSON.parse(row.payload) as SpoolPayload).remove);
          if (isMove) putBack(context, work, copyId);
          const made = newCopyId === null ? undefined : store.copies.get(newCopyId);
          // A bound one stood there before (a label it had already).
          if (made?.upstreamUid === null) removeCopy(store, work, made);
        }
        break;
      case 'expunge':
        for (const { copyId } of targets) putBack(context, work, copyId);
        break;
      case 'append':
        for (const { copyId } of targets)
          undoAppend(context, work, store.copies.get(copyId), JSON.parse(row.payload) as AppendPayload);
        break;
      case 'create':
        undoCreate(context, work, row);
        break;
      case 'delete':
        deletions.callOff(work, row);
        break;
      default:
        // rename
        undoRename(context, work, row);
    }
    return row.sourceId === null ? [] : [row.sourceId];
  });
  if (row.kind === 'delete') deletions.resume();
  return sourceIds;
}

/** What it was to remove is back: brought back once more, it would be there twice. */
function noteRefused({ removals, copies }: Store, row: JournalRow, targets: readonly JournalTarget[]): void {
  const { removedAt: at } = JSON.parse(row.payload) as Partial<ExpungePayload>;
  const messageIds = targets.flatMap(({ copyId }) => copies.get(copyId)?.messageId ?? []);
  const what = { at: at ?? 0, sourceId: row.sourceId ?? 0 };
  if (row.kind === 'delete' && at !== undefined) removals.setRefused(Date.now(), what);
  else if (row.kind === 'expunge' && at !== undefined) removals.setRefused(Date.now(), { ...what, messageIds });
  else if (row.kind === 'move')
    removals.setRefused(Date.now(), { trashCopyIds: targets.flatMap(({ newCopyId }) => newCopyId ?? []) });
}

function undoAppend(context: JournalContext, work: Work, copy: CopyRow | undefined, payload: AppendPayload): void {
  const { store, bodies } = context;
  if (payload.originCopyId !== undefined) {
    if (payload.removeOrigin) putBack(context, work, payload.originCopyId);
    bodies.unpin(payload.bodyRef);
    if (copy) removeCopy(store, work, copy);
    return;
  }
  for (const copyId of payload.replaces ?? []) putBack(context, work, copyId);
  // The pin stays: these bytes are nowhere else.
  if (copy) recover(context, work, copy);
}

/** Moves a copy that no upstream will take into the local mailbox `Recovered`. */
function recover({ store }: JournalContext, work: Work, copy: CopyRow): void {
  const accountId = store.sources.get(copy.sourceId)?.accountId;
  if (accountId === undefined) return;
  const source = recoveredSource(store, work, accountId);
  const kept = store.copies.insertUnbound(source.id, copy.messageId, copy);
  removeCopy(store, work, copy);
  work.place(kept);
}

function undoCreate(context: JournalContext, work: Work, row: JournalRow): void {
  const { store } = context;
  const source = store.sources.get(row.sourceId ?? 0);
  if (!source) return;
  // What was stored there is nowhere else; its rows go with the mailbox, and must not find it missing and let go of its bytes.
  for (const owed of store.journal.ofSource(source.id)) {
    if (owed.kind !== 'append') continue;
    const copies = store.journal.targetCopies(owed.id);
    store.journal.remove(owed.id);
    for (const copy of copies) undoAppend(context, work, copy, JSON.parse(owed.payload) as AppendPayload);
  }
  // What was to be brought there still stands where it was, and shows there again when its row finds no mailbox.
  for (const copy of store.copies.ofSource(source.id)) removeCopy(store, work, copy);
  for (const feed of store.mailboxes.feedsOfSource(source.id)) {
    if (store.mailboxes.get(feed.mailboxId)?.kind === 'account') store.mailboxes.remove(feed.mailboxId);
  }
  store.mailboxes.removeFeedsOfSource(source.id);
  removeSource(store, source);
  work.ringTree();
}

function undoRename({ store, tree, accounts }: JournalContext, work: Work, row: JournalRow): void {
  const source = store.sources.get(row.sourceId ?? 0);
  const account = accounts.get(row.accountId);
  if (source && account) tree.renameBack(work, account, source);
}
