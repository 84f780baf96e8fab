// Where a removed message is put back: where it was, or in what has taken that mailbox's place, or in one made anew.
import { MailboxError } from '../../mail/errors.js';
import type { RemovalRow } from '../../store/removals.js';
import type { SourceRow } from '../../store/sources.js';
import type { ActionContext } from '../actions/context.js';
import { targetSource } from '../actions/transfer.js';
import type { Mailboxes } from '../core.js';
import { sharedPlace } from '../shared-mailboxes.js';
import type { Work } from '../unit-of-work.js';

/** The source; undefined if there is none any more. Inside a transaction: a role's mailbox may be made. */
export function homeOf(context: ActionContext, work: Work, row: RemovalRow): SourceRow | undefined {
  const { store, accounts } = context;
  const known = knownHome(context, row);
  if (known) return known;
  const target = store.mailboxes.byPath(row.mailboxPath);
  const account = accounts.get(row.accountId);
  if (!target?.selectable || !account || target.kind === 'view') return undefined;
  try {
    const { source } = targetSource(context, work, { target, account });
    return source.accountId === row.accountId ? source : undefined;
  } catch (error) {
    if (error instanceof MailboxError) return undefined;
    throw error;
  }
}

const knownHome = (context: Pick<ActionContext, 'store'>, row: RemovalRow): SourceRow | undefined =>
  knownSource(context, row.accountId, [row.sourceId, JSON.parse(row.sourcePath) as string[]]);

/** The upstream mailbox that was known by this id and path, or has its name now; undefined if there is none. */
export function knownSource(
  { store }: Pick<ActionContext, 'store'>,
  accountId: number,
  [id, path]: readonly [number, readonly string[]],
): SourceRow | undefined {
  const same = store.sources.get(id);
  const named = store.sources.byPath(accountId, path);
  return [same, named].find((source) => source !== undefined && isAlive({ store }, source));
}

function isAlive({ store }: Pick<ActionContext, 'store'>, source: SourceRow): boolean {
  if (source.local) return true;
  return (
    store.mailboxes.feedsOfSource(source.id).length > 0 &&
    !store.journal.ofSource(source.id).some(({ kind }) => kind === 'delete')
  );
}

/** Makes the mailbox again, if it is gone and its name says to which account it belongs. Not inside a transaction. */
export function makeHome(context: ActionContext, mailboxes: Mailboxes, row: RemovalRow): void {
  const account = context.accounts.get(row.accountId);
  if (!account || knownHome(context, row) || context.store.mailboxes.byPath(row.mailboxPath)) return;
  const isItsOwn = row.mailboxPath.startsWith(`${account.name}/`) || sharedPlace(row.mailboxPath) !== undefined;
  if (!isItsOwn && account.id !== context.defaultAccount?.id) return;
  try {
    mailboxes.create(row.mailboxPath);
  } catch (error) {
    // Then its messages go to `Recovered`.
    if (!(error instanceof MailboxError)) throw error;
  }
}
