import { MailboxError } from '../../mail/errors.js';
import type { CopyRow } from '../../store/copies.js';
import type { Appended, MailboxId } from '../core.js';
import type { AppendPayload } from '../journal/payloads.js';
import { oweRemoval } from '../journal/removal.js';
import type { Remover } from '../removals/contract.js';
import type { Work } from '../unit-of-work.js';
import { type AppendContext, type Appending, append } from './append.js';
import { selectedCopies } from './context.js';

export interface Replacement {
  readonly mailboxId: MailboxId;
  readonly uid: number;
  readonly path: string;
  readonly by?: Remover | undefined;
}

/**
 * REPLACE (RFC 8508): the new message and the end of the old one are one transaction here. Upstream the old one goes only
 * when the new one has been found there.
 * @throws {MailboxError} as append; EXPUNGEISSUED if the old message is gone
 */
export function replace(
  context: AppendContext,
  { mailboxId, uid, path, by }: Replacement,
  appending: Appending,
): Promise<Appended> {
  const { uidMap } = context.store;
  const numbering = uidMap.counters(mailboxId)?.uidValidity;
  return append(context, path, [appending], (work, [newCopyId]) => {
    // Numbered anew while the message was being taken apart, the mailbox calls another message by that uid.
    const isSame = uidMap.counters(mailboxId)?.uidValidity === numbering;
    const [old] = isSame ? selectedCopies(context, mailboxId, [[uid, uid]]) : [];
    if (!old) throw new MailboxError('EXPUNGEISSUED', 'the message no longer exists; nothing was stored');
    if (newCopyId !== undefined && newCopyId !== old.copy.id)
      giveWay(context, work, { old: old.copy, newCopyId, removedAt: noteOld(context, { mailboxId, by }, old.copy) });
  });
}

function noteOld(
  { store, removals }: AppendContext,
  { mailboxId, by }: Pick<Replacement, 'mailboxId' | 'by'>,
  old: CopyRow,
): number | undefined {
  return removals.note({ by, mailboxPath: store.mailboxes.get(mailboxId)?.path ?? '', copies: [[old.id, null]] });
}

interface GivingWay {
  readonly old: CopyRow;
  readonly newCopyId: number;
  readonly removedAt: number | undefined;
}

function giveWay(context: AppendContext, work: Work, { old, newCopyId, removedAt }: GivingWay): void {
  const { store } = context;
  const replaces = [old.id, ...takeOver(context, old.id)];
  store.copies.setLeaving(old.id, true);
  work.withdraw(old.id);
  const own = appendRowOf(context, newCopyId);
  if (own) store.journal.setPayload(own.id, { ...own.payload, replaces, removedAt } satisfies AppendPayload);
  // What has been filed already takes its place (promise 4): nothing to wait for.
  else for (const copyId of replaces) oweRemoval(context, work, { copyId, removedAt });
}

/** What the old message itself was to replace, if it has not reached its provider yet, is now replaced by the new one. */
function takeOver(context: AppendContext, copyId: number): readonly number[] {
  const row = appendRowOf(context, copyId);
  if (!row?.payload.replaces) return [];
  const { replaces, ...payload } = row.payload;
  context.store.journal.setPayload(row.id, payload);
  return replaces;
}

function appendRowOf({ store }: AppendContext, copyId: number): { id: number; payload: AppendPayload } | undefined {
  const row = store.journal.ofCopy(copyId).find(({ kind }) => kind === 'append');
  return row && { id: row.id, payload: JSON.parse(row.payload) as AppendPayload };
}
