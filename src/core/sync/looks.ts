import { type LaneSession, Priority, type PriorityValue } from './lane.js';
import type { SourceSyncContext } from './source-state.js';
import { syncSource } from './source-sync.js';

export interface LooksOptions {
  readonly context: SourceSyncContext;
  readonly signal: AbortSignal;
  onWorker<T>(priority: PriorityValue, work: (lane: LaneSession) => Promise<T>): Promise<T>;
}

/** Looks at sources soon: one look after many actions. */
export function createLooks({ context, onWorker, signal }: LooksOptions): (sourceIds: readonly number[]) => void {
  const { store, logger } = context;
  /** Those that a look is queued for. */
  const looks = new Set<number>();
  return (sourceIds) => {
    for (const id of sourceIds) {
      if (looks.has(id) || !store.sources.get(id)?.present || signal.aborted) continue;
      looks.add(id);
      const look = onWorker(Priority.arrivals, (lane) => {
        looks.delete(id);
        return syncSource(context, lane, id, { flags: false });
      });
      look.catch((err: unknown) => {
        looks.delete(id);
        logger.info({ err }, 'a source could not be looked at after a change; the next poll will');
      });
    }
  };
}
