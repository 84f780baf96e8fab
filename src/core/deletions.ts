// What a deleted mailbox leaves behind: its messages are taken out of view everywhere, and noted for undo, a few hundred at a
// time, while clients have their turn. The journal row of the deletion says what is left, so it goes on after a crash, and
// nothing is deleted upstream before all of it is done.
import type { Logger } from '../lib/logger.js';
import { createTurns } from '../lib/turns.js';
import { DiskError, UpstreamError } from '../mail/errors.js';
import type { PageMark } from '../store/copies.js';
import type { JournalRow } from '../store/journal.js';
import type { Store } from '../store/store.js';
import type { DeletePayload } from './journal/payloads.js';
import type { RemovalLog } from './removals/log.js';
import type { UnitOfWork, Work } from './unit-of-work.js';

export interface Deletions extends AsyncDisposable {
  /** In the transaction that takes the mailbox away and owes the row: a small mailbox is done with in it. */
  begin(work: Work, rowId: number): void;
  /** Goes on with what is left: after that transaction, and when the gateway starts. */
  resume(): void;
  /** Resolves when nothing is left of the row, of any row if undefined. @throws {UpstreamError} transient, when stopping */
  settled(rowId?: number): Promise<void>;
}

export interface DeletionsOptions {
  readonly store: Store;
  readonly unit: UnitOfWork;
  readonly removals: RemovalLog;
  readonly logger: Logger;
}

/** Rows in one transaction. */
const SLICE = 200;
/** Of a small mailbox this is all. */
const FIRST_STEPS = 10;

/** How far one walk over the source's messages has come. */
interface Walk {
  at: PageMark | undefined;
  /** Messages taken out of view in it. */
  taken: number;
}

export function createDeletions({ store, unit, removals, logger }: DeletionsOptions): Deletions {
  const { copies, journal, mailboxes, accounts, database } = store;
  const stop = new AbortController();
  const running = new Map<number, Promise<void>>();

  const unfinished = (): JournalRow[] =>
    accounts
      .list()
      .flatMap(({ id }) => journal.ofAccountAndKind(id, 'delete'))
      .filter(({ payload }) => (JSON.parse(payload) as DeletePayload).rest !== undefined);

  /** At most a slice of it; true when nothing is left. */
  const step = (work: Work, rowId: number, walk: Walk): boolean => {
    const row = journal.get(rowId);
    const payload = row && (JSON.parse(row.payload) as DeletePayload);
    if (!payload?.rest || row?.sourceId == null) return true;
    const { rest, removedAt } = payload;
    const page = copies.page(row.sourceId, walk.at, SLICE);
    if (page.length > 0) {
      walk.at = page.at(-1);
      // What has come since nobody has seen, and it is not to go.
      const ids = page.filter(({ id, leaving }) => leaving === 0 && id <= rest.upTo).map(({ id }) => id);
      take(work, ids, { ...rest, removedAt });
      walk.taken += ids.length;
      return false;
    }
    if (walk.taken > 0) {
      // Some may have been given an upstream uid, or another, behind the walk's back.
      Object.assign(walk, { at: undefined, taken: 0 });
      return false;
    }
    if (rest.mailboxIds.some((id) => mailboxes.forgetSome(id, SLICE))) return false;
    const { rest: _, ...done } = payload;
    journal.setPayload(rowId, done satisfies DeletePayload);
    return true;
  };
  const take = (
    work: Work,
    ids: readonly number[],
    how: NonNullable<DeletePayload['rest']> & Pick<DeletePayload, 'removedAt'>,
  ) => {
    if (ids.length === 0) return;
    const { removedAt: at, device, shownAs: mailboxPath } = how;
    if (at !== undefined) removals.note({ by: { device }, at, mailboxPath, copies: ids.map((id) => [id, null]) });
    copies.setAllLeaving(ids);
    work.withdrawAll(ids);
  };

  const run = async (rowId: number): Promise<void> => {
    const turns = createTurns();
    const walk: Walk = { at: undefined, taken: 0 };
    for (;;) {
      await database.health.well(stop.signal);
      if (stop.signal.aborted) throw new UpstreamError('transient', 'the gateway is stopping');
      try {
        if (unit.batch((work) => step(work, rowId, walk))) return;
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        // What it had walked over may have been taken back.
        walk.at = undefined;
      }
      await turns.pause();
    }
  };
  const goOn = (rowId: number): Promise<void> => {
    const known = running.get(rowId);
    if (known) return known;
    const made = run(rowId).finally(() => running.delete(rowId));
    running.set(rowId, made);
    return made;
  };
  return {
    begin: (work, rowId) => {
      const walk: Walk = { at: undefined, taken: 0 };
      for (let i = 0; i < FIRST_STEPS && walk.taken < SLICE; i++) if (step(work, rowId, walk)) return;
    },
    resume: () => {
      for (const { id } of unfinished()) {
        goOn(id).catch((err: unknown) => {
          if (!stop.signal.aborted) logger.error({ err, row: id }, 'what a deleted mailbox held could not be put away');
        });
      }
    },
    settled: async (rowId) => {
      await Promise.all((rowId === undefined ? unfinished().map(({ id }) => id) : [rowId]).map(goOn));
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await Promise.allSettled(running.values());
    },
  };
}
