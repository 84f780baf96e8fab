// Long work on facts that can be fetched again: a few hundred at a time, each slice a transaction of its own, and between
// two of them clients get their turn.
import { createTurns, type Turns } from '../lib/turns.js';
import type { UnitOfWork, Work } from './unit-of-work.js';

const SLICE = 500;

/** Does `each` with every item. Cut short by a crash, the slices before it stand. */
export async function inBatches<T>(
  unit: UnitOfWork,
  items: readonly T[],
  each: (work: Work, item: T) => void,
  turns: Turns = createTurns(),
): Promise<void> {
  for (let start = 0; start < items.length; start += SLICE) {
    unit.batch((work) => {
      for (const item of items.slice(start, start + SLICE)) each(work, item);
    });
    await turns.pause();
  }
}
