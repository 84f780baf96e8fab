// The seam between the gateway's rules (core) and a mail provider. `upstream/imap` implements it over imapflow;
// test/support/fake-connector.ts in memory; test/contract runs one suite against all of them.
import type { FlagSet } from '../mail/flags.js';
import type { UpstreamUid, WireText } from '../mail/ids.js';
import type { Role } from '../mail/roles.js';
import type { NumberRanges } from '../mail/sequence-set.js';
import type { ServerProfile } from './profile.js';

export type { ProbeFacts, ServerProfile, TraitReport } from './profile.js';

/** Path parts of an upstream mailbox, Unicode NFC, without the personal namespace prefix (Courier's `INBOX.`). `['INBOX']` is the inbox. */
export type SourcePath = readonly string[];

/** What a signed-in server can do: read from CAPABILITY after login, corrected by the provider's data. */
export interface UpstreamCapabilities {
  readonly condstore: boolean;
  readonly qresync: boolean;
  readonly move: boolean;
  readonly uidplus: boolean;
  readonly idle: boolean;
  /** X-GM-EXT-1: identity is X-GM-MSGID, folders are labels. */
  readonly labelStore: boolean;
  /** RFC 8474 */
  readonly objectId: boolean;
  /** Bytes; undefined when the server does not say. */
  readonly appendLimit: number | undefined;
  /** The CAPABILITY words after login, upper case: for `gateway status` and the probe record. */
  readonly words: readonly string[];
}

export interface UpstreamMailbox {
  readonly path: SourcePath;
  /** From LIST attributes, else from the provider's name table; `inbox` for INBOX. */
  readonly role: Role | undefined;
  readonly selectable: boolean;
}

export interface SelectedSource {
  readonly uidValidity: number;
  /** Undefined when the server does not say. */
  readonly uidNext: number | undefined;
  readonly exists: number;
  readonly highestModseq: bigint | undefined;
  /** System flags that can be kept (bit mask), and whether new keywords can (`\*`). */
  readonly permanentSystemFlags: number;
  readonly keepsNewKeywords: boolean;
  /** Keywords listed in PERMANENTFLAGS, lower case. */
  readonly keepsKeywords: readonly string[];
}

/** One line of a mailbox listing. */
export interface ListingRow {
  readonly uid: UpstreamUid;
  readonly flags: FlagSet;
  /** Unix time, seconds. */
  readonly internalDate: number;
  readonly sizeBytes: number;
  /** X-GM-MSGID or RFC 8474 EMAILID; undefined when the server has neither. */
  readonly emailId: string | undefined;
  readonly threadId: string | undefined;
}

/** What a client's listing shows of a message, wire-ready. */
export interface HeaderRow extends ListingRow {
  /** The value of BODYSTRUCTURE as it goes after the item name, or undefined when the server's was broken or missing. */
  readonly bodyStructure: WireText | undefined;
  /** The block BODY[HEADER.FIELDS (KEPT_HEADER_FIELDS)] as it came, with the closing empty line. */
  readonly headers: WireText;
}

export interface FlagRow {
  readonly uid: UpstreamUid;
  readonly flags: FlagSet;
}

/** UIDs a COPY or MOVE gave: pairs by position, undefined when the server did not tell (no UIDPLUS, or not to be trusted). */
export interface Transferred {
  readonly uidValidity: number | undefined;
  readonly pairs: ReadonlyMap<UpstreamUid, UpstreamUid> | undefined;
}

export interface Appended {
  readonly uidValidity: number | undefined;
  readonly uid: UpstreamUid | undefined;
}

export interface AppendSource {
  readonly sizeBytes: number;
  /** May be called again when the append is retried. */
  open(): AsyncIterable<Uint8Array>;
}

export type FlagOperation = 'add' | 'remove';

/** The text searches that an index without the body cannot answer. */
export type UpstreamSearch =
  | { readonly key: 'header'; readonly field: string; readonly text: string }
  | { readonly key: 'body'; readonly text: string }
  | { readonly key: 'text'; readonly text: string };

/**
 * One signed-in IMAP connection. Commands are queued: one at a time on the wire, in call order. Every command has a
 * deadline; a connection that misses one is dead and every later call throws. All methods throw UpstreamError only:
 * `transient` (also for a lost connection), `permanent` (the server's NO/BAD to this very request), `auth`.
 * Methods below `select` act on the selected source and send sets ascending, split to the provider's command length.
 */
