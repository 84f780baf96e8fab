import { UpstreamError } from '../../mail/errors.js';
import { type FlagSet, SystemFlag } from '../../mail/flags.js';
import { headerField, unfold } from '../../mail/header-block.js';
import type { WireText } from '../../mail/ids.js';
import type { CopyRow } from '../../store/copies.js';
import { splitKeywords } from '../../store/copies.js';
import type { JournalRow } from '../../store/journal.js';
import type { SourceRow } from '../../store/sources.js';
import type { Store } from '../../store/store.js';
import type { HeaderRow } from '../../upstream/connector.js';
import { removeLocal } from '../local-sources.js';
import { messageIdOf } from '../sync/fingerprints.js';
import { loseFlagSupport } from '../sync/flag-support.js';
import { removeCopy } from '../sync/ingest.js';
import type { LaneSession } from '../sync/lane.js';
import type { Work } from '../unit-of-work.js';
import { bindCopy, type Found, findCopies, identify } from './binding.js';
import type { JournalContext } from './context.js';
import { appendedFlags } from './flags.js';
import type { Way } from './look-alikes.js';
import { lastKnownMark, type Mark, markOf } from './mark.js';
import { type AppendPayload, SENT_COPY_WAIT_MS, type SpoolPayload } from './payloads.js';
import { putBack } from './put-back.js';
import { oweRemoval } from './removal.js';
import { askOfTaken, emailIdOf } from './taken.js';

/** How long to wait between two looks for a sent copy that the provider may file by itself. */
const SENT_COPY_LOOK_MS = 2_000;

/** APPEND of spooled bytes; after a crash, or for a sent copy, it looks before it appends. */
export async function carryAppend(context: JournalContext, lane: LaneSession, row: JournalRow): Promise<number[]> {
  const { store } = context;
  const payload = JSON.parse(row.payload) as AppendPayload;
  const [target] = store.journal.targets(row.id);
  const copy = target && store.copies.get(target.copyId);
  const source = copy && store.sources.get(copy.sourceId);
  const isDone = !copy || isDiscarded(context, copy, payload);
  // Sent before, outcome unknown: it may be there, and then it has to be taken away there too.
  if (!copy || !source || (isDone && row.sent === 0)) {
    drop(context, row, payload, copy);
    return source ? [source.id] : [];
  }
  waitForOutbox(context, row, payload, copy);
  const known = mustFind(payload) ? undefined : lastKnownMark(source);
  const mark = payload.mark ?? known ?? (await markOf(lane.session, source));
  const mustLook = row.sent === 1 || payload.awaitUntil !== undefined;
  // What a provider files by itself it may have made anew.
  const way = payload.awaitUntil === undefined ? 'stored' : 'taken';
  let found = mustLook ? await look(context, lane, { source, copyId: copy.id, mark, way }) : undefined;
  // Never sent by us, yet there: the provider's own. Then it tells that the message went out (core/outbox).
  const isProviders = found !== undefined && row.sent === 0;
  if (!found && payload.awaitUntil !== undefined && isStillAwaited(payload.awaitUntil)) {
    store.journal.setPayload(row.id, { ...payload, mark });
    throw notYet('waiting for the provider to file the sent copy', '等待服务商自行保存已发送的副本');
  }
  if (!found && isDone) {
    drop(context, row, payload, copy);
    return [source.id];
  }
  if (!found) found = await append(context, lane, { row, payload: { ...payload, mark }, mark, copy, source });
  if (found && mustFind(payload)) await verify(context, lane, source, found, copy);
  const emailId = found && lane.session.capabilities.labelStore ? await emailIdOf(lane, source, found) : undefined;
  confirm(context, { row, payload, copy, found, emailId, isProviders });
  return [source.id];
}

/** Of a message that will be removed from its old home none but the one appended now may be taken for it. */
const mustFind = ({ originCopyId, replaces }: AppendPayload): boolean =>
  originCopyId !== undefined || replaces !== undefined;

/** A time farther ahead than it is ever set was written before the clock was set back. */
const isStillAwaited = (until: number): boolean => {
  const leftMs = until - Date.now();
  return leftMs > 0 && leftMs <= SENT_COPY_WAIT_MS;
};

/**
 * Not sent yet: the provider files its copy when it is, which may be in days. @throws {UpstreamError}
 */
function waitForOutbox({ store, isBeingSent }: JournalContext, row: JournalRow, payload: AppendPayload, copy: CopyRow) {
  const messageId = store.messages.get(copy.messageId)?.messageIdHeader;
  if (payload.awaitUntil === undefined || !messageId || !isBeingSent(messageId)) return;
  store.journal.setPayload(row.id, { ...payload, awaitUntil: Date.now() + SENT_COPY_WAIT_MS });
  throw notYet('waiting for the message to be sent', '等待邮件发出');
}

