import { createTurns } from '../../lib/turns.js';
import { UpstreamError } from '../../mail/errors.js';
import { rangesOf } from '../../mail/sequence-set.js';
import type { CopyRow } from '../../store/copies.js';
import type { JournalRow } from '../../store/journal.js';
import type { SourceRow } from '../../store/sources.js';
import type { Store } from '../../store/store.js';
import type { HeaderRow, UpstreamSession } from '../../upstream/connector.js';
import { removeSource } from '../sync/each-source.js';
import { removeCopy } from '../sync/ingest.js';
import type { LaneSession } from '../sync/lane.js';
import { setPathOfTree } from '../sync/owed-paths.js';
import { adoptNames } from '../sync/tree-sync.js';
import type { JournalContext } from './context.js';
import { trashOf } from './expunge.js';
import { isSame as isSameMessage, lookAlikes, wantedOf } from './look-alikes.js';
import { firstSince, type Mark, markOf } from './mark.js';
import type { AppendPayload, CreatePayload, DeletePayload, ExpungePayload, RenamePayload } from './payloads.js';

const PAGE = 200;

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((part, i) => part === b[i]);

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

/** Another client may have renamed it, or what it is to stand below: what is owed goes by the names they have now. @throws {UpstreamError} */
async function takeNames({ store, tree, accounts }: JournalContext, lane: LaneSession, row: JournalRow): Promise<void> {
  const account = accounts.get(row.accountId);
  if (account) await adoptNames(store, lane, tree, account, await lane.session.listMailboxes());
}

