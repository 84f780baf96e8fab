// Carries the journal upstream (DESIGN §7): in order, joining neighbours, confirming, undoing what is refused for good.

import { backoffMs } from '../../lib/backoff.js';
import { sleep } from '../../lib/deadline.js';
import { inLanguage } from '../../lib/languages.js';
import type { Logger } from '../../lib/logger.js';
import { createDueTimes, type DueTimes } from '../../lib/moment.js';
import type { Rest } from '../../lib/rest.js';
import { DiskError, UpstreamError } from '../../mail/errors.js';
import { keptFailure } from '../../mail/kept-failure.js';
import type { Trouble } from '../../mail/problems.js';
import type { JournalRow } from '../../store/journal.js';
import type { Bell } from '../changes.js';
import { budgetError, type Limits } from '../limits/limits.js';
import { NOT_GIVEN } from '../reads/bodies.js';
import type { Lane } from '../sync/lane.js';
import { RenumberedError } from '../sync/lane.js';
import type { JournalContext } from './context.js';
import { carryOut, undo } from './handlers.js';
import type { AppendPayload } from './payloads.js';

export interface PusherOptions {
  readonly context: JournalContext;
  readonly accountId: number;
  readonly lane: Lane;
  readonly bell: Bell;
  readonly logger: Logger;
  readonly limits: Pick<Limits, 'meter'>;
  /** While nothing can be carried out. */
  readonly rest: Rest;
  /** After rows that changed these sources: the sync may have held something back for them. */
  onCarried(sourceIds: readonly number[]): void;
  onProblem(subject: string, trouble: Trouble): void;
  onProblemOver(subject: string): void;
}

/** Rows that one upstream command can carry are taken together, up to this many. */
const MAX_JOINED = 200;
const RETRY = { firstMs: 1_000, maxMs: 5 * 60_000 };
/** A row that fails this often for a reason that should pass is shown to the user; it is never given up. */
const WORRYING_ATTEMPTS = 8;
const WAITING = 'journal waits';
/** The most that a provider can ask for. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

/** Runs until the signal is aborted; never throws. */
export async function runPusher(options: PusherOptions, signal: AbortSignal): Promise<void> {
  const { context, accountId, bell, rest } = options;
  const { health } = context.store.database;
  const due = createDueTimes(LONGEST_WAIT_MS);
  // It may have been told in an earlier run.
  let mayWorry = true;
  while (!signal.aborted) {
    // What is carried out has to be written down before and after: see disk-watch.ts.
    await health.well(signal);
    let first: JournalRow | undefined;
    try {
      const rows = nextRows(context, accountId, due);
      first = rows[0];
      // What waited may also have gone by itself: what it was owed for is gone.
      if (mayWorry && !first) options.onProblemOver(WAITING);
      mayWorry = first !== undefined && (mayWorry || first.attempts > 0);
      const waitMs = first ? due.leftMs(first.id, first.nextAttemptAt) : Number.POSITIVE_INFINITY;
      if (waitMs > 0) {
        rest.begin();
        await waitForBell(bell, accountId, Math.min(waitMs, 60_000), signal);
        rest.end();
        // The client whose action rang has its answer first.
        await new Promise<void>((resolve) => setImmediate(resolve));
      } else await pushRows(options, rows);
    } catch (error) {
      // A bug must not stop the journal for good, nor spin.
      if (!(error instanceof DiskError)) fail(options, first, error);
      await sleep(1_000, signal);
    }
  }
}

function fail({ context, logger }: PusherOptions, row: JournalRow | undefined, error: unknown): void {
  logger.error({ err: error, row: row?.id }, 'journal row failed unexpectedly');
  try {
    if (row) postpone(context, row, error);
  } catch (err) {
    logger.error({ err, row: row?.id }, 'a journal row could not be put off');
  }
}

/**
 * The first rows that can be carried out. FIFO: a row that waits for its next attempt holds up all behind it (DESIGN §7).
 * Three kinds are passed over, with everything that concerns the same messages: a row whose message a later row (of a
 * transfer between accounts) has yet to bring, a sent copy that the provider is given time to file by itself, and a message
 * that is to go to another account and is not given to us: its mailbox is not deleted before.
 */
function nextRows({ store }: JournalContext, accountId: number, due: DueTimes): JournalRow[] {
  for (let limit = MAX_JOINED; ; limit *= 4) {
    const head = store.journal.head(accountId, limit);
    const rows = firstCarriable(store, head, due);
    if (rows.length > 0) return rows;
    // What all these wait for may stand behind them.
    if (head.length < limit) return head.filter((row) => due.leftMs(row.id, row.nextAttemptAt) > 0).slice(0, 1);
  }
}

