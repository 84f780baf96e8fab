// What the front ends (imap, smtp, later web) may ask of the gateway. They see mailboxes and uids; nothing of
// accounts' connections, of SQL, or of providers. Everything answered here is already durable (DESIGN §7).
import type { FlagSet } from '../mail/flags.js';
import type { Uid } from '../mail/ids.js';
import type { SearchCriteria, SearchHits, SearchResult } from '../mail/search-criteria.js';
import type { NumberRanges } from '../mail/sequence-set.js';
import type { SortCriterion } from '../mail/sort-order.js';
import type { ThreadAlgorithm, ThreadForest } from '../mail/threads.js';
import type { Login } from './login/contract.js';
import type { Removals, Remover } from './removals/contract.js';

export type { Device, Login, LoginAttempt, ScramAttempt } from './login/contract.js';
export type { NextUndo, RemovalBatch, Removals, RemovedMessage, Remover, UndoWay } from './removals/contract.js';

import type { Appended, AppendMessage, Spooled, SpoolWriter } from './incoming.js';

export type { Appended, AppendMessage, Spooled, SpoolWriter } from './incoming.js';

import type { Annotations, Mailboxes, MailboxId, MailboxStatus, Quotas } from './mailbox-contract.js';

export type {
  Annotation,
  Annotations,
  Mailbox,
  Mailboxes,
  MailboxId,
  MailboxStatus,
  QuotaRoot,
  Quotas,
} from './mailbox-contract.js';

/** A set of flags that occurs in the store, interned: equal sets are the same object. */
export interface InternedFlags extends FlagSet {
  /** What stands between the parentheses of FLAGS (…). */
  readonly wire: string;
}

/**
 * A mailbox as of one modseq. Immutable and shared between sessions: a change makes a new snapshot. Index i of each
 * array is the i-th message, uids ascending.
 */
export interface MailboxSnapshot {
  readonly mailboxId: MailboxId;
  readonly uidValidity: number;
  readonly uidNext: number;
  /** Our own counter, < 2^53, hence a number; upstream modseqs are bigint. */
  readonly modseq: number;
  readonly uids: Uint32Array;
  /** Indexes into `flagTable`. */
  readonly flagIds: Uint32Array;
  readonly modseqs: Float64Array;
  readonly flagTable: readonly InternedFlags[];
}

/** Everything visible that happened to a mailbox after a modseq. */
export interface MailboxChanges {
  readonly modseq: number;
  readonly vanished: NumberRanges;
  /** Uids whose flags changed, and new uids; ascending. */
  readonly changed: readonly { readonly uid: Uid; readonly flags: InternedFlags; readonly modseq: number }[];
}

export interface FetchColumns {
  readonly envelope?: boolean;
  readonly bodyStructure?: boolean;
  readonly headers?: boolean;
  readonly modseq?: boolean;
  /** `emailId` and `threadId` */
  readonly objectIds?: boolean;
  readonly saveDate?: boolean;
  /** `lazy`: no upstream is asked for it. */
  readonly preview?: 'lazy' | 'made';
}

/** What the index knows of a message; a column that was not asked for is ''. Texts are WireText (write as latin1). */
export interface FetchRow {
  readonly uid: number;
  /** Unix time, seconds. */
  readonly internalDate: number;
  readonly sizeBytes: number;
  readonly modseq: number;
  /** After the word ENVELOPE. */
  readonly envelope: string;
  /** After the word BODYSTRUCTURE. */
  readonly bodyStructure: string;
  /** Raw block of the kept header fields (mail/header-fields.ts), closing empty line included. */
  readonly headers: string;
  /** objectids (RFC 8474 §7), if asked for; a thread's is '' where nobody knows one. */
  readonly emailId?: string;
  readonly threadId?: string;
  /** Unix time, seconds, if asked for; null where it is not known (RFC 8514 §4). */
  readonly saveDate?: number | null;
  /** The beginning of the text, wire-ready, if asked for (RFC 8970); null where it is not known. */
  readonly preview?: string | null;
}

/** The bytes of one message, from the cache or on their way from upstream. */
export interface MessageBody {
  /** True length in bytes (may differ from the RFC822.SIZE some providers claim). */
  readonly sizeBytes: number;
  /** The whole message in memory; for taking it apart. */
  bytes(): Promise<Uint8Array>;
  /** Bytes [start, end), clipped to the message. */
  stream(start?: number, end?: number): AsyncIterable<Uint8Array>;
}

export interface Transfer {
  readonly uidValidity: number;
  /** Pairs (source uid, new uid), ascending by source uid. */
  readonly pairs: readonly (readonly [Uid, Uid])[];
}

export interface StoreRequest {
  readonly uids: NumberRanges;
  readonly operation: 'add' | 'remove' | 'replace';
  readonly flags: FlagSet;
  /** CONDSTORE's UNCHANGEDSINCE: messages with a higher modseq are left alone and reported. */
  readonly unchangedSince?: number;
}

export interface StoreResult {
  /** Uids of UNCHANGEDSINCE that were left alone. */
  readonly modified: NumberRanges;
}

