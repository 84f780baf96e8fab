import type { Logger } from '../../lib/logger.js';
import type { Trouble } from '../../mail/problems.js';
import type { Store } from '../../store/store.js';
import type { ProbeFacts, TraitReport, UpstreamSession } from '../../upstream/connector.js';
import type { AccountSettings } from '../accounts.js';
import type { Bell } from '../changes.js';
import type { AccountStatus, SourceProgress } from '../core.js';
import type { JournalContext } from '../journal/context.js';
import type { ReadOptions } from '../reads/upstream-reader.js';
import type { UnitOfWork } from '../unit-of-work.js';
import type { GateStatus } from './gate.js';
import type { Tree } from './tree-contract.js';

export interface ActorOptions {
  readonly account: AccountSettings;
  readonly store: Store;
  readonly unit: UnitOfWork;
  readonly tree: Tree;
  readonly bell: Bell;
  readonly journal: JournalContext;
  readonly prefetchDays: number;
  readonly logger: Logger;
  /** The first listing is complete, or has failed and nobody should wait for it: see first-listing.ts. */
  onListed(outcome: 'listed' | 'failed'): void;
  onSynced(): void;
  onProgress(): void;
  onProblem(subject: string, trouble: Trouble): void;
  onProblemOver(subject: string): void;
  /** The provider lets it in; it may not have done so before. */
  onSignedIn(): void;
  /** It can be reached again after the network was gone. */
  onNetworkBack(): void;
}

export interface ActorStatus extends GateStatus {
  readonly facts: ProbeFacts;
  readonly traits: readonly TraitReport[];
  readonly keywords: AccountStatus['keywords'];
  readonly synced: boolean;
  readonly sources: readonly SourceProgress[];
  readonly messagesPerSecond: number;
  readonly upstreamConnections: number;
}

export interface Actor {
  start(): void;
  status(): ActorStatus;
  /**
   * Looks at every source now, whatever the gateway's own caution says; with `force`, also while the provider wants a pause.
   * What is owed has been carried out then, or tried (a minute is waited for it).
   * @throws {UpstreamError}
   */
  syncNow(how: { readonly force: boolean }): Promise<void>;
  /** Another account could be reached again: this one is tried at once if it waits for the network. */
  networkIsBack(): void;
  /** Runs with the source selected on a connection for reading. @throws {UpstreamError} */
  read<T>(sourceId: number, how: ReadOptions, work: (session: UpstreamSession) => Promise<T>): Promise<T>;
  /** Looks at one source now. @throws {UpstreamError} */
  lookAt(sourceId: number): Promise<void>;
  close(): Promise<void>;
}
