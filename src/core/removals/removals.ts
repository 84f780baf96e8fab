// `gateway undo`: which removals are meant, made ready and brought back a slice at a time.
import { sleep } from '../../lib/deadline.js';
import { groupBy } from '../../lib/group-by.js';
import { createTurns } from '../../lib/turns.js';
import { decodeHeaderText } from '../../mail/decoded-text.js';
import { UpstreamError } from '../../mail/errors.js';
import type { JournalRow } from '../../store/journal.js';
import type { RemovalRow } from '../../store/removals.js';
import type { AppendContext } from '../actions/append.js';
import type { Mailboxes } from '../core.js';
import type { Deletions } from '../deletions.js';
import type { Work } from '../unit-of-work.js';
import type { RemovalBatch, Removals, RemovedMessage, UndoWay } from './contract.js';
import { makeHome } from './home.js';
import { labelsOf } from './labels.js';
import { planFor } from './plan.js';
import { CHANGING, isPassing } from './reasons.js';
import { type Link, type Ready, restore } from './restore.js';

export interface RemovalsContext extends AppendContext {
  readonly mailboxes: Mailboxes;
  readonly deletions: Pick<Deletions, 'settled' | 'callOff' | 'resume'>;
  /** Looks at a source upstream now. @throws {UpstreamError} */
  lookAt(sourceId: number): Promise<void>;
}

/** A removal, and what removed the same message from Trash later, when both are to be brought back. */
interface Wanted {
  readonly row: RemovalRow;
  readonly later: RemovalRow | undefined;
}

/** Brought back in one transaction. */
const AT_ONCE = 50;
const READ_AT_ONCE = 1_000;
/** What Trash holds is asked for first; an account that is away is not waited for. */
const LOOK_MS = 5_000;

export function createRemovals(context: RemovalsContext): Removals {
  const { store, unit, removals, deletions } = context;

  const rowsFrom = async (since: number | undefined): Promise<RemovalRow[]> => {
    const rows: RemovalRow[] = [];
    const turns = createTurns();
    for (let before = Number.MAX_SAFE_INTEGER; ; await turns.pause()) {
      const page = store.removals.since(removals.oldest(), before, READ_AT_ONCE);
      for (const row of page) rows.push(row);
      before = page.at(-1)?.id ?? 0;
      if (page.length < READ_AT_ONCE) return notedSince(rows, since);
    }
  };
  /** Commands that a plain undo has told to be lost, as far as they are not back: the next one goes on to those before. */
  const passed = new Set<number>();
  /** Of the latest command that is not all back; none if there is none. */
  const openRows = async (): Promise<RemovalRow[]> => {
    const rows = await rowsFrom(undefined);
    const latest = latestOpen(rows, passed);
    return rows.filter(({ at }) => at === latest);
  };
  /** Else of the last command that removed anything. */
  const nextRows = async (): Promise<RemovalRow[]> => {
    const open = await openRows();
    const last = store.removals.lastAt();
    return open.length > 0 ? open : (await rowsFrom(undefined)).filter(({ at }) => at === last);
  };

  const undo = async (rows: readonly RemovalRow[], hasSince: boolean): Promise<Map<number, RemovedMessage>> => {
    await lookIntoTrash(context, rows);
    const told = new Map<number, RemovedMessage>();
    const backIn = await callOffDeletions(context, rows);
    const wanted = pair(context, rows);
    const turns = createTurns();
    for (let start = 0; start < wanted.length; start += AT_ONCE) {
      const slice = wanted.slice(start, start + AT_ONCE);
      const ready = await makeReady(context, slice);
      unit.durable((work) => {
        const links: Link[] = [];
        const relink = () => store.removals.relink(links.splice(0));
        for (const one of slice) {
          if (links.some(({ messageId }) => messageId === one.row.messageId)) relink();
          links.push(...bringBack(context, work, { ...one, ready: ready.get(one.row.id), backIn }, told));
        }
        relink();
      });
      await turns.pause();
    }
    if (!hasSince) for (const at of lostForGood(rows, told)) passed.add(at);
    return told;
  };
  const tell = async (rows: readonly RemovalRow[]): Promise<Map<number, RemovedMessage>> => {
    const told = new Map<number, RemovedMessage>();
    const turns = createTurns();
    for (const { row, later } of pair(context, rows)) {
      const isStillInTrash = later && planFor(context, later).way === 'calledOff';
      const outcome = isStillInTrash ? ({ way: 'trash' } as const) : planFor(context, row, later);
      for (const each of later ? [row, later] : [row])
        told.set(each.id, describe(context, each, outcome, each === later));
      await turns.pause();
    }
    return told;
  };
  return {
    list: async (since) => {
      await deletions.settled();
      const rows = await rowsFrom(since);
      return batchesOf(rows, await tell(rows));
    },
    undo: async ({ since, dryRun }) => {
      await deletions.settled();
      const rows = await (since === undefined ? nextRows() : rowsFrom(since));
      if (dryRun) await lookIntoTrash(context, rows);
      return batchesOf(rows, await (dryRun ? tell(rows) : undo(rows, since !== undefined)));
    },
    next: async () => {
      await deletions.settled();
      const rows = (await openRows()).filter(({ undoneAt }) => undoneAt === null);
      const [{ at, device } = { at: 0, device: '' }] = rows;
      const mailboxes = [...new Set(rows.map(({ mailboxPath }) => mailboxPath))];
      return rows.length === 0 ? undefined : { at, device, mailboxes, messages: rows.length };
    },
  };
}

