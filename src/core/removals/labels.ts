// Gmail: a move to Trash takes every label away. Undone, the message has again those it had, not only the one it was removed from.
import type { RemovalRow } from '../../store/removals.js';
import type { SourceRow } from '../../store/sources.js';
import type { ActionContext } from '../actions/context.js';
import { withUnkept } from '../copy-flags.js';
import type { TransferPayload } from '../journal/payloads.js';
import type { Work } from '../unit-of-work.js';
import { knownSource } from './home.js';

interface Labels {
  readonly there: readonly SourceRow[];
  /** As the client called those that are there no longer. */
  readonly gone: readonly string[];
}

/** The other labels that a removed message had. */
export function labelsOf({ store, accounts }: Pick<ActionContext, 'store' | 'accounts'>, row: RemovalRow): Labels {
  const account = accounts.get(row.accountId);
  if (row.labels === '[]' || !account?.traits.deleteIsMoveToTrash) return { there: [], gone: [] };
  const there: SourceRow[] = [];
  const gone: string[] = [];
  for (const [id, path] of JSON.parse(row.labels) as [number, string[]][]) {
    const source = knownSource({ store }, row.accountId, [id, path]);
    if (source) there.push(source);
    else gone.push([account.name, ...path].join('/'));
  }
  return { there, gone };
}

/**
 * Inside a transaction: labels what has come back as the copy. A label that still shows here may be gone upstream, or go when the
 * deletion is carried out before this: its COPY is owed all the same, and does nothing to a message that has the label.
 */
export function relabel(context: ActionContext, work: Work, row: RemovalRow, copyId: number): void {
  const { copies } = context.store;
  const copy = copies.get(copyId);
  if (!copy) return;
  for (const source of labelsOf(context, row).there) {
    if (source.id === copy.sourceId) continue;
    const standing = copies
      .ofMessage(copy.messageId)
      .find(({ sourceId, leaving }) => sourceId === source.id && leaving === 0);
    const newCopyId = standing?.id ?? copies.insertUnbound(source.id, copy.messageId, withUnkept(copy, source));
    if (!standing) work.place(newCopyId);
    const payload: TransferPayload = { toSourceId: source.id };
    const targets = [{ copyId, newCopyId }];
    work.owe({ accountId: row.accountId, kind: 'copy', sourceId: copy.sourceId, payload, targets });
  }
}
