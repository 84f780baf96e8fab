import type { Logger } from '../../lib/logger.js';

export interface LookAgainOptions {
  isPresent(sourceId: number): boolean;
  /** Queues one look; `begun` is called when its turn has come. */
  look(sourceId: number, begun: () => void): Promise<void>;
  readonly logger: Logger;
}

/** Looks at sources that have just been changed: one look after many changes. */
export function createLookAgain({ isPresent, look, logger }: LookAgainOptions): (sourceIds: readonly number[]) => void {
  /** Those that a look is queued for. */
  const queued = new Set<number>();
  return (sourceIds) => {
    for (const id of sourceIds) {
      if (queued.has(id) || !isPresent(id)) continue;
      queued.add(id);
      look(id, () => queued.delete(id)).catch((err: unknown) => {
        queued.delete(id);
        logger.info({ err }, 'a source could not be looked at after a change; the next poll will');
      });
    }
  };
}