/** By what each command noted first, as `lastAt` has it: a large mailbox's messages are noted by and by. Newest first. */
function latestOpen(rows: readonly RemovalRow[], passed: ReadonlySet<number>): number | undefined {
  const open = new Set(rows.filter(({ undoneAt, at }) => undoneAt === null && !passed.has(at)).map(({ at }) => at));
  const first = new Map<number, number>();
  for (const { at, id } of rows) if (open.has(at)) first.set(at, id);
  const [latest] = [...first].sort(([, a], [, b]) => b - a);
  return latest?.[0];
}

/** The commands of which something is lost for good, and nothing may be otherwise in a moment. */
function lostForGood(rows: readonly RemovalRow[], told: ReadonlyMap<number, RemovedMessage>): number[] {
  const lost = rows.filter(({ id }) => told.get(id)?.way === 'lost');
  const passing = new Set(lost.filter(({ id }) => isPassing(told.get(id)?.reason)).map(({ at }) => at));
  return lost.map(({ at }) => at).filter((at) => !passing.has(at));
}

/**
 * Newest first, as they are given. What has a time to come was noted before the clock was set back: it is taken to be from when
 * the next one was noted.
 */
function notedSince(rows: RemovalRow[], since: number | undefined): RemovalRow[] {
  if (since === undefined) return rows;
  const now = Date.now();
  let next = now;
  return rows.filter(({ at }) => {
    if (at <= now) next = at;
    return next >= since;
  });
}

/** As things are now: another call may have been quicker. Notes what has become of the message. */
function bringBack(
  context: RemovalsContext,
  work: Work,
  wanted: Wanted & { readonly ready: Ready | undefined; readonly backIn: ReadonlySet<number> },
  told: Map<number, RemovedMessage>,
): Link[] {
  const { removals } = context.store;
  const row = removals.get(wanted.row.id);
  const later = wanted.later && removals.get(wanted.later.id);
  if (!row) return [];
  // Not gone from Trash yet: then it is not to go at all.
  const calledOff = later && planFor(context, later);
  if (later && calledOff?.way === 'calledOff')
    restore(context, work, { row: later, later: undefined, plan: calledOff, ready: undefined });
  const plan = planFor(context, row, later);
  const { way, link } = restore(context, work, { row, later, plan, ready: wanted.ready });
  const isBackWithMailbox = plan.way === 'there' && wanted.backIn.has(row.sourceId);
  const done = isBackWithMailbox ? ({ way: 'calledOff' } as const) : plan;
  const outcome = way === plan.way ? done : { way, reason: CHANGING };
  for (const each of later ? [row, later] : [row]) told.set(each.id, describe(context, each, outcome, each === later));
  return link ? [link] : [];
}

/**
 * Deletions of whole mailboxes that have not been sent: their messages, which may be very many, come back by and by
 * (core/deletions.ts), and are waited for. Returns the sources.
 */
async function callOffDeletions(context: RemovalsContext, rows: readonly RemovalRow[]): Promise<Set<number>> {
  const { store, unit, deletions } = context;
  const backIn = new Set<number>();
  for (const [sourceId, ofSource] of groupBy(rows, (row) => row.sourceId)) {
    if (!store.journal.ofSource(sourceId).some(({ kind }) => kind === 'delete')) continue;
    const deletion = deletionOf(context, ofSource);
    if (!deletion) continue;
    unit.durable((work) => {
      store.journal.remove(deletion.id);
      deletions.callOff(work, deletion);
    });
    backIn.add(sourceId);
    deletions.resume();
    await deletions.settled();
  }
  return backIn;
}

