import type { CopyRow } from '../../store/copies.js';
import type { Work } from '../unit-of-work.js';

/**
 * What the user did to a message, and another client has moved that message away before it was carried upstream: such a
 * change follows the message (src/README.md, "Conflicts"; core/journal/strays.ts).
 */
export interface Strays {
  /** The copy is not upstream under its uid any more: out of the view, and forgotten unless something is owed for it. */
  depart(work: Work, copy: CopyRow): void;
  /** These copies have just been found upstream, or have got their headers. */
  arrived(work: Work, accountId: number, copyIds: readonly number[]): void;
  /** Whether the copy is one that has departed, or what a transfer of such a one is to make. */
  holds(accountId: number, copyId: number): boolean;
  /** A look at the source found everything that is bound in it; `newestCopyId`: the newest copy of all when it began. */
  lookedAt(sourceId: number, newestCopyId: number): void;
  /**
   * Every source of the account has been looked at since `roundBegan` (Unix ms): what departed before is nowhere, so that what
   * a move of it was to bring is not shown any more; what departed long before is given up.
   */
  expire(accountId: number, roundBegan: number): void;
}
