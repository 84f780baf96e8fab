// One transaction of the gateway's own state: uids and modseqs are taken, entries and tombstones written, journal rows
// added, all or nothing; after the commit, and only then, the bell rings (STYLE §4).
import { groupBy } from '../lib/group-by.js';
import type { CopyRow } from '../store/copies.js';
import type { NewJournalRow } from '../store/journal.js';
import type { Store } from '../store/store.js';
import type { Bell } from './changes.js';

/** What may be done inside the transaction. */
export interface Work {
  /** Gives the copy an entry, with the next uid, in every mailbox its source feeds. */
  place(copyId: number): void;
  /** Takes the copy's entries away, leaving tombstones. */
  withdraw(copyId: number): void;
  /** The same of many at once. */
  withdrawAll(copyIds: readonly number[]): void;
  /** The copy's flags changed: new modseqs for its entries. */
  touch(copy: Pick<CopyRow, 'id' | 'sourceId'>): void;
  /** The same of many at once. */
  touchAll(copies: readonly Pick<CopyRow, 'id' | 'sourceId'>[]): void;
  /** Something of the mailbox itself has changed: a new modseq, and the bell (RFC 7162 §3.2). */
  touchMailbox(mailboxId: number): void;
  /** Entries, in order of internal date, for all copies of these sources that the mailbox does not show yet. */
  allocate(mailboxId: number, sourceIds: readonly number[]): void;
  /** A new uidValidity and a fresh allocation of everything the mailbox's active feeds hold. */
  renumber(mailboxId: number): void;
  owe(row: NewJournalRow): number;
  /** Rows of the account that had to wait can be carried out now. */
  ringJournal(accountId: number): void;
  ringTree(): void;
}

export interface UnitOfWork {
  /** On disk when it returns: before an OK to a client. */
  durable<T>(work: (work: Work) => T): T;
  /**
   * For facts that can be fetched from upstream again. What clients are told of them, uids and modseqs, is on disk all the same
   * when the bell rings: should the power fail, a uid that a client knows must not go to another message.
   */
  batch<T>(work: (work: Work) => T): T;
}

interface Counters {
  uidNext: number;
  highestModseq: number;
}

/** Roles of label mailboxes that do not make a message "filed" (Gmail): see `isFiled`. */
const PASSIVE_ROLES = new Set(['all', 'flagged', 'important']);

export function createUnitOfWork(store: Store, bell: Bell): UnitOfWork {
  const run = <T>(transaction: (work: () => T) => T, body: (work: Work) => T, isLax = false): T => {
    const session = createSession(store);
    let result: T;
    try {
      result = transaction(() => {
        const value = body(session.work);
        session.writeCounters();
        return value;
      });
    } catch (error) {
      store.sources.forget();
      throw error;
    }
    const touched = [...session.touched()];
    try {
      // One commit that is brought to the disk brings those before it there.
      if (isLax && touched.length > 0) store.database.durable(session.writeCounters);
    } finally {
      // It is committed, and nobody would ring for it later.
      for (const mailboxId of touched) bell.ringMailbox(mailboxId);
      if (session.treeRung()) bell.ringTree();
      for (const accountId of session.owed()) bell.ringJournal(accountId);
    }
    return result;
  };
  return {
    durable: (body) => run((work) => store.database.durable(work), body),
    batch: (body) => run((work) => store.database.batch(work), body, true),
  };
}

