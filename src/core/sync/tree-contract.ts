// What brings our mailboxes in line with an upstream's (tree.ts does it).
import type { Role } from '../../mail/roles.js';
import type { SourceRow } from '../../store/sources.js';
import type { Store } from '../../store/store.js';
import type { UpstreamMailbox } from '../../upstream/connector.js';
import type { AccountSettings } from '../accounts.js';
import type { UnitOfWork, Work } from '../unit-of-work.js';

export interface Tree {
  /** Makes the unified and the merged-by-name mailboxes; once, at start. */
  prepare(): void;
  /** What LIST told, beside what is known of the account. */
  compare(account: AccountSettings, listed: readonly UpstreamMailbox[]): TreeDifference;
  /** Makes the sources and mailboxes that LIST told of and that are not there yet. */
  reconcile(account: AccountSettings, listed: readonly UpstreamMailbox[]): void;
  /** The source has another path upstream; false, and nothing is changed, where it would feed other mailboxes there. */
  renameSource(account: AccountSettings, source: SourceRow, to: UpstreamMailbox): boolean;
  /** A RENAME made here was refused, and is owed no more: the mailbox, and all below it, have the name the upstream has for it now. */
  renameBack(work: Work, account: AccountSettings, source: SourceRow): void;
  /** Whether nothing is owed for the source or for the account's tree. */
  mayDrop(sourceId: number): boolean;
  /** Takes a source that is gone out of every mailbox, if it may be. */
  drop(sourceId: number): void;
  /** The source's first listing is complete: shows it in the account's own mailbox. */
  showSource(sourceId: number): void;
  /** The first listings of these accounts are complete: shows them in the unified mailboxes, in date order. */
  mergeAccounts(accountIds: readonly number[]): void;
  /** The account's source of a role, made (upstream too) if there is none. @throws {RangeError} if the provider has no name for it */
  roleSource(work: Work, account: AccountSettings, role: Role): SourceRow;
  /** The account's source behind a mailbox below a unified one, made (upstream too) if there is none. @throws {RangeError} */
  sharedSource(work: Work, account: AccountSettings, path: string): SourceRow;
  /** A mailbox below a unified one has been made: shows in it what the accounts have there already. */
  connectShared(work: Work, accounts: readonly AccountSettings[]): void;
  /** Takes an account that is no longer configured out of every mailbox. */
  removeAccount(accountId: number): void;
}

export interface TreeDifference {
  /** Sources that are not there any more. */
  readonly gone: readonly SourceRow[];
  /** Mailboxes that are not known. */
  readonly fresh: readonly UpstreamMailbox[];
}

export interface TreeOptions {
  readonly store: Store;
  readonly unit: UnitOfWork;
  /** Mailboxes merged by name: path → paths of account mailboxes. */
  readonly merge: Readonly<Record<string, readonly string[]>>;
}
