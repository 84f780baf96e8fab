// What a test can order of a fake upstream, and do to it.
import type { UpstreamError } from '../../src/mail/errors.js';
import type { FlagSet } from '../../src/mail/flags.js';
import type { UpstreamUid } from '../../src/mail/ids.js';
import type { Role } from '../../src/mail/roles.js';
import type { Connector, SourcePath, UpstreamQuota, UpstreamSession } from '../../src/upstream/connector.js';
import type { ConnectorTraits } from '../../src/upstream/providers/provider.js';
import type { FakeMailbox, FakeMessage, FlagChange } from './fake-upstream-model.js';

/** A path, or one part of it at top level. */
export type PathLike = SourcePath | string;

export interface FakeUpstreamOptions {
  readonly condstore?: boolean;
  /** Implies condstore. */
  readonly qresync?: boolean;
  readonly move?: boolean;
  readonly uidplus?: boolean;
  /** False: COPY and MOVE tell no COPYUID, UIDPLUS or not. */
  readonly tellsCopyUid?: boolean;
  readonly idle?: boolean;
  /** Waiting tells nothing. */
  readonly silentIdle?: boolean;
  /** Whether new keywords are kept (`\*` in PERMANENTFLAGS). */
  readonly keywords?: boolean;
  /** New keywords are dropped without a word, although PERMANENTFLAGS has `\*`. */
  readonly dropsKeywords?: boolean;
  /** PERMANENTFLAGS, word for word; default: all system flags, and `\*` unless `keywords` says no. */
  readonly permanentFlags?: readonly string[];
  /** Gmail: one content, several labels; `emailId` set. */
  readonly labelStore?: boolean;
  readonly objectId?: boolean;
  readonly appendLimit?: number;
  readonly traits?: Partial<ConnectorTraits>;
  /** Mailboxes that exist from the start; default: INBOX, Drafts, Sent, Archive, Junk, Trash with their roles. */
  readonly mailboxes?: readonly (
    | PathLike
    | { readonly path: PathLike; readonly role?: Role; readonly selectable?: boolean }
  )[];
  /** A message that ends within a line gets a line end (Courier; Yahoo, by our hand). */
  readonly addsLineEnd?: boolean;
  readonly firstUidValidity?: number;
  /** Announces QUOTA; none is told before `setQuota`. */
  readonly quota?: boolean;
  /** Every command takes this long. */
  readonly latencyMs?: number;
}

/** The session methods, and `connect`. */
export type FakeMethod = Exclude<keyof UpstreamSession, 'capabilities' | 'closed' | symbol> | 'connect';

export interface FakeCall {
  /** Which session, counted from 1; 0 for connect. */
  readonly session: number;
  readonly method: FakeMethod;
  readonly args: readonly unknown[];
}

export interface DeliverOptions {
  readonly flags?: FlagSet;
  /** Unix time, seconds; default: a fixed day, one second later for each message. */
  readonly internalDate?: number;
  /** Same content as another message (label store). */
  readonly contentId?: string;
}

export type FailWhen = 'before' | 'halfway' | 'after';

export interface FailOptions {
  /**
   * `after`: the server carries it out, then the error is thrown (an unknown outcome). `halfway`: between the COPY and the
   * EXPUNGE of a `move` where the server has no MOVE.
   */
  readonly when?: FailWhen;
  readonly times?: number;
  /** Also kill the connection it happens on. */
  readonly cut?: boolean;
}

export interface FakeUpstream {
  readonly connector: Connector;
  /** Everything that was asked, in order. */
  readonly calls: FakeCall[];
  deliver(path: PathLike, bytes: Uint8Array | string, options?: DeliverOptions): UpstreamUid;
  setFlags(path: PathLike, uid: number, flags: FlagSet, change?: FlagChange): void;
  expunge(path: PathLike, ...uids: number[]): void;
  /** Another client's MOVE; returns the new uid. */
  move(path: PathLike, uid: number, to: PathLike): UpstreamUid;
  /** Another client's COPY; returns the new uid. */
  copy(path: PathLike, uid: number, to: PathLike): UpstreamUid;
  /** Copied by a move without MOVE whose EXPUNGE was refused for good: they stand in both mailboxes then. */
  readonly leftBehind: readonly FakeMessage[];
  /** PERMANENTFLAGS from now on, as SELECT tells them: of that mailbox, or of all that have none of their own. */
  keepFlags(permanentFlags: readonly string[], path?: PathLike): void;
  setQuota(quota: UpstreamQuota | undefined): void;
  create(path: PathLike, role?: Role): void;
  rename(from: PathLike, to: PathLike): void;
  remove(path: PathLike): void;
  /** New uidValidity and new uids, from `firstUid` (default 1), in the old order. */
  resetUidValidity(path: PathLike, firstUid?: number): void;
  /** New uids under the same uidValidity (QQ). */
  renumberSilently(path: PathLike, firstUid?: number): void;
  /** The provider's window: of the mailbox no more than the newest `count` are shown from now on. */
  showNewest(path: PathLike, count: number): void;
  /** The server gives no body for this message (Outlook's broken items). */
  hideBody(path: PathLike, uid: number): void;
  showBody(path: PathLike, uid: number): void;
  contents(path: PathLike): readonly FakeMessage[];
  /** uidValidity, uidNext …; undefined when there is no such mailbox. */
  mailbox(path: PathLike): Readonly<FakeMailbox> | undefined;
  paths(): readonly SourcePath[];
  /** Kills all sessions. */
  cut(): void;
  goOffline(): void;
  goOnline(): void;
  /** The next call (or the next `times`) of that method throws. */
  failNext(method: FakeMethod, error: UpstreamError, options?: FailOptions): void;
  /** Awaited before each call is carried out; for holding one up, or acting in its middle. */
  before: ((call: FakeCall) => void | Promise<void>) | undefined;
  openSessions(): number;
}