export interface UpstreamSession extends AsyncDisposable {
  readonly capabilities: UpstreamCapabilities;
  /** Resolves when the connection is gone, whoever ended it; never rejects. */
  readonly closed: Promise<void>;
  /** Counted to the end, also after the connection is gone. */
  traffic(): Traffic;

  listMailboxes(): Promise<readonly UpstreamMailbox[]>;
  /** Tries out what the selected source's messages can show, and notes it in the connector's profile. */
  probe(): Promise<void>;
  /** STATUS (MESSAGES UIDNEXT UIDVALIDITY [HIGHESTMODSEQ]); what the server leaves out is undefined. */
  status(path: SourcePath): Promise<SourceStatus>;
  /** What the account may hold and holds (RFC 9208); undefined where the server has or tells no limit of storage. */
  quota(): Promise<UpstreamQuota | undefined>;
  createMailbox(path: SourcePath): Promise<void>;
  renameMailbox(from: SourcePath, to: SourcePath): Promise<void>;
  deleteMailbox(path: SourcePath): Promise<void>;
  /** Streams the literal. Flags the server cannot keep are left out. */
  append(path: SourcePath, message: AppendSource, flags: FlagSet, internalDate: number | undefined): Promise<Appended>;

  /** Selects read-write; a second select of the same path asks the server again. */
  select(path: SourcePath): Promise<SelectedSource>;
  /** All uids there are, ascending. */
  uids(): Promise<Uint32Array>;
  /** Uids that the server's SEARCH gives for one text criterion (decoded, substring, case-insensitive), ascending. Only where `traits.searchTrusted`. */
  search(criterion: UpstreamSearch): Promise<Uint32Array>;
  /** `UID FLAGS INTERNALDATE RFC822.SIZE` (+ identity) in batches of up to 1,000, in the server's order; the next batch waits for `onBatch`. */
  fetchListing(uids: NumberRanges, onBatch: (rows: ListingRow[]) => void | Promise<void>): Promise<void>;
  /** The same with BODYSTRUCTURE and the kept header fields; one command, batches of up to 250. */
  fetchHeaders(uids: NumberRanges, onBatch: (rows: HeaderRow[]) => void | Promise<void>): Promise<void>;
  fetchFlags(uids: NumberRanges, onBatch: (rows: FlagRow[]) => void | Promise<void>): Promise<void>;
  /**
   * What changed since a modseq (RFC 7162). Needs `condstore`; `vanished` is told only with `qresync`.
   * Rows of messages that are new since then are included.
   */
  changesSince(
    modseq: bigint,
    onBatch: (rows: FlagRow[]) => void | Promise<void>,
  ): Promise<{ vanished: NumberRanges | undefined }>;
  /**
   * `BODY.PEEK[]` of several messages, pipelined; in any order, each once. `onBody` gets the bytes in pieces through the
   * iterable and must consume it. A uid that is gone, or that the server gives nothing for, is not called for.
   * Memory stays bounded: large messages are fetched in pieces.
   */
  fetchBodies(
    uids: readonly UpstreamUid[],
    onBody: (uid: UpstreamUid, body: AsyncIterable<Uint8Array>) => Promise<void>,
  ): Promise<void>;
  /**
   * Resolves with the keywords (lower case) that the server took and dropped, whatever its PERMANENTFLAGS say; from then on SELECT tells
   * that it keeps no new ones.
   */
  storeFlags(uids: NumberRanges, operation: FlagOperation, flags: FlagSet): Promise<readonly string[]>;
  copy(uids: NumberRanges, to: SourcePath): Promise<Transferred>;
  /** MOVE where the server has it, else COPY + \Deleted + UID EXPUNGE; without UIDPLUS it throws permanent and changes nothing. */
  move(uids: NumberRanges, to: SourcePath): Promise<Transferred>;
  /** \Deleted + UID EXPUNGE of exactly these; never a bare EXPUNGE. Without UIDPLUS it throws permanent. */
  expunge(uids: NumberRanges): Promise<void>;
  /**
   * Waits in IDLE (or polls by NOOP where there is none) on the selected source until the server tells of a change,
   * `signal` is aborted, or `maxMs` is over. A change that came before the call on this connection counts.
   */
  waitForChange(options: { signal: AbortSignal; maxMs: number }): Promise<'changed' | 'aborted' | 'timeout'>;
  /** LOGOUT, then close; never throws. */
  close(): Promise<void>;
}

