// What the rows of the journal say, by kind; stored as JSON.
import type { Mark } from './mark.js';

/** Of deletions: EXPUNGE, DELETE, and a MOVE to Trash. */
export interface MarkedPayload {
  /** It was owed in a backup, and may have been undone since: core/removals/restored.ts. */
  readonly restored?: boolean;
}

/** payload of `copy` and `move` */
export interface TransferPayload extends MarkedPayload {
  readonly toSourceId: number;
  /** The target just before the command was sent. */
  readonly mark?: Mark;
}

/** payload of `spool`: the first step of a transfer between accounts */
export interface SpoolPayload {
  readonly toSourceId: number;
  /** Remove the original once the new home has been verified. */
  readonly remove: boolean;
  /** The message may have been appended since then (a restored backup): it is looked for first. */
  readonly mark?: Mark;
}

/** How long a provider may take to file a sent copy by itself. */
export const SENT_COPY_WAIT_MS = 30_000;

/** payload of `append` */
export interface AppendPayload extends MarkedPayload {
  readonly bodyRef: string;
  readonly sizeBytes: number;
  readonly internalDate: number;
  /** The target just before the first attempt. */
  readonly mark?: Mark;
  /** A sent copy: the provider may file one by itself; look before appending, until this time (ms). */
  readonly awaitUntil?: number;
  /** The copy this one replaces (a move between accounts), removed after verification. */
  readonly originCopyId?: number;
  readonly removeOrigin?: boolean;
  /** Copies that this one has taken the place of (REPLACE); removed when it has been found, put back when it is refused. */
  readonly replaces?: readonly number[];
  /** When they were replaced: as of an expunge. */
  readonly removedAt?: number | undefined;
}

/** payload of `expunge` */
export interface ExpungePayload extends MarkedPayload {
  readonly toTrash: boolean;
  /** When a client removed them: by this the removals are found (core/removals). */
  readonly removedAt?: number | undefined;
  /** The Trash just before the command was sent, where a move is COPY and EXPUNGE. */
  readonly mark?: Mark;
}

/** payload of `create` */
export interface CreatePayload {
  /** What it is to be called; its source may have to go by another name until the journal has come this far. */
  readonly path?: readonly string[];
}

/** payload of `rename` */
export interface RenamePayload {
  readonly to: readonly string[];
}

/** payload of `delete` */
export interface DeletePayload extends MarkedPayload {
  readonly mailboxPath: string;
  /** What was deleted is a mailbox below a unified one, and this account's part of it. */
  readonly sharedPath?: string;
  /** As of an expunge. */
  readonly mark?: Mark;
  /** As of an expunge. */
  readonly removedAt?: number | undefined;
  /** What is still to be done here first (core/deletions.ts). */
  readonly rest?: {
    /** The newest copy when it was deleted: what has a higher id came later. */
    readonly upTo: number;
    /** Who deleted it, and what it was called there: for undo. */
    readonly device: string;
    readonly shownAs: string;
    /** The mailboxes that are gone; entries of theirs may still be there. */
    readonly mailboxIds: readonly number[];
  };
}

/** payload of `undelete`: a deletion that was called off or refused, whose messages are shown again; nothing goes upstream */
export interface UndeletePayload {
  /** Entries of these, which were taken away, may still be there. */
  readonly mailboxIds: readonly number[];
}