function firstCarriable(store: JournalContext['store'], head: readonly JournalRow[], due: DueTimes): JournalRow[] {
  const passed = new Set<number>();
  const unread = new Set<number | null>();
  for (const [index, row] of head.entries()) {
    const targets = store.journal.targets(row.id);
    // An append brings the very message that rows before it may be waiting for: nothing can hold it. So does a move that
    // had to be owed anew (strays.ts); one that has a uid stood there before, under a label.
    const isBound = (copyId: number) => store.copies.get(copyId)?.upstreamUid != null;
    const isHeld =
      row.kind !== 'append' &&
      targets.some(
        ({ copyId, newCopyId }) =>
          passed.has(copyId) || (newCopyId !== null && passed.has(newCopyId) && isBound(newCopyId)),
      );
    // Nor is anything else done then: another of its name may be the next.
    if (row.kind === 'delete' && unread.has(row.sourceId)) return [];
    if (isHeld || isPassable(store, row, due)) {
      if (row.kind === 'spool') unread.add(row.sourceId);
      for (const { copyId, newCopyId } of targets) passed.add(copyId).add(newCopyId ?? copyId);
      continue;
    }
    return row.kind === 'flags' && row.attempts === 0 ? joinable(head.slice(index, index + MAX_JOINED), row) : [row];
  }
  return [];
}

function isPassable(store: JournalContext['store'], row: JournalRow, due: DueTimes): boolean {
  if (row.kind === 'append') {
    return (
      due.leftMs(row.id, row.nextAttemptAt) > 0 && (JSON.parse(row.payload) as AppendPayload).awaitUntil !== undefined
    );
  }
  if (inLanguage(row.lastError ?? '', 'en') === NOT_GIVEN && due.leftMs(row.id, row.nextAttemptAt) > 0) return true;
  return store.journal.unboundTargets(row.id).some((copyId) => store.journal.isBrought(copyId));
}

function joinable(rows: readonly JournalRow[], first: JournalRow): JournalRow[] {
  const end = rows.findIndex(
    (row) => row.kind !== 'flags' || row.sourceId !== first.sourceId || row.payload !== first.payload,
  );
  return rows.slice(0, end < 0 ? rows.length : end);
}

function waitForBell(bell: Bell, accountId: number, ms: number, signal: AbortSignal): Promise<void> {
  const wake = new AbortController();
  const off = bell.onJournal(accountId, () => wake.abort());
  const stop = () => wake.abort();
  signal.addEventListener('abort', stop, { once: true });
  return sleep(ms, wake.signal).finally(() => {
    off();
    signal.removeEventListener('abort', stop);
  });
}

async function pushRows(options: PusherOptions, rows: readonly JournalRow[]): Promise<void> {
  const { context, lane, limits, logger } = options;
  const [first] = rows;
  if (!first) return;
  try {
    const spent = first.kind === 'append' ? limits.meter.exhausted('upload') : undefined;
    if (spent) throw budgetError(spent);
    const touched = await carryOut(context, lane, rows);
    options.onCarried(touched);
    // Only a row that had failed before can have made the user worry; it may have been in an earlier run.
    if (first.attempts > 0) options.onProblemOver(WAITING);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    if (error.kind === 'permanent' && rows.length > 1) {
      // Which of the joined rows it was is found by trying them one by one.
      for (const row of rows) context.store.journal.setAttempt(row.id, 1, 0, keptFailure(error));
      return;
    }
    if (error.kind === 'permanent') {
      logger.warn({ err: error, kind: first.kind, row: first.id }, 'upstream refused an action for good; undoing it');
      options.onCarried(undo(context, first));
      options.onProblem(`journal ${first.id}`, { code: 'refused', kind: first.kind, error });
      return;
    }
    for (const row of rows) postpone(context, row, error);
    if (error instanceof RenumberedError) options.onCarried([error.sourceId]);
    if (error.details.isOwnWait) return;
    if (error.details.meaning === 'budget' || first.attempts >= WORRYING_ATTEMPTS)
      options.onProblem(WAITING, { code: 'waiting', error });
  }
}

function postpone({ store }: JournalContext, row: JournalRow, error: unknown): void {
  const attempts = row.attempts + 1;
  const retryAfterMs = error instanceof UpstreamError ? (error.details.retryAfterMs ?? 0) : 0;
  const delay = Math.max(backoffMs(row.attempts, RETRY), retryAfterMs);
  store.journal.setAttempt(row.id, attempts, Date.now() + delay, keptFailure(error));
}
