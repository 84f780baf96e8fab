// What the two ways of bringing a source up to date share (source-sync.ts, and rematch.ts after a renumbering).
import type { Logger } from '../../lib/logger.js';
import type { Mutex } from '../../lib/mutex.js';
import { UpstreamError } from '../../mail/errors.js';
import type { SourceRow, SourceState } from '../../store/sources.js';
import type { Store } from '../../store/store.js';
import type { ProviderTraits } from '../../upstream/connector.js';
import type { UnitOfWork } from '../unit-of-work.js';
import type { Ingest } from './ingest.js';
import type { Strays } from './strays-contract.js';

export interface SourceSyncContext {
  readonly store: Store;
  readonly unit: UnitOfWork;
  readonly ingest: Ingest;
  readonly strays: Strays;
  readonly traits: ProviderTraits;
  readonly logger: Logger;
  /** Held while a source's messages are matched again. */
  readonly rematching: Mutex;
}

/** Notes up to where the source is known. */
export function saveState(store: Store, source: SourceRow, { uidValidity, uidNext, highestModseq }: SourceState): void {
  if (source.uidValidity === uidValidity && source.uidNext === uidNext && source.highestModseq === highestModseq)
    return;
  store.sources.setState(source.id, { uidValidity, uidNext, highestModseq });
}

export function mustBeThere(store: Store, sourceId: number): SourceRow {
  const source = store.sources.get(sourceId);
  if (!source) throw new UpstreamError('permanent', 'the upstream mailbox is gone');
  return source;
}

const ORDER = ['inbox', 'sent', 'drafts', 'archive', 'trash', 'junk'];
const urgency = ({ role }: SourceRow): number => {
  const index = role ? ORDER.indexOf(role) : -1;
  return index < 0 ? ORDER.length : index;
};
/** The order in which sources are synchronised. */
export const byUrgency = (a: SourceRow, b: SourceRow): number => urgency(a) - urgency(b) || a.id - b.id;
