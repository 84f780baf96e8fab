// What `gateway status` and the front ends may ask about the accounts.
import type { ProbeFacts, TraitReport } from '../upstream/connector.js';
import type { BudgetUse } from './limits/meter.js';

/** `waitingForDisk`: there is more to fetch, and the disk takes nothing. */
export type AccountState =
  | 'waitingForDisk'
  | 'connecting'
  | 'syncing'
  | 'ready'
  | 'offline'
  | 'needsSignIn'
  | 'throttled';

export interface SourceProgress {
  readonly path: string;
  readonly done: number;
  readonly total: number;
}

export interface AccountStatus {
  readonly name: string;
  readonly address: string;
  readonly provider: string;
  readonly state: AccountState;
  /** Why, in both languages (lib/languages.ts), when the state is not `ready`. */
  readonly reason: string | undefined;
  readonly synced: boolean;
  readonly sources: readonly SourceProgress[];
  readonly messagesPerSecond: number;
  readonly journalDepth: number;
  readonly oldestJournalMs: number;
  readonly lastError: string | undefined;
  readonly upstreamConnections: number;
  /** Unix milliseconds: left alone until then, because the provider asked for it or a budget is used up. */
  readonly pausedUntil: number | undefined;
  /** What was found out about its server, and what the gateway goes by. */
  readonly facts: ProbeFacts;
  readonly traits: readonly TraitReport[];
  /** Mailboxes that keep new keywords (`\*` in PERMANENTFLAGS), as last selected. */
  readonly keywords: { readonly kept: number; readonly of: number };
  /** What it has used of what its provider grants. */
  readonly budgets: readonly BudgetUse[];
}

export interface Problem {
  readonly account: string | undefined;
  /** What it is about: of one subject there is one problem an account. `connection`, `smtp`, `journal waits`, … */
  readonly subject: string;
  /** Both in English and Chinese (lib/languages.ts). */
  readonly text: string;
  readonly remedy: string;
  /** Unix time, milliseconds. */
  readonly since: number;
}

export type CoreEvent =
  | { readonly event: 'progress'; readonly account: string }
  | { readonly event: 'synced'; readonly account?: string }
  | { readonly event: 'problem'; readonly account?: string; readonly text: string; readonly remedy: string };

/** What a person must be told of an account, whatever mail program they use. */
export interface AccountAlert {
  readonly account: string;
  readonly kind: 'needsSignIn' | 'offline';
  /** The message in INBOX that says what to do is there still. */
  hasNotice(): boolean;
}

/** What clients have handed over to be sent. */
export interface Submissions {
  readonly queued: number;
  readonly failed: number;
  /** By account, of those queued that could not be sent so far. */
  readonly waiting: readonly {
    readonly account: string;
    readonly messages: number;
    /** The server's words about the one tried last, in one line; the gateway's own in both languages (lib/languages.ts). */
    readonly reason: string;
    /** Unix milliseconds; undefined where the account is held, or not configured any more. */
    readonly nextAttemptAt: number | undefined;
    /** Unix milliseconds: until then nothing is sent through the account; undefined where nothing holds it. */
    readonly heldUntil: number | undefined;
  }[];
}

export interface Overview {
  accounts(): readonly AccountStatus[];
  problems(): readonly Problem[];
  /** Accounts the user is told about now; the same array until that changes. */
  alerts(): readonly AccountAlert[];
  submissions(): Submissions;
  /**
   * Looks at every source of the account (all accounts when undefined) now, and tries to send what waits; with `force`, also
   * where the provider has asked for a pause. @throws {MailboxError} NONEXISTENT; UNAVAILABLE with a line for each that failed,
   * and those lines in Chinese as `chinese`
   */
  syncNow(account: string | undefined, how?: { readonly force?: boolean }): Promise<void>;
  onEvent(listener: (event: CoreEvent) => void): () => void;
}
