import type { Store } from '../../store/store.js';
import type { Work } from '../unit-of-work.js';

/** A copy that an action was to take away stays after all: it shows again, under new uids. */
export function putBack({ store }: { readonly store: Store }, work: Work, copyId: number): void {
  if (!store.copies.get(copyId)) return;
  store.copies.setLeaving(copyId, false);
  work.place(copyId);
}