export interface SourceStatus {
  readonly messages: number | undefined;
  readonly uidNext: number | undefined;
  readonly uidValidity: number | undefined;
  readonly highestModseq: bigint | undefined;
}

export interface UpstreamQuota {
  readonly usedBytes: number;
  readonly limitBytes: number;
}

/** What went over a connection since it was made, in bytes, before encryption. */
export interface Traffic {
  readonly received: number;
  readonly sent: number;
}

/** What a provider grants an account, as far as it is known; what is left out has no limit that we know of. */
export interface Budgets {
  /** By IMAP, in any 24 hours. */
  readonly downloadBytesPerDay?: number | undefined;
  readonly uploadBytesPerDay?: number | undefined;
  /** Sign-ins by IMAP and SMTP together. */
  readonly loginsPer15Minutes?: number | undefined;
  readonly messagesPerMinute?: number | undefined;
  readonly messagesPerDay?: number | undefined;
  readonly recipientsPerDay?: number | undefined;
}

/** Rules of a provider that core must obey, as data (providers.md). */
export interface ProviderTraits {
  readonly provider: string;
  /** Upstream connections core may hold at once (watcher + worker + reader). */
  readonly maxConnections: number;
  /** Restart IDLE / look again after this long. */
  readonly idleMs: number;
  readonly pollMs: number;
  /** How much of a source one flag re-scan reads, newest first, where there is no CONDSTORE. */
  readonly flagScanWindow: number;
  readonly flagScanMs: number;
  /** Whether the server's text SEARCH gives what RFC 9051 §6.4.4 says (QQ's, iCloud's and Yahoo's do not). */
  readonly searchTrusted: boolean;
  /** The server may give its messages other uids without a new UIDVALIDITY (QQ): known uids are checked at each SELECT. */
  readonly renumbersSilently: boolean;
  /** Gmail: \Deleted + EXPUNGE only removes a label; deleting is a MOVE to Trash. */
  readonly deleteIsMoveToTrash: boolean;
  /** The account's archive is its \All mailbox (Gmail). */
  readonly archiveIsAll: boolean;
  /** Whether submission through the provider's SMTP files a copy in Sent by itself; undefined: find out. */
  readonly savesSent: boolean | undefined;
  /** New user folders are made below this path (QQ: 其他文件夹); [] elsewhere. */
  readonly folderParent: SourcePath;
  /** Top-level parts not shown as a level of their own in the account's tree (`其他文件夹`, `[Gmail]`). */
  readonly flattened: readonly string[];
  /** Sources never synced nor shown, by name (Outlook's Outbox, Notes). */
  readonly skipped: readonly string[];
  readonly budgets: Budgets;
  /** Names for roles, used to create a role mailbox that is missing. */
  readonly roleNames: Readonly<Partial<Record<Role, SourcePath>>>;
}

/** Makes sessions of one account. */
export interface Connector {
  readonly traits: ProviderTraits;
  /** Undefined where there is nothing to find out. */
  readonly profile?: ServerProfile;
  /** Connects and signs in. @throws {UpstreamError} transient (unreachable, throttled), auth (refused), permanent (TLS, protocol). */
  connect(signal?: AbortSignal): Promise<UpstreamSession>;
}

/** A message on its way out. */
export interface OutgoingMessage {
  readonly mailFrom: string;
  readonly rcptTo: readonly string[];
  readonly sizeBytes: number;
  /** BODY=8BITMIME / SMTPUTF8 were asked for by the client. */
  readonly eightBit: boolean;
  readonly smtpUtf8: boolean;
  open(): AsyncIterable<Uint8Array>;
}

/** The upstream's verdict on a delivery attempt; partial refusals name the recipients. */
export interface DeliveryReceipt {
  readonly accepted: readonly string[];
  readonly rejected: readonly { readonly recipient: string; readonly replyCode: number; readonly text: string }[];
  readonly serverText: string;
}

/** The account's SMTP submission server. */
export interface Submitter {
  /**
   * One delivery attempt.
   * @throws {UpstreamError} transient (4xx, unreachable; `details.outcomeUnknown` when lost after the final dot),
   * permanent (5xx to MAIL, every RCPT or DATA), auth.
   */
  submit(message: OutgoingMessage, signal?: AbortSignal): Promise<DeliveryReceipt>;
}