const notYet = (what: string, chinese: string) =>
  new UpstreamError('transient', what, { chinese, retryAfterMs: SENT_COPY_LOOK_MS, isOwnWait: true });

/** Appended and deleted again before it was known to be there: there is nothing to send. */
const isDiscarded = ({ store }: JournalContext, copy: CopyRow, { originCopyId }: AppendPayload): boolean =>
  originCopyId === undefined &&
  copy.leaving === 1 &&
  store.journal.ofCopy(copy.id).every((row) => row.kind === 'append' || row.kind === 'expunge');

interface Place {
  readonly source: SourceRow;
  readonly copyId: number;
  readonly mark: Mark;
  readonly way: Way;
}

async function look(
  context: JournalContext,
  lane: LaneSession,
  { source, copyId, mark, way }: Place,
): Promise<Found | undefined> {
  await lane.selectKnown(source, { fresh: true });
  return (await findCopies(context, lane.session, source, { copyIds: [copyId], mark, way })).get(copyId);
}

interface Appending {
  readonly row: JournalRow;
  readonly payload: AppendPayload;
  readonly mark: Mark;
  readonly copy: CopyRow;
  readonly source: SourceRow;
}

async function append(
  context: JournalContext,
  lane: LaneSession,
  { row, payload, mark, copy, source }: Appending,
): Promise<Found | undefined> {
  const { store, bodies } = context;
  // What is ours alone stays here: \Deleted is an overlay until EXPUNGE.
  const flags: FlagSet = { system: copy.flags & ~SystemFlag.Deleted, keywords: splitKeywords(copy.keywords) };
  store.database.durable(() => store.journal.setSent(row.id, payload));
  const message = { sizeBytes: payload.sizeBytes, open: () => bodies.streamOf(payload.bodyRef) };
  const { uid, uidValidity } = await lane.session.append(source.path, message, flags, payload.internalDate);
  const isOurNumbering = source.uidValidity === undefined || uidValidity === source.uidValidity;
  if (uid !== undefined && isOurNumbering) {
    // Nobody has asked a new mailbox yet which flags it keeps.
    if (source.uidValidity === undefined) loseFlagSupport(store, source, await askOfTaken(() => lane.select(source)));
    const known = store.sources.get(source.id) ?? source;
    return { uid, flags: await askOfTaken(() => appendedFlags(lane, known, uid, flags)) };
  }
  const place = { source, copyId: copy.id, mark, way: 'taken' } as const;
  if (mustFind(payload)) return askOfTaken(() => look(context, lane, place));
  return look(context, lane, place).catch((error: unknown) => {
    // That it cannot be looked for is no refusal of it: the sync will show it.
    if (!(error instanceof UpstreamError) || error.kind !== 'permanent') throw error;
    return undefined;
  });
}

/** The new home holds the message, before its old one is given up (promise 3). @throws {UpstreamError} */
async function verify(
  context: JournalContext,
  lane: LaneSession,
  source: SourceRow,
  found: Found,
  copy: CopyRow,
): Promise<void> {
  const row = await askOfTaken(async () => {
    await lane.selectKnown(source, { fresh: true });
    let there: HeaderRow | undefined;
    await lane.session.fetchHeaders([[found.uid, found.uid]], (rows) => {
      there = rows.find(({ uid }) => uid === found.uid);
    });
    return there;
  });
  // Not by size or hash: Exchange rebuilds messages (providers.md §4).
  if (!row || row.sizeBytes === 0) {
    throw new UpstreamError('transient', 'the message could not be verified in its new mailbox');
  }
  const wanted = context.store.messages.get(copy.messageId)?.messageIdHeader ?? '';
  if (wanted === '' || messageIdOf(row.headers) === wanted) return;
  // Given another Message-ID there, all else says whether it is the message. Tried again it would be stored again, for ever.
  const ours = context.store.messages.listing(copy.messageId)?.headers;
  const theirs = row.headers;
  if (!ours || !TELLING.every((name) => isSameField(name, ours as WireText, theirs))) {
    throw new UpstreamError(
      'permanent',
      'what it stored is another message: it could not be verified in its new mailbox',
    );
  }
}

const TELLING = ['from', 'date', 'subject'];
const isSameField = (name: string, ours: WireText, theirs: WireText): boolean =>
  unfold(headerField(ours, name) ?? '').trim() === unfold(headerField(theirs, name) ?? '').trim();

interface Confirmation {
  readonly row: JournalRow;
  readonly payload: AppendPayload;
  readonly copy: CopyRow;
  readonly found: Found | undefined;
  readonly emailId: string | undefined;
  readonly isProviders: boolean;
}