function createSession(store: Store) {
  const { uidMap, mailboxes, copies, sources, journal } = store;
  const counters = new Map<number, Counters>();
  const owed = new Set<number>();
  let tree = false;

  /** The mailbox's counters; its modseq is raised once a transaction. */
  const countersOf = (mailboxId: number): Counters => {
    const known = counters.get(mailboxId);
    if (known) return known;
    const row = uidMap.counters(mailboxId);
    if (!row) throw new Error(`no mailbox ${mailboxId}`);
    const made = { uidNext: row.uidNext, highestModseq: row.highestModseq + 1 };
    counters.set(mailboxId, made);
    return made;
  };
  /** The counters as they will be once something changes. */
  const peek = (mailboxId: number): Counters => {
    const row = counters.get(mailboxId) ?? uidMap.counters(mailboxId);
    if (!row) throw new Error(`no mailbox ${mailboxId}`);
    return counters.has(mailboxId) ? row : { uidNext: row.uidNext, highestModseq: row.highestModseq + 1 };
  };
  const enter = (mailboxId: number, copyId: number) => {
    if (uidMap.uidOf(mailboxId, copyId) !== undefined) return;
    const counter = countersOf(mailboxId);
    uidMap.insert(mailboxId, counter.uidNext++, copyId, counter.highestModseq);
  };
  /** Taken away, with entries that are still to be put away (core/deletions.ts). */
  const isGone = (mailboxId: number) => !counters.has(mailboxId) && uidMap.counters(mailboxId) === undefined;
  const leave = (mailboxId: number, uid: number) => uidMap.remove(mailboxId, uid, countersOf(mailboxId).highestModseq);

  const feedCache = new Map<number, { mailboxId: number; archive: boolean }[]>();
  /** Where a source's copies are shown now; `archive`: only those that stand nowhere else (Gmail's All Mail). */
  const activeFeeds = (sourceId: number) => {
    const known = feedCache.get(sourceId);
    if (known) return known;
    const isAll = sources.get(sourceId)?.role === 'all';
    const feeds = mailboxes
      .feedsOfSource(sourceId)
      .filter((feed) => feed.active)
      .map(({ mailboxId }) => ({ mailboxId, archive: isAll && mailboxes.get(mailboxId)?.role === 'archive' }));
    feedCache.set(sourceId, feeds);
    return feeds;
  };
  /** Whether the message stands in a mailbox of its own besides All Mail; else it is archived (DESIGN §5, Gmail). */
  const isFiled = (messageId: number) =>
    copies
      .ofMessage(messageId)
      .some((copy) => copy.leaving === 0 && !PASSIVE_ROLES.has(sources.get(copy.sourceId)?.role ?? ''));
  /** Whether anything is shown only while it stands nowhere else; most people have no such account. */
  let archiving: boolean | undefined;
  const hasArchive = () => {
    archiving ??= mailboxes.hasArchiveOfAll();
    return archiving;
  };
  /** The Archive shows a message of an \All source only while nothing else does. */
  const settleArchive = (messageId: number) => {
    if (!hasArchive()) return;
    for (const copy of copies.ofMessage(messageId)) {
      for (const feed of activeFeeds(copy.sourceId).filter(({ archive }) => archive)) {
        const uid = uidMap.uidOf(feed.mailboxId, copy.id);
        const shown = copy.leaving === 0 && !isFiled(messageId);
        if (shown && uid === undefined) enter(feed.mailboxId, copy.id);
        if (!shown && uid !== undefined) leave(feed.mailboxId, uid);
      }
    }
  };

  const work: Work = {
    place: (copyId) => {
      const copy = copies.get(copyId);
      if (!copy) return;
      for (const feed of activeFeeds(copy.sourceId)) if (!feed.archive) enter(feed.mailboxId, copyId);
      settleArchive(copy.messageId);
    },
    withdraw: (copyId) => {
      for (const { mailboxId, uid } of uidMap.entriesOfCopy(copyId)) if (!isGone(mailboxId)) leave(mailboxId, uid);
      // Most have none, and a large EXPUNGE asks for every message.
      const copy = hasArchive() ? copies.get(copyId) : undefined;
      if (copy) settleArchive(copy.messageId);
    },
    withdrawAll: (copyIds) => {
      for (const mailboxId of uidMap.mailboxesOf(copyIds))
        if (!isGone(mailboxId)) uidMap.removeAll(mailboxId, copyIds, countersOf(mailboxId).highestModseq);
      for (const id of hasArchive() ? copyIds : []) {
        const copy = copies.get(id);
        if (copy) settleArchive(copy.messageId);
      }
    },
    touch: ({ id, sourceId }) => {
      for (const { mailboxId } of activeFeeds(sourceId)) {
        // A mailbox that does not show the copy keeps its modseq.
        if (uidMap.touch(mailboxId, id, peek(mailboxId).highestModseq)) countersOf(mailboxId);
      }
    },
    touchAll: (touched) => {
      for (const [sourceId, group] of groupBy(touched, (copy) => copy.sourceId)) {
        const ids = group.map(({ id }) => id);
        for (const { mailboxId } of activeFeeds(sourceId))
          if (uidMap.touchAll(mailboxId, ids, peek(mailboxId).highestModseq)) countersOf(mailboxId);
      }
    },
    touchMailbox: (mailboxId) => void countersOf(mailboxId),
    allocate: (mailboxId, sourceIds) => {
      const counter = countersOf(mailboxId);
      const archive = mailboxes.get(mailboxId)?.role === 'archive';
      counter.uidNext += uidMap.allocate({
        mailboxId,
        sourceIds,
        firstUid: counter.uidNext,
        modseq: counter.highestModseq,
        archive,
      });
    },
    renumber: (mailboxId) => {
      mailboxes.renumber(mailboxId);
      counters.delete(mailboxId);
      const sourceIds = mailboxes.feedsOfMailbox(mailboxId).flatMap((feed) => (feed.active ? [feed.sourceId] : []));
      work.allocate(mailboxId, sourceIds);
    },
    owe: (row) => {
      owed.add(row.accountId);
      return journal.add(row);
    },
    ringJournal: (accountId) => void owed.add(accountId),
    ringTree: () => {
      tree = true;
      feedCache.clear();
      archiving = undefined;
    },
  };
  return {
    work,
    writeCounters: () => {
      for (const [mailboxId, { uidNext, highestModseq }] of counters) {
        // A mailbox deleted in this very transaction has no row any more: the update then changes nothing.
        uidMap.setCounters(mailboxId, uidNext, highestModseq);
      }
    },
    touched: () => counters.keys(),
    owed: () => owed,
    treeRung: () => tree,
  };
}
