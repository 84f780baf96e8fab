import type { Store } from '../../store/store.js';
import type { AccountSettings } from '../accounts.js';
import type { Deletions } from '../deletions.js';
import type { MessageBodies } from '../reads/bodies.js';
import type { RemovalLog } from '../removals/log.js';
import type { Strays } from '../sync/strays-contract.js';
import type { Tree } from '../sync/tree-contract.js';
import type { UnitOfWork } from '../unit-of-work.js';

/** What carrying out the journal needs. */
export interface JournalContext {
  readonly store: Store;
  readonly unit: UnitOfWork;
  readonly tree: Tree;
  readonly accounts: ReadonlyMap<number, AccountSettings>;
  readonly bodies: MessageBodies;
  readonly removals: RemovalLog;
  readonly strays: Strays;
  readonly deletions: Pick<Deletions, 'settled' | 'callOff' | 'resume'>;
  /** Whether a message with this Message-ID waits in the outbox: what is to stand in Sent is not decided yet. */
  isBeingSent(messageIdHeader: string): boolean;
}
