import type { Work } from '../unit-of-work.js';
import type { JournalContext } from './context.js';

/** A copy that an action was to take away stays after all: it shows again, under new uids. */
export function putBack({ store }: Pick<JournalContext, 'store'>, work: Work, copyId: number): void {
  if (!store.copies.get(copyId)) return;
  store.copies.setLeaving(copyId, false);
  work.place(copyId);
}
