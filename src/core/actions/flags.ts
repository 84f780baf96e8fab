import { indexIn } from '../../lib/ascending.js';
import { groupBy } from '../../lib/group-by.js';
import { MailboxError } from '../../mail/errors.js';
import { type FlagSet, SystemFlag, withoutAccountTag } from '../../mail/flags.js';
import { mergeRanges } from '../../mail/sequence-set.js';
import type { FlagSupport } from '../../store/sources.js';
import { changeOf, type FlagChange, isNoChange, keepsKeyword, withChange, withoutChange } from '../copy-flags.js';
import type { MailboxId, StoreRequest, StoreResult } from '../core.js';
import { type ActionContext, originOf, type Selected, selectedCopies } from './context.js';

/** Per message and in all; what real servers allow (Dovecot: mail_max_keyword_length and 26 names a Maildir). */
const MAX_KEYWORDS = 64;
const MAX_KEYWORD_LENGTH = 100;

/** STORE (RFC 9051 §6.4.6). @throws {MailboxError} LIMIT */
export function storeFlags(context: ActionContext, mailboxId: MailboxId, request: StoreRequest): StoreResult {
  const flags = withoutAccountTag(request.flags);
  checkKeywords(flags);
  const selected = selectedCopies(context, mailboxId, request.uids);
  const left = changedAfter(context, mailboxId, selected, request.unchangedSince);
  const changes = selected
    .filter(({ uid }) => !left.has(uid))
    .map((message) => ({ ...message, change: changeOf(message.copy, request.operation, flags) }))
    .filter(({ change }) => !isNoChange(change));
  if (changes.length > 0) applyChanges(context, mailboxId, changes);
  return { modified: mergeRanges(selected.filter(({ uid }) => left.has(uid)).map(({ uid }) => [uid, uid] as const)) };
}

/** @throws {MailboxError} LIMIT */
export function checkKeywords({ keywords }: FlagSet): void {
  if (keywords.length > MAX_KEYWORDS || keywords.some((keyword) => keyword.length > MAX_KEYWORD_LENGTH)) {
    throw new MailboxError('LIMIT', `at most ${MAX_KEYWORDS} keywords of ${MAX_KEYWORD_LENGTH} characters`);
  }
}

/** Those of the messages that have changed after the modseq (RFC 7162 §3.1.3, UNCHANGEDSINCE). */
function changedAfter(
  { snapshots }: ActionContext,
  mailboxId: MailboxId,
  selected: readonly Selected[],
  modseq: number | undefined,
): ReadonlySet<number> {
  if (modseq === undefined) return new Set();
  const { uids, modseqs } = snapshots.snapshot(mailboxId);
  return new Set(selected.flatMap(({ uid }) => ((modseqs[indexIn(uids, uid)] ?? 0) > modseq ? [uid] : [])));
}

interface Change extends Selected {
  readonly change: FlagChange;
}

function applyChanges(context: ActionContext, mailboxId: MailboxId, changes: readonly Change[]): void {
  const { store, unit } = context;
  const isAccountMailbox = store.mailboxes.get(mailboxId)?.kind === 'account';
  const origins = new Map(changes.map(({ copy }) => [copy.sourceId, originOf(context, copy)]));
  unit.durable((work) => {
    store.copies.setAllFlags(changes.map(({ copy, change }) => withChange(copy, change)));
    work.touchAll(changes.map(({ copy }) => copy));
    for (const { copy, change } of changes) {
      // It will go up with these flags already, and what is to be made of it upstream would have them as well.
      if (copy.upstreamUid === null) keepFrom(context, copy.id, change);
    }
    for (const group of groupBy(changes, ({ copy, change }) => `${copy.sourceId} ${changeKey(change)}`).values()) {
      const [first] = group;
      const origin = first && origins.get(first.copy.sourceId);
      if (!first || !origin) continue;
      // \Deleted in a unified mailbox, and anywhere on Gmail, stays here until EXPUNGE (providers.md §13.17).
      const pushesDeleted = isAccountMailbox && !origin.account.traits.deleteIsMoveToTrash;
      const payload = pushable(first.change, origin.source, pushesDeleted);
      // An unbound copy's flags go up with the append or move that will bind it.
      const targets = group.filter(({ copy }) => copy.upstreamUid !== null).map(({ copy }) => ({ copyId: copy.id }));
      if (isNoChange(payload) || targets.length === 0) continue;
      work.owe({ accountId: origin.account.id, kind: 'flags', sourceId: origin.source.id, payload, targets });
    }
  });
}

/** The copies that were made of this one before the change, and those made of them, are not concerned. */
function keepFrom({ store, ...rest }: ActionContext, copyId: number, change: FlagChange): void {
  for (const row of store.journal.ofCopy(copyId)) {
    for (const target of store.journal.targets(row.id)) {
      const made =
        target.copyId === copyId && target.newCopyId !== null ? store.copies.get(target.newCopyId) : undefined;
      if (!made || made.upstreamUid !== null) continue;
      store.copies.setFlags(made.id, withoutChange(made, change));
      keepFrom({ store, ...rest }, made.id, change);
    }
  }
}

/** The part of a change that the upstream can keep; the rest is our overlay (providers.md §13.16). */
export function pushable({ add, remove }: FlagChange, source: FlagSupport, pushesDeleted: boolean): FlagChange {
  const mask = source.keptSystemFlags & (pushesDeleted ? ~0 : ~SystemFlag.Deleted);
  const part = ({ system, keywords }: FlagSet): FlagSet => ({
    system: system & mask,
    keywords: keywords.filter((keyword) => keepsKeyword(source, keyword)),
  });
  return { add: part(add), remove: part(remove) };
}

const flagsKey = ({ system, keywords }: FlagSet): string => `${system} ${keywords.join(' ')}`;
/** The same for equal changes. */
const changeKey = ({ add, remove }: FlagChange): string => `${flagsKey(add)}/${flagsKey(remove)}`;