export async function carryCreate(context: JournalContext, lane: LaneSession, row: JournalRow): Promise<number[]> {
  const { store, unit } = context;
  const { session } = lane;
  if ((store.sources.get(row.sourceId ?? 0)?.path.length ?? 0) > 1) await takeNames(context, lane, row);
  const source = store.sources.get(row.sourceId ?? 0);
  // A provisional name is replaced here; one below it has been put right by its parent's row.
  const { path: wanted } = JSON.parse(row.payload) as CreatePayload;
  const isProvisional = source && wanted && wanted.length === source.path.length && !isSame(wanted, source.path);
  const path = isProvisional && isSame(wanted.slice(0, -1), source.path.slice(0, -1)) ? wanted : (source?.path ?? []);
  if (source) {
    const holder = store.sources.byPath(source.accountId, path);
    if (holder && holder.id !== source.id) throw new UpstreamError('permanent', 'there is such a mailbox already');
    await doUnlessDone(
      () => session.createMailbox(path),
      () => exists(session, path),
    );
  }
  unit.batch(() => {
    if (source) {
      setPathOfTree(store, source, path);
      store.sources.setPresent(source.id);
    }
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
  await takeNames(context, lane, row);
  const source = store.sources.get(row.sourceId ?? 0);
  const { to } = JSON.parse(store.journal.get(row.id)?.payload ?? row.payload) as RenamePayload;
  if (source) {
    await leave(context, lane, source);
    await doUnlessDone(
      () => session.renameMailbox(source.path, to),
      async () => (await exists(session, to)) && !(await exists(session, source.path)),
    );
  }
  unit.batch(() => {
    if (source) setPathOfTree(store, source, to);
    store.journal.remove(row.id);
  });
  return [];
}

export async function carryDelete(context: JournalContext, lane: LaneSession, row: JournalRow): Promise<number[]> {
  const { store, unit, strays } = context;
  const { session } = lane;
  const source = store.sources.get(row.sourceId ?? 0);
  let trash: SourceRow | undefined;
  if (source?.present) {
    await leave(context, lane, source);
    const payload = JSON.parse(row.payload) as DeletePayload;
    const into = trashOf(context, source);
    const mark = payload.mark ?? (into && !session.capabilities.move ? await markOf(session, into) : undefined);
    // Called off meanwhile (core/removals)?
    if (!store.journal.get(row.id)) return [];
    // From here on it may be done: it can no longer be called off.
    store.database.durable(() => store.journal.setSent(row.id, { ...payload, ...(mark ? { mark } : {}) }));
    await doUnlessDone(
      async () => {
        trash = await saveUndeleted(context, lane, source, row.sent ? payload.mark : undefined);
        await session.deleteMailbox(source.path);
      },
      async () => !(await exists(session, source.path)),
    );
  }
  // Cut short, the row is carried out again.
  if (source) {
    for await (const page of pagesOf(store, source)) {
      unit.batch((work) => {
        for (const copy of page) {
          if (isMoving(store, copy)) strays.depart(work, copy);
          else removeCopy(store, work, copy);
        }
      });
    }
  }
  unit.batch((work) => {
    store.journal.remove(row.id);
    if (!source) return;
    for (const copy of store.copies.ofSource(source.id)) removeCopy(store, work, copy);
    removeSource(store, source);
  });
  return trash ? [trash.id] : [];
}

/**
 * What stands there and was not deleted goes to Trash, and not with its mailbox: what is on its way to another account or has
 * come there just now, where it would have gone then (promise 3), and what has come in since, which nobody here has seen.
 * `mark`: the Trash before this was begun, if it may have been cut off. Resolves with the Trash if anything did. @throws {UpstreamError} permanent: there is such mail, and no Trash
 */
async function saveUndeleted(
  context: JournalContext,
  lane: LaneSession,
  source: SourceRow,
  mark: Mark | undefined,
): Promise<SourceRow | undefined> {
  const { store } = context;
  const trash = trashOf(context, source);
  if (!source.selectable) return undefined;
  const selected = await lane.selectKnown(source, { fresh: true });
  const origins = onTheirWay(store, source);
  // Where mailboxes are labels, the mail stays when one is deleted.
  const isMail = !lane.session.capabilities.labelStore && selected.exists > 0;
  const there = isMail ? await lane.session.uids() : [];
  const deleted = new Set<number>();
  const leaving: number[] = [];
  for await (const page of pagesOf(store, source)) {
    for (const copy of page) {
      if (copy.upstreamUid === null) continue;
      if (origins.has(copy.id)) leaving.push(copy.upstreamUid);
      if (copy.leaving === 1 && !isMoving(store, copy)) deleted.add(copy.upstreamUid);
    }
  }
  const unseen = there.filter((uid) => !deleted.has(uid));
  if (unseen.length > 0 && !trash) {
    throw new UpstreamError('permanent', 'messages have come into it that nobody here has seen, and there is no Trash');
  }
  const uids = [...new Set([...leaving, ...unseen])].sort((a, b) => a - b);
  if (uids.length > 0 && trash) {
    const copied = mark ? await copiedSince(lane, { source, uids, target: trash, mark }) : new Set<number>();
    if (copied.size > 0) await lane.session.expunge(rangesOf([...copied]));
    const rest = uids.filter((uid) => !copied.has(uid));
    if (rest.length > 0) await lane.session.move(rangesOf(rest), trash.path);
  }
  await leave(context, lane, source);
  return uids.length > 0 ? trash : undefined;
}

interface Halfway {
  /** The selected one. */
  readonly source: SourceRow;
  /** Ascending. */
  readonly uids: readonly number[];
  readonly target: SourceRow;
  readonly mark: Mark;
}

/** Which of the uids a COPY has brought to the target already; the source is selected again. @throws {UpstreamError} */
async function copiedSince(lane: LaneSession, { source, uids, target, mark }: Halfway): Promise<Set<number>> {
  const { session } = lane;
  const rowsOf = async (wanted: readonly number[]) => {
    const rows: HeaderRow[] = [];
    if (wanted.length > 0) await session.fetchHeaders(rangesOf(wanted), (batch) => void rows.push(...batch));
    return rows;
  };
  const wanted = new Map((await rowsOf(uids)).map((row) => [row.uid as number, wantedOf(row)]));
  await lane.selectKnown(target, { fresh: true });
  const come = await rowsOf([...(await session.uids())].filter((uid) => uid >= firstSince(mark, target)));
  await lane.selectKnown(source, { fresh: true });
  const pairs = [...lookAlikes(wanted, come, 'moved')];
  const isCopy = ([uid, row]: readonly [number, HeaderRow]) => {
    const message = wanted.get(uid);
    return message !== undefined && isSameMessage(message, row);
  };
  return new Set(
    pairs
      .filter(isCopy)
      .map(([uid]) => uid)
      .sort((a, b) => a - b),
  );
}

/** All copies of the source, a few at a time, with clients in between. */
async function* pagesOf({ copies }: Store, { id }: SourceRow): AsyncGenerator<readonly CopyRow[], void, undefined> {
  const turns = createTurns();
  for (let page = copies.page(id, undefined, PAGE); page.length > 0; page = copies.page(id, page.at(-1), PAGE)) {
    yield page;
    await turns.pause();
  }
}

/** It has come back from elsewhere, where it was moved or copied to from here: that is owed behind the mailbox's end. */
const isMoving = ({ journal }: Store, { id }: CopyRow): boolean =>
  journal.ofCopy(id).some(({ kind }) => kind === 'move' || kind === 'copy' || kind === 'spool');

/** Copies of the source that are the originals of moves between accounts. */
function onTheirWay({ accounts, journal }: Store, source: SourceRow): Set<number | undefined> {
  const appends = accounts.list().flatMap(({ id }) => journal.ofAccountAndKind(id, 'append'));
  const payloads = appends.map(({ payload }) => JSON.parse(payload) as AppendPayload);
  const origins = new Set(payloads.flatMap(({ removeOrigin, originCopyId }) => (removeOrigin ? [originCopyId] : [])));
  // What has been found there, and is to go from here: owed behind the mailbox's end.
  for (const { id, kind, payload } of journal.ofSource(source.id)) {
    if (kind !== 'expunge' || !(JSON.parse(payload) as ExpungePayload).toTrash) continue;
    for (const { copyId } of journal.targets(id)) origins.add(copyId);
  }
  return origins;
}
