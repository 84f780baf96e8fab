import { UpstreamError } from '../../mail/errors.js';
import type { JournalRow } from '../../store/journal.js';
import type { SourceRow } from '../../store/sources.js';
import type { UpstreamSession } from '../../upstream/connector.js';
import { removeCopy } from '../sync/ingest.js';
import type { LaneSession } from '../sync/lane.js';
import type { JournalContext, RenamePayload } from './context.js';

const exists = async (session: UpstreamSession, path: readonly string[]): Promise<boolean> =>
  (await session.listMailboxes()).some((mailbox) => JSON.stringify(mailbox.path) === JSON.stringify(path));

/** Does it, unless a refusal turns out to mean that it is done already (repeated after a crash, or by somebody else). */
async function doUnlessDone(action: () => Promise<void>, isDone: () => Promise<boolean>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.kind !== 'permanent' || !(await isDone())) throw error;
  }
}

export async function carryCreate(
  { store, unit }: JournalContext,
  { session }: LaneSession,
  row: JournalRow,
): Promise<number[]> {
  const source = store.sources.get(row.sourceId ?? 0);
  if (source)
    await doUnlessDone(
      () => session.createMailbox(source.path),
      () => exists(session, source.path),
    );
  unit.batch(() => {
    if (source) store.sources.setPresent(source.id);
    store.journal.remove(row.id);
  });
  return source ? [source.id] : [];
}

/** Courier renames and deletes no mailbox that the session has open: "Can't RENAME the currently-open folder". */
async function leave({ store }: JournalContext, lane: LaneSession, source: SourceRow): Promise<void> {
  const inbox = store.sources.ofAccount(source.accountId).find(({ role }) => role === 'inbox');
  if (inbox) await lane.select(inbox);
}

export async function carryRename(context: JournalContext, lane: LaneSession, row: JournalRow): Promise<number[]> {
  const { store, unit } = context;
  const { session } = lane;
  const source = store.sources.get(row.sourceId ?? 0);
  const { to } = JSON.parse(row.payload) as RenamePayload;
  if (source) {
    await leave(context, lane, source);
    await doUnlessDone(
      () => session.renameMailbox(source.path, to),
      async () => (await exists(session, to)) && !(await exists(session, source.path)),
    );
  }
  unit.batch(() => {
    for (const child of source ? store.sources.ofAccount(source.accountId) : []) {
      const isBelow = source?.path.every((part, i) => child.path[i] === part);
      if (source && isBelow) store.sources.setPath(child.id, [...to, ...child.path.slice(source.path.length)]);
    }
    store.journal.remove(row.id);
  });
  return [];
}

export async function carryDelete(context: JournalContext, lane: LaneSession, row: JournalRow): Promise<number[]> {
  const { store, unit } = context;
  const { session } = lane;
  const source = store.sources.get(row.sourceId ?? 0);
  if (source?.present) {
    await leave(context, lane, source);
    await doUnlessDone(
      () => session.deleteMailbox(source.path),
      async () => !(await exists(session, source.path)),
    );
  }
  unit.batch((work) => {
    store.journal.remove(row.id);
    if (!source) return;
    for (const copy of store.copies.ofSource(source.id)) removeCopy(store, work, copy);
    store.sources.remove(source.id);
  });
  return [];
}
