import { groupBy } from '../../lib/group-by.js';
import { SystemFlag } from '../../mail/flags.js';
import { type NumberRanges, rangesInclude, rangesOf } from '../../mail/sequence-set.js';
import type { MailboxId, MailboxSnapshot } from '../core.js';
import type { ExpungePayload } from '../journal/payloads.js';
import { removeLocal } from '../local-sources.js';
import type { Remover } from '../removals/contract.js';
import { type ActionContext, originOf, type Selected, selectedCopies } from './context.js';

/** Messages in one transaction: what others wait for meanwhile stays short. */
const AT_ONCE = 500;

/**
 * EXPUNGE / UID EXPUNGE (RFC 9051 §6.4.3, §6.4.9): takes those of `uids` that carry \Deleted, the first 500 of them.
 * Upstream this is UID EXPUNGE of exactly these, or a MOVE to Trash where deleting means that (Gmail); never a bare EXPUNGE.
 */
export function expunge(
  context: ActionContext,
  mailboxId: MailboxId,
  uids: NumberRanges | undefined,
  by?: Remover,
): NumberRanges {
  const { store, unit } = context;
  const marked = firstDeleted(context.snapshots.snapshot(mailboxId), uids);
  const selected = selectedCopies(context, mailboxId, rangesOf(marked));
  if (selected.length === 0) return [];
  const isNotice = ({ copy }: Selected) => store.sources.get(copy.sourceId)?.local === 'notice';
  unit.durable((work) => {
    const removedAt = context.removals.note({
      by,
      mailboxPath: store.mailboxes.get(mailboxId)?.path ?? '',
      copies: selected.filter((message) => !isNotice(message)).map(({ copy }) => [copy.id, null]),
    });
    const ids = selected.map(({ copy }) => copy.id);
    store.copies.setAllLeaving(ids);
    work.withdrawAll(ids);
    for (const group of groupBy(selected, ({ copy }) => `${copy.sourceId}`).values()) {
      const [first] = group;
      if (!first) continue;
      const { source, account } = originOf(context, first.copy);
      if (source.local) {
        for (const { copy } of group) removeLocal(store, work, copy);
        continue;
      }
      const isFinal = source.role === 'trash' || source.role === 'junk' || !account.traits.deleteIsMoveToTrash;
      const targets = group.map(({ copy }) => ({ copyId: copy.id }));
      work.owe({
        accountId: account.id,
        kind: 'expunge',
        sourceId: source.id,
        payload: { toTrash: !isFinal, removedAt } satisfies ExpungePayload,
        targets,
      });
    }
  });
  return rangesOf(selected.map(({ uid }) => uid));
}

function firstDeleted({ flagIds, flagTable, uids }: MailboxSnapshot, among: NumberRanges | undefined): number[] {
  const isMarked = flagTable.map(({ system }) => (system & SystemFlag.Deleted) !== 0);
  const marked: number[] = [];
  for (let i = 0; i < uids.length && marked.length < AT_ONCE; i++) {
    const uid = uids[i] ?? 0;
    if (isMarked[flagIds[i] ?? 0] && (!among || rangesInclude(among, uid))) marked.push(uid);
  }
  return marked;
}
