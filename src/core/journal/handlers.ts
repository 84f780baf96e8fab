// How each kind of journal row is carried out. Every handler may be run again after a crash at any instant: idempotent
// commands are repeated; for the others `sent` says "look first" (DESIGN §7).
import type { JournalRow } from '../../store/journal.js';
import { keepBodies } from '../removals/keep-bodies.js';
import { type Lane, type LaneSession, Priority } from '../sync/lane.js';
import { carryAppend, carrySpool } from './append.js';
import type { JournalContext } from './context.js';
import { carryFlags } from './flags.js';
import { carryCreate, carryDelete, carryRename } from './folders.js';
import type { DeletePayload, ExpungePayload } from './payloads.js';
import { carryExpunge, carryTransfer } from './transfer.js';

export { undo } from './undo.js';

/**
 * Carries rows out (several only of kind `flags`, alike), confirms and deletes them; returns the sources that changed.
 * @throws {UpstreamError}
 */
export async function carryOut(context: JournalContext, lane: Lane, rows: readonly JournalRow[]): Promise<number[]> {
  const [row] = rows;
  // Spooling reads through the account's reader, which may be this very lane: as a job of it, it would wait for itself.
  if (row?.kind === 'spool') return carrySpool(context, row);
  if (row?.kind === 'expunge' || row?.kind === 'delete') await keepBodies(context, whatEnds(context, row));
  return lane.run(Priority.push, (session) => carryOnSession(context, session, rows));
}

/** The messages that the row deletes for good; none if they go to Trash. */
function whatEnds({ store }: JournalContext, row: JournalRow) {
  const payload = JSON.parse(row.payload) as Partial<ExpungePayload> & DeletePayload;
  const copies = row.kind === 'delete' ? store.copies.ofSource(row.sourceId ?? 0) : store.journal.targetCopies(row.id);
  const messageIds = payload.toTrash ? [] : copies.map(({ messageId }) => messageId);
  return { removedAt: payload.removedAt, messageIds, attempts: row.attempts };
}

async function carryOnSession(
  context: JournalContext,
  lane: LaneSession,
  rows: readonly JournalRow[],
): Promise<number[]> {
  const [row] = rows;
  switch (row?.kind) {
    case undefined:
      return [];
    case 'flags':
      return carryFlags(context, lane, rows);
    case 'copy':
    case 'move':
      return carryTransfer(context, lane, row);
    case 'expunge':
      return carryExpunge(context, lane, row);
    case 'append':
      return carryAppend(context, lane, row);
    case 'create':
      return carryCreate(context, lane, row);
    case 'rename':
      return carryRename(context, lane, row);
    case 'delete':
      return carryDelete(context, lane, row);
    default:
      throw new Error(`unknown journal row ${row?.kind}`);
  }
}