function deletionOf(context: RemovalsContext, rows: readonly RemovalRow[]): JournalRow | undefined {
  for (const row of rows) {
    const plan = planFor(context, row);
    if ('deletion' in plan) return plan.deletion;
  }
  return undefined;
}

/** What went to Trash and was deleted there comes back to where it was first. */
function pair({ store }: RemovalsContext, rows: readonly RemovalRow[]): Wanted[] {
  const open = new Map<number, RemovalRow>();
  const taken = new Set<number>();
  const pairs = new Map<number, RemovalRow>();
  for (const row of [...rows].sort((a, b) => a.id - b.id)) {
    if (row.undoneAt !== null) continue;
    const first = open.get(row.messageId);
    if (first && store.sources.get(row.sourceId)?.role === 'trash') {
      pairs.set(first.id, row);
      taken.add(row.id);
      open.delete(row.messageId);
    } else open.set(row.messageId, row);
  }
  return rows.filter(({ id }) => !taken.has(id)).map((row) => ({ row, later: pairs.get(row.id) }));
}

/** Mailboxes that are gone are made again, and kept bodies are put on disk for good; not inside a transaction. */
async function makeReady(context: RemovalsContext, slice: readonly Wanted[]): Promise<Map<number, Ready>> {
  const { store, bodies, takeApart, mailboxes } = context;
  const ready = new Map<number, Ready>();
  for (const { row, later } of slice) {
    const plan = planFor({ ...context, isAlone: true }, row, later);
    if (plan.way === 'trash' || plan.way === 'copy' || plan.way === 'cache') makeHome(context, mailboxes, row);
    if (plan.way !== 'cache') continue;
    const body = await bodies.settle(plan.bodyRef);
    if (!body) continue;
    ready.set(row.id, { ...body, listing: store.messages.listing(row.messageId) ?? (await takeApart(body.bodyRef)) });
  }
  return ready;
}

/** What Trash holds now, of the accounts that can be asked. */
async function lookIntoTrash(context: RemovalsContext, rows: readonly RemovalRow[]): Promise<void> {
  const { store, accounts, lookAt } = context;
  // Where deleting is for good, nothing is in Trash but what was put there.
  const mayBeThere = ({ undoneAt, trashCopyId, accountId }: RemovalRow) =>
    undoneAt === null && (trashCopyId !== null || accounts.get(accountId)?.traits.deleteIsMoveToTrash === true);
  const accountIds = new Set(rows.filter(mayBeThere).map(({ accountId }) => accountId));
  const looks = [...accountIds].map(async (accountId) => {
    const trash = store.sources.ofAccount(accountId).find(({ role, present }) => role === 'trash' && present);
    if (trash) await lookAt(trash.id);
  });
  // An account that cannot be asked is believed to be as it was seen last.
  const asked = Promise.all(looks.map((look) => look.catch(ignoreUpstream)));
  const over = new AbortController();
  await Promise.race([asked.finally(() => over.abort()), sleep(LOOK_MS, over.signal)]);
}

function ignoreUpstream(error: unknown): void {
  if (!(error instanceof UpstreamError)) throw error;
}

function describe(
  context: RemovalsContext,
  row: RemovalRow,
  outcome: { readonly way: UndoWay; readonly reason?: string },
  isAgain: boolean,
): RemovedMessage {
  const { accounts, store } = context;
  const { way, reason } = outcome;
  const without = way === 'trash' || way === 'copy' || way === 'cache' ? labelsOf(context, row).gone : [];
  return {
    account:
      accounts.get(row.accountId)?.name ?? store.accounts.list().find(({ id }) => id === row.accountId)?.name ?? '',
    mailbox: row.mailboxPath,
    subject: decodeHeaderText(row.subject),
    internalDate: row.internalDate,
    sizeBytes: row.sizeBytes,
    way,
    ...(reason === undefined ? {} : { reason }),
    ...(without.length === 0 ? {} : { without }),
    ...(isAgain ? { again: true } : {}),
  };
}

function batchesOf(rows: readonly RemovalRow[], told: ReadonlyMap<number, RemovedMessage>): RemovalBatch[] {
  const batches = new Map<number, { at: number; device: string; messages: RemovedMessage[] }>();
  for (const { id, at, device } of rows) {
    const batch = batches.get(at) ?? { at, device, messages: [] };
    batches.set(at, batch);
    const message = told.get(id);
    if (message) batch.messages.push(message);
  }
  return [...batches.values()];
}
