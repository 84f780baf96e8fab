import { SystemFlag } from '../../mail/flags.js';
import { type NumberRanges, rangesOf } from '../../mail/sequence-set.js';
import type { MailboxId } from '../core.js';
import { type ActionContext, groupBy, originOf, selectedCopies } from './context.js';

const EVERYTHING: NumberRanges = [[1, 0xffff_ffff]];

/**
 * EXPUNGE / UID EXPUNGE (RFC 9051 §6.4.3, §6.4.9): takes those of `uids` that carry \Deleted. Upstream this is UID
 * EXPUNGE of exactly these, or a MOVE to Trash where deleting means that (Gmail); never a bare EXPUNGE.
 */
export function expunge(context: ActionContext, mailboxId: MailboxId, uids: NumberRanges | undefined): NumberRanges {
  const { store, unit } = context;
  const { flagIds, flagTable, uids: present } = context.snapshots.snapshot(mailboxId);
  const marked = [...present].filter((_, i) => (flagTable[flagIds[i] ?? 0]?.system ?? 0) & SystemFlag.Deleted);
  if (marked.length === 0) return [];
  const wanted = new Set(marked);
  const selected = selectedCopies(context, mailboxId, uids ?? EVERYTHING).filter(({ uid }) => wanted.has(uid));
  if (selected.length === 0) return [];
  unit.durable((work) => {
    for (const { copy } of selected) {
      store.copies.setLeaving(copy.id, true);
      work.withdraw(copy.id);
    }
    for (const group of groupBy(selected, ({ copy }) => `${copy.sourceId}`).values()) {
      const [first] = group;
      if (!first) continue;
      const { source, account } = originOf(context, first.copy);
      const isFinal = source.role === 'trash' || source.role === 'junk' || !account.traits.deleteIsMoveToTrash;
      const targets = group.map(({ copy }) => ({ copyId: copy.id }));
      work.owe({
        accountId: account.id,
        kind: 'expunge',
        sourceId: source.id,
        payload: { toTrash: !isFinal },
        targets,
      });
    }
  });
  return rangesOf(selected.map(({ uid }) => uid));
}