/** The reads of a mailbox; all answer from the index unless said otherwise. */
export interface Reads {
  snapshot(mailboxId: MailboxId): MailboxSnapshot;
  changesSince(mailboxId: MailboxId, modseq: number): MailboxChanges;
  status(mailboxId: MailboxId): MailboxStatus;
  /**
   * Rows of the given ascending uids, in batches, ascending; uids that are gone are left out. Waits for an upstream only
   * for messages whose listing has not been fetched yet.
   * @throws {UpstreamError} when those cannot be had now.
   */
  rows(mailboxId: MailboxId, uids: Uint32Array, columns: FetchColumns, signal: AbortSignal): AsyncIterable<FetchRow[]>;
  /**
   * Bodies of the given uids in that order; upcoming ones are fetched ahead within bounds. `undefined` for a message
   * that is gone, or that cannot be had now: then with the `error`, and the others are still given. Cached bodies touch
   * no upstream.
   */
  bodies(
    mailboxId: MailboxId,
    uids: Uint32Array,
    signal: AbortSignal,
  ): AsyncIterable<{ uid: Uid; body: MessageBody | undefined; error?: unknown }>;
  /** An account that cannot be reached fails no search: what was left open then is `unread`. */
  search(mailboxId: MailboxId, criteria: SearchCriteria, signal: AbortSignal): Promise<SearchResult>;
  /** Hits in order, as positions in `hits.uids` (RFC 5256 §3, SORT). */
  sort(mailboxId: MailboxId, hits: SearchHits, criteria: readonly SortCriterion[]): Promise<Uint32Array>;
  /** Threads; its messages are positions in `uids` (RFC 5256 §3, THREAD). */
  thread(mailboxId: MailboxId, uids: Uint32Array, algorithm: ThreadAlgorithm): Promise<ThreadForest>;
}

/**
 * What a client may do. Each is one transaction: local change + journal rows, then the bell (DESIGN §7). `by`: the command
 * that removes, for `gateway undo`.
 */
export interface Actions {
  /** @throws {MailboxError} LIMIT for too many or too long keywords */
  storeFlags(mailboxId: MailboxId, request: StoreRequest): StoreResult;
  /**
   * To Trash, where that takes the message out of every other mailbox (Gmail), it is a move.
   * @throws {MailboxError} TRYCREATE if there is no such mailbox, CANNOT if it cannot take messages
   */
  copy(mailboxId: MailboxId, uids: NumberRanges, toPath: string, by?: Remover): Transfer;
  /** @throws {MailboxError} as copy */
  move(mailboxId: MailboxId, uids: NumberRanges, toPath: string, by?: Remover): Transfer;
  /**
   * Removes those of `uids` (all when undefined) that carry \Deleted, in one transaction: of many, a few hundred at a time.
   * Returns what went.
   */
  expunge(mailboxId: MailboxId, uids: NumberRanges | undefined, by?: Remover): NumberRanges;
  /** Bytes; the largest message the mailbox takes. @throws {MailboxError} TRYCREATE, CANNOT */
  appendLimit(path: string): number;
  /** Opens the spool for an APPEND of this size. @throws {MailboxError} UNAVAILABLE when the disk is full */
  spool(sizeBytes: number): SpoolWriter;
  /**
   * Stores all of the messages or none (RFC 3502); whatever comes of it, their spools are gone afterwards.
   * @throws {MailboxError} TRYCREATE, CANNOT, TOOBIG, LIMIT, UNAVAILABLE
   */
  append(path: string, messages: readonly AppendMessage[]): Promise<Appended>;
  /**
   * Stores the message in the place of another, in one transaction (RFC 8508).
   * @throws {MailboxError} as append; EXPUNGEISSUED if the other is gone
   */
  replace(mailboxId: MailboxId, uid: number, path: string, message: AppendMessage, by?: Remover): Promise<Appended>;
}

/** The bell (STYLE §4): says only that something changed. Callbacks run synchronously after the commit and must not throw. */
export interface Changes {
  onMailbox(mailboxId: MailboxId, listener: () => void): () => void;
  onAnyMailbox(listener: (mailboxId: MailboxId) => void): () => void;
  /** The list of mailboxes or subscriptions changed. */
  onTree(listener: () => void): () => void;
  /** There are other alerts (`overview.alerts`). */
  onAlerts(listener: () => void): () => void;
  /** Clients have changed these annotations of the mailbox, of the server where it is undefined. */
  onAnnotations(listener: (id: MailboxId | undefined, entries: readonly string[]) => void): () => void;
}

/** A client's submission, spooled. */
export interface SubmissionRequest {
  readonly mailFrom: string;
  readonly rcptTo: readonly string[];
  readonly message: Spooled;
  readonly eightBit: boolean;
  readonly smtpUtf8: boolean;
}

export type SubmissionVerdict =
  | { readonly kind: 'delivered'; readonly text: string }
  | { readonly kind: 'queued'; readonly text: string }
  | { readonly kind: 'refused'; readonly replyCode: number; readonly text: string };

export interface Outbox {
  /** Whether this sender address belongs to one of the accounts (or is one of their identities). */
  isOwnAddress(address: string): boolean;
  /** Bytes; largest message any account takes, for EHLO's SIZE. */
  sizeLimit(): number;
  spool(sizeBytes: number): SpoolWriter;
  /**
   * Commits the submission, tries it at once, and answers with the upstream's verdict, or `queued` when there is none in
   * time (DESIGN §9). @throws {MailboxError} NOPERM for a foreign From, TOOBIG
   */
  submit(request: SubmissionRequest): Promise<SubmissionVerdict>;
}

import type { Overview } from './overview-contract.js';

export type {
  AccountAlert,
  AccountState,
  AccountStatus,
  CoreEvent,
  Overview,
  Problem,
  SourceProgress,
  Submissions,
} from './overview-contract.js';

export interface Core extends AsyncDisposable {
  readonly mailboxes: Mailboxes;
  readonly quotas: Quotas;
  readonly annotations: Annotations;
  readonly reads: Reads;
  readonly actions: Actions;
  readonly changes: Changes;
  readonly login: Login;
  readonly outbox: Outbox;
  readonly overview: Overview;
  readonly removals: Removals;
  /** Starts the accounts' actors. */
  start(): void;
}
