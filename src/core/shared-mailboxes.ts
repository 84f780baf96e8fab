// Mailboxes below a unified one, such as the Archive/2026 that Thunderbird archives into: shared by all accounts, each
// account's messages in a mailbox of its own below its own role mailbox, made on first use (DESIGN §5: what is put into
// a unified mailbox stays in its account).
import { type Role, UNIFIED_MAILBOXES } from '../mail/roles.js';
import type { SourceRow } from '../store/sources.js';
import type { Store } from '../store/store.js';
import type { AccountSettings } from './accounts.js';

/** Where a shared mailbox stands: below the unified mailbox of `role`. */
export interface SharedPlace {
  readonly role: Role;
  /** Path parts below the unified mailbox, at least one. */
  readonly below: readonly string[];
}

/** Undefined for every other path. INBOX has none: below it servers and clients keep ordinary mailboxes. */
export function sharedPlace(path: string): SharedPlace | undefined {
  const [top, ...below] = path.split('/');
  const [role] = UNIFIED_MAILBOXES.find(([known, name]) => name === top && known !== 'inbox') ?? [];
  return role && below.length > 0 ? { role, below } : undefined;
}

/** The path, in the account, of what feeds a shared mailbox; undefined while the account has nothing to stand it below. */
export function sharedSourcePath(
  { sources }: Store,
  account: AccountSettings,
  { role, below }: SharedPlace,
): readonly string[] | undefined {
  // Labels cannot stand below a system label: there the whole path is a label of its own.
  if (account.traits.archiveIsAll) return [UNIFIED_MAILBOXES.find(([known]) => known === role)?.[1] ?? role, ...below];
  const parent = sources.ofAccount(account.id).find((source) => source.role === role)?.path;
  const above = parent ?? account.traits.roleNames[role];
  return above && [...above, ...below];
}

export const isSamePath = (source: Pick<SourceRow, 'path'>, path: readonly string[] | undefined): boolean =>
  path !== undefined && source.path.length === path.length && path.every((part, i) => source.path[i] === part);
