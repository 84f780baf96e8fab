// Deletions that a backup owes. They may have been undone since it was made, or the message be wanted again: whoever goes back to
// a backup loses no mail by it. What is there upstream still shows again; to delete it once more is one keystroke.

import { decodeHeaderText } from '../../mail/decoded-text.js';
import { safeText } from '../../mail/errors.js';
import { headerField, unfold } from '../../mail/header-block.js';
import type { WireText } from '../../mail/ids.js';
import type { JournalRow } from '../../store/journal.js';
import type { JournalContext } from '../journal/context.js';
import type { AppendPayload, MarkedPayload } from '../journal/payloads.js';
import { putBack } from '../journal/put-back.js';
import { giveUp } from '../journal/strays.js';
import { undo } from '../journal/undo.js';
import { removeCopy } from '../sync/ingest.js';
import type { Work } from '../unit-of-work.js';

/** So many messages are told by name. */
const NAMED = 3;

/** Messages that show again, and the first of them. */
export interface ShownAgain {
  readonly count: number;
  readonly first: readonly { readonly mailbox: string; readonly subject: string }[];
}

/** Whether it was a deletion in the backup that this gateway has been restored from (store/restore.ts). */
export const isRestored = ({ payload }: Pick<JournalRow, 'payload'>): boolean =>
  (JSON.parse(payload) as MarkedPayload).restored === true;

/**
 * Before anything is carried out. What the upstream has never had is left: an EXPUNGE of it is called off when it turns out to
 * be there (`callOff`). Returns the messages that show again, by account.
 */
export function callOffRestored(context: JournalContext): Map<number, ShownAgain> {
  const { store, unit } = context;
  const again = new Map<number, ShownAgain>();
  for (const { id: accountId } of store.accounts.list()) {
    const strays = store.journal.strays(accountId).filter(isRestored);
    if (strays.length > 0) unit.durable((work) => giveUp(store, work, strays));
    const copyIds: number[] = [];
    for (const kind of ['expunge', 'move', 'append', 'delete']) {
      for (const row of store.journal.ofAccountAndKind(accountId, kind).filter(isRestored))
        for (const copyId of callOff(context, row)) copyIds.push(copyId);
    }
    if (copyIds.length === 0) continue;
    const first = copyIds.slice(0, NAMED).flatMap((copyId) => nameOf(context, copyId) ?? []);
    again.set(accountId, { count: copyIds.length, first });
  }
  return again;
}

/** What a person knows the message by. */
function nameOf({ store }: JournalContext, copyId: number): ShownAgain['first'][number] | undefined {
  const copy = store.copies.get(copyId);
  const source = copy && store.sources.get(copy.sourceId);
  if (!source) return undefined;
  const headers = (store.messages.listing(copy.messageId)?.headers ?? '') as WireText;
  const subject = decodeHeaderText(unfold(headerField(headers, 'subject') ?? ''));
  return { mailbox: source.path.join('/'), subject: safeText(subject).slice(0, 80) };
}

/** Returns the copies that show again. */
export function callOff(context: JournalContext, row: JournalRow): readonly number[] {
  const { store, unit } = context;
  if (row.kind === 'delete') {
    const copyIds = store.copies.ofSource(row.sourceId ?? 0).map(({ id }) => id);
    undo(context, row);
    return copyIds;
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
    return known.map(({ copyId }) => copyId);
  });
}

/** What a REPLACE stores is stored all the same; what it was to take the place of stays beside it. */
function keepReplaced(context: JournalContext, work: Work, row: JournalRow): readonly number[] {
  const { copies, journal } = context.store;
  const { replaces = [], ...payload } = JSON.parse(row.payload) as AppendPayload;
  const isKnown = (copyId: number) => copies.get(copyId)?.upstreamUid != null;
  const known = replaces.filter(isKnown);
  const rest = replaces.filter((copyId) => !isKnown(copyId));
  journal.setPayload(row.id, { ...payload, ...(rest.length > 0 ? { replaces: rest } : {}) } satisfies AppendPayload);
  for (const copyId of known) putBack(context, work, copyId);
  return known;
}
