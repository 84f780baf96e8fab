// What the outbox is given, and what core does with it.

import type { Logger } from '../../lib/logger.js';
import type { Trouble } from '../../mail/problems.js';
import type { Database } from '../../store/database.js';
import type { SeenTime } from '../../store/seen-time.js';
import type { SubmissionStore } from '../../store/submissions.js';
import type { Submitter } from '../../upstream/connector.js';
import type { Outbox } from '../core.js';
import type { Limits } from '../limits/limits.js';
import type { MessageBodies } from '../reads/bodies.js';
import type { SentCopies } from '../sent-copies.js';

/** An account as the outbox needs it. */
export interface SendingAccount {
  readonly id: number;
  readonly name: string;
  readonly address: string;
  /** Lower case, its address included. */
  readonly identities: readonly string[];
  readonly submitter: Submitter;
  readonly limits: Limits;
  /** Whether the provider files a sent copy by itself; undefined: not known yet. */
  savesSent(): boolean | undefined;
  rememberSavesSent(savesSent: boolean): void;
}

export interface OutboxOptions {
  readonly database: Database;
  readonly submissions: SubmissionStore;
  readonly bodies: MessageBodies;
  readonly sentCopies: SentCopies;
  readonly seenTime: SeenTime;
  readonly accounts: readonly SendingAccount[];
  readonly sizeLimit: number;
  readonly logger: Logger;
  onProblem(accountId: number, subject: string, trouble: Trouble): void;
  onProblemOver(accountId: number, subject: string): void;
  /** How long a client waits for the upstream's verdict. */
  readonly verdictMs?: number;
  readonly watchSentMs?: number;
}

export interface OutboxRun extends AsyncDisposable {
  readonly outbox: Outbox;
  /** A recent submission with this Message-ID: the client's own APPEND to Sent is the same mail. */
  submittedBy(messageId: string): { accountId: number; savesSent: boolean | undefined } | undefined;
  /** Whether a submission with this Message-ID has not ended yet. */
  isBeingSent(messageId: string): boolean;
  counts(): { queued: number; failed: number };
  /** As SubmissionStore. */
  waiting: SubmissionStore['waiting'];
  /** What waits by our own caution alone is tried now; with `force`, also what the provider wants to wait. */
  retryNow(accountId: number, how: { readonly force: boolean }): void;
  /** What could not be sent because a server could not be reached is tried now. */
  networkIsBack(): void;
  start(): void;
}
