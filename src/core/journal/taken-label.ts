import type { CopyRow } from '../../store/copies.js';
import type { Store } from '../../store/store.js';
import { withUnkept } from '../copy-flags.js';
import type { Work } from '../unit-of-work.js';

/**
 * A MOVE to a label that the message had already ends at the copy that stood there, and so does the COPY by which an undone
 * deletion brings a label back (removals/labels.ts). That copy has been taken away upstream before it was carried out: the user
 * wants the message there all the same, so that it makes a copy of its own.
 */
export function makeTargetAnew({ copies, journal, sources }: Store, work: Work, gone: CopyRow): void {
  const source = sources.get(gone.sourceId);
  for (const { journalId, copyId } of journal.transfersTo(gone.id)) {
    const moved = copies.get(copyId);
    if (!source || !moved) continue;
    const madeId = copies.insertUnbound(source.id, moved.messageId, withUnkept(moved, source));
    journal.setNewCopy(journalId, copyId, madeId);
    work.place(madeId);
  }
}
