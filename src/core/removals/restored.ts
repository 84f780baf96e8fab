// Deletions that a backup owes. They may have been undone since it was made, or the message be wanted again: whoever goes back to
// a backup loses no mail by it. What is there upstream still shows again; to delete it once more is one keystroke.

import type { JournalRow } from '../../store/journal.js';
import type { JournalContext } from '../journal/context.js';
import type { AppendPayload, MarkedPayload } from '../journal/payloads.js';
import { putBack } from '../journal/put-back.js';
import { giveUp } from '../journal/strays.js';
import { undo } from '../journal/undo.js';
import { removeCopy } from '../sync/ingest.js';
import type { Work } from '../unit-of-work.js';

/** Whether it was a deletion in the backup that this gateway has been restored from (store/restore.ts). */
export const isRestored = ({ payload }: Pick<JournalRow, 'payload'>): boolean =>
  (JSON.parse(payload) as MarkedPayload).restored === true;

/**
 * Before anything is carried out. What the upstream has never had is left: an EXPUNGE of it is called off when it turns out to
 * be there (`callOff`). Returns how many messages show again, by account.
 */
export function callOffRestored(context: JournalContext): Map<number, number> {
  const { store, unit } = context;
  const counts = new Map<number, number>();
  for (const { id: accountId } of store.accounts.list()) {
    const strays = store.journal.strays(accountId).filter(isRestored);
    if (strays.length > 0) unit.durable((work) => giveUp(store, work, strays));
    let count = 0;
    for (const kind of ['expunge', 'move', 'append', 'delete']) {
      for (const row of store.journal.ofAccountAndKind(accountId, kind).filter(isRestored))
        count += callOff(context, row);
    }
    if (count > 0) counts.set(accountId, count);
  }
  return counts;
}

/** Returns how many messages show again. */
export function callOff(context: JournalContext, row: JournalRow): number {
  const { store, unit } = context;
  if (row.kind === 'delete') {
    const count = store.copies.ofSource(row.sourceId ?? 0).length;
    undo(context, row);
    return count;
  }
  if (row.kind === 'append') return unit.durable((work) => keepReplaced(context, work, row));
  return unit.durable((work) => {
    const known = store.journal.targets(row.id).filter(({ copyId }) => store.copies.get(copyId)?.upstreamUid != null);
    for (const { copyId, newCopyId } of known) {
      store.journal.dropTarget(row.id, copyId);
      putBack(context, work, copyId);
      const made = newCopyId === null ? undefined : store.copies.get(newCopyId);
      if (made?.upstreamUid === null) removeCopy(store, work, made);
    }
    return known.length;
  });
}

/** What a REPLACE stores is stored all the same; what it was to take the place of stays beside it. */
function keepReplaced(context: JournalContext, work: Work, row: JournalRow): number {
  const { copies, journal } = context.store;
  const { replaces = [], ...payload } = JSON.parse(row.payload) as AppendPayload;
  const isKnown = (copyId: number) => copies.get(copyId)?.upstreamUid != null;
  const known = replaces.filter(isKnown);
  const rest = replaces.filter((copyId) => !isKnown(copyId));
  journal.setPayload(row.id, { ...payload, ...(rest.length > 0 ? { replaces: rest } : {}) } satisfies AppendPayload);
  for (const copyId of known) putBack(context, work, copyId);
  return known.length;
}
