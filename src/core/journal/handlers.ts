// How each kind of journal row is carried out. Every handler may be run again after a crash at any instant: idempotent
// commands are repeated; for the others `sent` says "look first" (DESIGN §7).

import { UpstreamError } from '../../mail/errors.js';
import type { JournalRow } from '../../store/journal.js';
import type { SourceRow } from '../../store/sources.js';
import { keepBodies } from '../removals/keep-bodies.js';
import { callOff, isRestored } from '../removals/restored.js';
import { type Lane, type LaneSession, Priority } from '../sync/lane.js';
import { carryAppend, carrySpool } from './append.js';
import type { JournalContext } from './context.js';
import { carryExpunge, trashOf } from './expunge.js';
import { carryFlags } from './flags.js';
import { carryCreate, carryDelete, carryRename } from './folders.js';
import type { DeletePayload, ExpungePayload, TransferPayload } from './payloads.js';
import { whereIs } from './still-there.js';
import { carryTransfer } from './transfer.js';

export { undo } from './undo.js';

/**
 * Carries rows out (several only of kind `flags`, alike), confirms and deletes them; returns the sources that changed.
 * @throws {UpstreamError}
 */
export async function carryOut(context: JournalContext, lane: Lane, rows: readonly JournalRow[]): Promise<number[]> {
  const [row] = rows;
  // Spooling reads through the account's reader, which may be this very lane: as a job of it, it would wait for itself.
  if (row?.kind === 'spool') return carrySpool(context, row);
  if (row?.kind === 'undelete') {
    // Nothing of it goes upstream, but what is owed behind it concerns what it shows again.
    await context.deletions.settled(row.id);
    return row.sourceId === null ? [] : [row.sourceId];
  }
  if (row?.kind === 'delete') {
    await context.deletions.settled(row.id);
    const settled = context.store.journal.get(row.id);
    return settled ? carryRemoval(context, lane, settled) : [];
  }
  if (row?.kind === 'expunge') return carryRemoval(context, lane, row);
  return carryOnLane(context, lane, rows);
}

/** What the upstream will delete for good is fetched first, where it is not here. */
async function carryRemoval(context: JournalContext, lane: Lane, row: JournalRow): Promise<number[]> {
  // Its message, stored here before the backup was made, has turned out to be there.
  if (row.kind === 'expunge' && isRestored(row) && callOff(context, row).length > 0) return [];
  await keepBodies(context, whatEnds(context, row));
  return carryOnLane(context, lane, [row]);
}

function carryOnLane(context: JournalContext, lane: Lane, rows: readonly JournalRow[]): Promise<number[]> {
  const [row] = rows;
  return lane.run(Priority.push, async (session) => {
    try {
      return await carryOnSession(context, session, rows);
    } catch (error) {
      if (!row || !(await isTargetRenamed(context, session, row, error))) throw error;
      return carryOnSession(context, session, [context.store.journal.get(row.id) ?? row]);
    }
  });
}

/** A refusal may mean that another client has renamed the mailbox something is put into; then it has its new name now. */
async function isTargetRenamed(
  context: JournalContext,
  lane: LaneSession,
  row: JournalRow,
  error: unknown,
): Promise<boolean> {
  if (!(error instanceof UpstreamError) || error.kind !== 'permanent') return false;
  const target = targetOf(context, row);
  return target !== undefined && (await whereIs(context, lane, target)).renamed !== undefined;
}

function targetOf(context: JournalContext, row: JournalRow): SourceRow | undefined {
  const source = context.store.sources.get(row.sourceId ?? 0);
  switch (row.kind) {
    case 'append':
      return source;
    case 'copy':
    case 'move':
      return context.store.sources.get((JSON.parse(row.payload) as TransferPayload).toSourceId);
    case 'expunge':
    case 'delete':
      return source && trashOf(context, source);
    default:
      return undefined;
  }
}

/** The messages that the row deletes for good; none if they go to Trash. */
function whatEnds({ store }: JournalContext, row: JournalRow) {
  const { toTrash, removedAt } = JSON.parse(row.payload) as Partial<ExpungePayload> & DeletePayload;
  const targets = () => store.journal.targetCopies(row.id).map(({ messageId }) => messageId);
  // A mailbox is too much to list: its removals tell.
  const messageIds = toTrash ? [] : row.kind === 'delete' ? undefined : targets();
  return { removedAt, sourceId: row.sourceId ?? 0, messageIds, attempts: row.attempts };
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
