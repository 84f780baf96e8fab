import { MailboxError } from '../../mail/errors.js';
import type { NumberRanges } from '../../mail/sequence-set.js';
import type { CopyRow } from '../../store/copies.js';
import type { MailboxRow } from '../../store/mailboxes.js';
import type { SourceRow } from '../../store/sources.js';
import type { Store } from '../../store/store.js';
import type { AccountSettings } from '../accounts.js';
import type { MailboxId } from '../core.js';
import { canonicalPath } from '../mailbox-names.js';
import type { Snapshots } from '../reads/snapshots.js';
import type { RemovalLog } from '../removals/log.js';
import type { Tree } from '../sync/tree-contract.js';
import type { UnitOfWork } from '../unit-of-work.js';

/** What every action needs. */
export interface ActionContext {
  readonly store: Store;
  readonly unit: UnitOfWork;
  readonly snapshots: Snapshots;
  readonly tree: Tree;
  readonly removals: RemovalLog;
  readonly accounts: ReadonlyMap<number, AccountSettings>;
  readonly defaultAccount: AccountSettings | undefined;
}

/** A message the client named, as it stands in the mailbox. */
export interface Selected {
  readonly uid: number;
  readonly copy: CopyRow;
}

/** The copies behind the uids of a mailbox, ascending; uids that are gone are left out. */
export function selectedCopies(context: ActionContext, mailboxId: MailboxId, ranges: NumberRanges): Selected[] {
  const { uidMap } = context.store;
  return ranges.flatMap(([low, high]) =>
    uidMap.copiesIn(mailboxId, low, high).map((copy) => ({ uid: copy.uid, copy })),
  );
}

/** The source row of a copy, with its account's settings. */
export function originOf(context: ActionContext, copy: CopyRow): { source: SourceRow; account: AccountSettings } {
  const source = context.store.sources.get(copy.sourceId);
  const account = source && context.accounts.get(source.accountId);
  if (!source || !account)
    throw new MailboxError('UNAVAILABLE', 'the account of this message is not configured any more');
  return { source, account };
}

/** A mailbox that can take messages. @throws {MailboxError} TRYCREATE, CANNOT */
export function targetMailbox(context: ActionContext, path: string): MailboxRow {
  const mailbox = context.store.mailboxes.byPath(canonicalPath(path));
  if (!mailbox) throw new MailboxError('TRYCREATE', 'there is no such mailbox');
  if (!mailbox.selectable || mailbox.kind === 'view')
    throw new MailboxError('CANNOT', 'this mailbox cannot hold messages');
  return mailbox;
}