function confirm(context: JournalContext, confirmation: Confirmation): void {
  const { row, payload, copy, found, emailId, isProviders } = confirmation;
  const { store, unit, bodies } = context;
  unit.durable((work) => {
    store.journal.remove(row.id);
    bodies.unpin(payload.bodyRef);
    if (found) {
      if (isProviders) store.messages.setOurs(copy.messageId, false);
      bindCopy(context, work, copy.id, found.uid, found.flags);
      if (emailId !== undefined) identify(context, work, copy.id, emailId);
    } else {
      // The upstream took it but does not show it: the sync will, under a uid of its own.
      removeCopy(store, work, copy);
    }
    for (const copyId of payload.replaces ?? []) {
      if (found) oweRemoval(context, work, { copyId, removedAt: payload.removedAt });
      else putBack(context, work, copyId);
    }
    const origin = payload.originCopyId === undefined ? undefined : store.copies.get(payload.originCopyId);
    const from = origin && store.sources.get(origin.sourceId);
    if (payload.removeOrigin && !found && origin) putBack(context, work, origin.id);
    if (payload.removeOrigin && found && origin && from?.local) removeLocal(store, work, origin);
    else if (payload.removeOrigin && found && origin && from) {
      const targets = [{ copyId: origin.id }];
      work.owe({ accountId: from.accountId, kind: 'expunge', sourceId: from.id, payload: { toTrash: true }, targets });
    }
  });
}

function drop(context: JournalContext, row: JournalRow, payload: AppendPayload, copy: CopyRow | undefined): void {
  const { store, unit, bodies } = context;
  // The user has done away with it, and with what it replaced before.
  const isWished = copy !== undefined && isDiscarded(context, copy, payload);
  unit.durable((work) => {
    store.journal.remove(row.id);
    bodies.unpin(payload.bodyRef);
    for (const copyId of payload.replaces ?? []) {
      if (isWished) oweRemoval(context, work, { copyId, removedAt: payload.removedAt });
      else putBack(context, work, copyId);
    }
    if (copy) removeCopy(store, work, copy);
    // Its new home is gone (DESIGN §7: a duplicate beats a loss): the original shows again.
    if (payload.removeOrigin && payload.originCopyId !== undefined) putBack(context, work, payload.originCopyId);
  });
}

/** First step of a transfer between accounts: the original's bytes, durable here; then the target account's journal goes on. */
export async function carrySpool(context: JournalContext, row: JournalRow): Promise<number[]> {
  const { store, unit, bodies } = context;
  const { toSourceId, remove, mark } = JSON.parse(row.payload) as SpoolPayload;
  const [target] = store.journal.targets(row.id);
  const origin = target && store.copies.get(target.copyId);
  const made = target?.newCopyId ? store.copies.get(target.newCopyId) : undefined;
  const to = store.sources.get(toSourceId);
  const message = origin && store.messages.get(origin.messageId);
  if (!origin || !message || !made || !to) {
    unit.durable((work) => {
      store.journal.remove(row.id);
      // Gone from its old home before it could be read: there is nothing that could appear in the new one.
      if (made) removeCopy(store, work, made);
      // The new home is gone instead: the original shows again.
      if (origin && remove) putBack(context, work, origin.id);
    });
    return [];
  }
  const spooled = await bodies.ensureDurable(origin.messageId);
  unit.durable((work) => {
    // Another client may have moved the original meanwhile: then it has been sent on already (strays.ts), or is looked for.
    if (!store.journal.targets(row.id).some(({ copyId, newCopyId }) => copyId === origin.id && newCopyId === made.id)) {
      bodies.unpin(spooled.bodyRef);
      return;
    }
    store.journal.remove(row.id);
    store.messages.setBody(made.messageId, spooled.bodyRef);
    store.messages.setOrigin(made.messageId, null);
    const payload: AppendPayload = {
      ...spooled,
      internalDate: message.internalDate,
      originCopyId: origin.id,
      removeOrigin: remove,
    };
    oweAppend(store, work, { to, copyId: made.id, payload, mark });
  });
  return [];
}

interface OwedAppend {
  readonly to: SourceRow;
  readonly copyId: number;
  readonly payload: AppendPayload;
  readonly mark: Mark | undefined;
}

/** Owes what a spool has made ready. With a mark it may be there already. */
export function oweAppend(
  { journal }: Pick<Store, 'journal'>,
  work: Work,
  { to, copyId, payload, mark }: OwedAppend,
): void {
  const targets = [{ copyId }];
  const id = work.owe({ accountId: to.accountId, kind: 'append', sourceId: to.id, payload, targets });
  if (mark) journal.setSent(id, { ...payload, mark });
}
