// The part of core.ts that is about mailboxes as such, not the messages in them.
import type { Role } from '../mail/roles.js';
import type { Remover } from './removals/contract.js';

export type MailboxId = number & { readonly __brand: 'MailboxId' };

export interface Mailbox {
  readonly id: MailboxId;
  /** Unicode NFC, hierarchy delimiter `/`; the inbox is `INBOX`. */
  readonly path: string;
  readonly kind: 'unified' | 'account' | 'view';
  /** Set on unified mailboxes only (exactly one a role), so that LIST shows each SPECIAL-USE once. */
  readonly role: Role | undefined;
  /** Its SPECIAL-USE attribute (RFC 6154), at most one mailbox each: the role's, or one a client asked for. */
  readonly specialUse: string | undefined;
  /** False for a pure hierarchy level (\Noselect). */
  readonly selectable: boolean;
  readonly uidValidity: number;
}

export interface MailboxStatus {
  readonly messages: number;
  readonly unseen: number;
  readonly deleted: number;
  readonly uidNext: number;
  readonly uidValidity: number;
  readonly highestModseq: number;
  /** Worked out when they are looked at. */
  readonly sizeBytes: number;
  readonly deletedBytes: number;
}

/** The mailbox tree. Paths are Unicode NFC with `/`; `INBOX` in any case means the inbox. */
export interface Mailboxes {
  /** Sorted: unified in their fixed order, then the account trees. */
  list(): readonly Mailbox[];
  find(path: string): Mailbox | undefined;
  get(id: MailboxId): Mailbox | undefined;
  /** Subscribed paths, existing or not. */
  subscriptions(): ReadonlySet<string>;
  /** A mailbox need not exist (RFC 9051 §6.3.7). @throws {MailboxError} CANNOT, LIMIT for what cannot be a name */
  subscribe(path: string, subscribed: boolean): void;
  /**
   * With the SPECIAL-USE attributes asked for, all or nothing (RFC 6154 §3).
   * @throws {MailboxError} ALREADYEXISTS, CANNOT, LIMIT, USEATTR
   */
  create(path: string, specialUses?: readonly string[]): Mailbox;
  /** @throws {MailboxError} NONEXISTENT, ALREADYEXISTS, LIMIT, CANNOT (role mailboxes, between accounts) */
  rename(from: string, to: string): void;
  /** @throws {MailboxError} NONEXISTENT, CANNOT, HASCHILDREN */
  delete(path: string, by?: Remover): void;
}

/** What an account may hold, and holds, by what its provider told last. */
export interface QuotaRoot {
  /** The account's. */
  readonly name: string;
  readonly usedBytes: number;
  readonly limitBytes: number;
}

export interface Quotas {
  root(name: string): QuotaRoot | undefined;
  /** Those of all accounts whose messages the mailbox shows. */
  rootsOf(mailboxId: MailboxId): readonly QuotaRoot[];
}

/** `/private/comment`, in lower case (RFC 5464 §3.2). */
export interface Annotation {
  readonly entry: string;
  readonly value: Uint8Array;
}

/** Annotations of a mailbox, of the server as a whole where `mailboxId` is undefined: clients' own, and what we tell. */
export interface Annotations {
  of(mailboxId: MailboxId | undefined): readonly Annotation[];
  /**
   * All of the changes or none; an undefined value takes the entry away.
   * @throws {MailboxError} NOPERM for what is only told, USEATTR, `METADATA MAXSIZE n`, `METADATA TOOMANY`
   */
  set(
    mailboxId: MailboxId | undefined,
    changes: readonly { readonly entry: string; readonly value: Uint8Array | undefined }[],
  ): void;
}
