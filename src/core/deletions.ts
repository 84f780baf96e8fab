// What a deleted mailbox leaves behind: its messages are taken out of view everywhere, and noted for undo, a few hundred at a
// time, while clients have their turn. The journal row of the deletion says what is left, so it goes on after a crash, and
// nothing is deleted upstream before all of it is done. One that is called off or refused comes back in the same way: the
// mailbox at once, its messages by and by; until then a row of kind `undelete` stands in the journal.
import type { Logger } from '../lib/logger.js';
import { createTurns } from '../lib/turns.js';
import { DiskError, UpstreamError } from '../mail/errors.js';
import type { PageMark } from '../store/copies.js';
import type { JournalRow } from '../store/journal.js';
import type { Store } from '../store/store.js';
import type { AccountSettings } from './accounts.js';
import type { DeletePayload, SpoolPayload, UndeletePayload } from './journal/payloads.js';
import { putBack } from './journal/put-back.js';
import { parentOf } from './mailbox-names.js';
import type { RemovalLog } from './removals/log.js';
import type { Tree } from './sync/tree-contract.js';
import type { UnitOfWork, Work } from './unit-of-work.js';

export interface Deletions extends AsyncDisposable {
  /** In the transaction that takes the mailbox away and owes the row: a small mailbox is done with in it. */
  begin(work: Work, rowId: number): void;
  /** Takes a deletion back, in the transaction that removes its row: the mailbox is there, of its messages those of a small one. */
  callOff(work: Work, row: JournalRow): void;
  /** Goes on with what is left: after those transactions, and when the gateway starts. */
  resume(): void;
  /** Resolves when nothing is left of the row, of any row if undefined. @throws {UpstreamError} transient, when stopping */
  settled(rowId?: number): Promise<void>;
}

export interface DeletionsOptions {
  readonly store: Store;
  readonly unit: UnitOfWork;
  readonly removals: RemovalLog;
  readonly tree: Pick<Tree, 'renameBack'>;
  readonly settings: ReadonlyMap<number, AccountSettings>;
  readonly logger: Logger;
}

/** Rows in one transaction. */
const SLICE = 200;
/** Of a small mailbox this is all. */
const FIRST_STEPS = 10;

/** How far one walk over the source's messages has come. */
interface Walk {
  at: PageMark | undefined;
  /** Messages taken out of view in it, or shown again. */
  taken: number;
}

export function createDeletions({ store, unit, removals, tree, settings, logger }: DeletionsOptions): Deletions {
  const { copies, journal, mailboxes, accounts, database } = store;
  const stop = new AbortController();
  const running = new Map<number, Promise<void>>();

  const unfinished = (): JournalRow[] =>
    accounts
      .list()
      .flatMap(({ id }) => [...journal.ofAccountAndKind(id, 'delete'), ...journal.ofAccountAndKind(id, 'undelete')])
      .filter(({ kind, payload }) => kind === 'undelete' || (JSON.parse(payload) as DeletePayload).rest !== undefined);

  /** At most a slice of it; true when nothing is left. */
  const step = (work: Work, rowId: number, walk: Walk): boolean => {
    const row = journal.get(rowId);
    if (row?.sourceId == null) return true;
    return row.kind === 'undelete' ? bringBack(work, row, row.sourceId, walk) : putAway(work, row, row.sourceId, walk);
  };
  const putAway = (work: Work, { id: rowId, ...row }: JournalRow, sourceId: number, walk: Walk): boolean => {
    const payload = JSON.parse(row.payload) as DeletePayload;
    if (!payload.rest) return true;
    const { rest, removedAt } = payload;
    const page = copies.page(sourceId, walk.at, SLICE);
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
  const bringBack = (work: Work, row: JournalRow, sourceId: number, walk: Walk): boolean => {
    const page = copies.page(sourceId, walk.at, SLICE);
    if (page.length > 0) {
      walk.at = page.at(-1);
      const back = page.filter(({ id, leaving }) => leaving === 0 || !isOwedElsewhere(id));
      for (const { id } of back) putBack({ store }, work, id);
      walk.taken += back.filter(({ leaving }) => leaving === 1).length;
      return false;
    }
    if (walk.taken > 0) {
      Object.assign(walk, { at: undefined, taken: 0 });
      return false;
    }
    const { mailboxIds } = JSON.parse(row.payload) as UndeletePayload;
    if (mailboxIds.some((id) => mailboxes.forgetSome(id, SLICE))) return false;
    journal.remove(row.id);
    return true;
  };
  /** What was to go before the mailbox was deleted goes still. */
  const isOwedElsewhere = (copyId: number): boolean =>
    journal
      .ofCopy(copyId)
      .some(
        ({ kind, payload }) =>
          kind === 'expunge' || kind === 'move' || (kind === 'spool' && (JSON.parse(payload) as SpoolPayload).remove),
      );
  const begin = (work: Work, rowId: number) => {
    const walk: Walk = { at: undefined, taken: 0 };
    for (let i = 0; i < FIRST_STEPS && walk.taken < SLICE; i++) if (step(work, rowId, walk)) return;
  };
  const take = (
    work: Work,
    ids: readonly number[],
    how: NonNullable<DeletePayload['rest']> & Pick<DeletePayload, 'removedAt'>,
  ) => {
    if (ids.length === 0) return;
    const { removedAt: at, device, shownAs: mailboxPath } = how;
    const gone = ids.map((id) => [id, null] as const);
    if (at !== undefined) removals.note({ by: { device }, at, mailboxPath, copies: gone, isLabelOnly: true });
    copies.setAllLeaving(ids);
    work.withdrawAll(ids);
  };

  /** The mailbox below a unified one, which is there as long as any account has its part of it. */
  const showIn = (path: string, sourceId: number) => {
    const fields = { kind: 'unified', role: undefined, accountId: undefined, selectable: true } as const;
    mailboxes.addFeed((mailboxes.byPath(path) ?? mailboxes.insert({ path, ...fields })).id, sourceId, true);
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
      // Half back, and deleted again: what is out of view stays so.
      const sourceId = journal.get(rowId)?.sourceId ?? 0;
      for (const { id, kind } of journal.ofSource(sourceId)) if (kind === 'undelete') journal.remove(id);
      begin(work, rowId);
    },
    callOff: (work, row) => {
      const source = store.sources.get(row.sourceId ?? 0);
      if (!source) return;
      const { mailboxPath, sharedPath, rest } = JSON.parse(row.payload) as DeletePayload;
      // Another may have been made under its name meanwhile; its messages must be seen all the same.
      let path = mailboxPath;
      for (let i = 2; mailboxes.byPath(path); i++) path = `${mailboxPath} (${i})`;
      const { accountId, id: sourceId } = source;
      const mailbox = mailboxes.insert({ path, kind: 'account', role: undefined, accountId, selectable: true });
      mailboxes.addFeed(mailbox.id, sourceId, true);
      const account = settings.get(accountId);
      const parent = parentOf(path);
      // Its parent has been renamed meanwhile.
      if (account && parent !== undefined && !mailboxes.byPath(parent)) tree.renameBack(work, account, source);
      if (sharedPath !== undefined) showIn(sharedPath, sourceId);
      work.ringTree();
      const payload: UndeletePayload = { mailboxIds: rest?.mailboxIds ?? [] };
      begin(work, work.owe({ accountId, kind: 'undelete', sourceId, payload, targets: [] }));
    },
    resume: () => {
      for (const { id } of unfinished()) {
        goOn(id).catch((err: unknown) => {
          if (!stop.signal.aborted)
            logger.error({ err, row: id }, 'what a deleted mailbox held could not be put away, or brought back');
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
