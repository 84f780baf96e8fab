import { groupBy } from '../../lib/group-by.js';
import { SystemFlag } from '../../mail/flags.js';
import { type NumberRanges, rangesOf } from '../../mail/sequence-set.js';
import type { MailboxId } from '../core.js';
import type { ExpungePayload } from '../journal/payloads.js';
import { removeLocal } from '../local-sources.js';
import type { Remover } from '../removals/contract.js';
import { type ActionContext, originOf, type Selected, selectedCopies } from './context.js';

const ALL: NumberRanges = [[1, Number.MAX_SAFE_INTEGER]];

/**
 * EXPUNGE / UID EXPUNGE (RFC 9051 §6.4.3, §6.4.9): takes those of `uids` that carry \Deleted, in one transaction.
 * Upstream this is UID EXPUNGE of exactly these, or a MOVE to Trash where deleting means that (Gmail); never a bare EXPUNGE.
 */
export function expunge(
  context: ActionContext,
  mailboxId: MailboxId,
  uids: NumberRanges | undefined,
  by?: Remover,
): NumberRanges {
  const { store, unit } = context;
  const among = selectedCopies(context, mailboxId, uids ?? ALL);
  const selected = among.filter(({ copy }) => (copy.flags & SystemFlag.Deleted) !== 0);
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
