// What is owed for a message that is not where it was: another client has moved it before our change got there. The change
// waits, as a stray row of the journal with a copy that is bound to nothing, until the message is seen elsewhere in the
// account, and is owed there then (src/README.md, "Conflicts"). Never for a message that only might be the same.
import type { CopyRow } from '../../store/copies.js';
import { splitKeywords } from '../../store/copies.js';
import type { JournalRow, JournalTarget, StrayRow } from '../../store/journal.js';
import type { SourceRow } from '../../store/sources.js';
import type { Store } from '../../store/store.js';
import type { AccountSettings } from '../accounts.js';
import { pushable } from '../actions/flags.js';
import { type FlagChange, isNoChange, isSame, withChange } from '../copy-flags.js';
import { certainKeyOf, knownOf } from '../sync/fingerprints.js';
import { removeCopy } from '../sync/ingest.js';
import type { Strays } from '../sync/strays-contract.js';
import type { UnitOfWork, Work } from '../unit-of-work.js';
import { oweAppend } from './append.js';
import { bindCopy } from './binding.js';
import type { AppendPayload, SpoolPayload, TransferPayload } from './payloads.js';
import { makeTargetAnew } from './taken-label.js';

export interface StraysOptions {
  readonly store: Store;
  readonly unit: UnitOfWork;
  readonly accounts: ReadonlyMap<number, AccountSettings>;
}

/** At least so long a message is looked for, and until every mailbox of the account has been looked at once more. */
const LOOK_FOR_MS = 10 * 60_000;

export function createStrays(options: StraysOptions): Strays {
  const { store, unit } = options;
  const { copies, journal, sources } = store;
  /** Accounts that have, or may have, strays: for the others nothing is asked of the store. */
  const astray = new Map<number, boolean>();
  const straysOf = (accountId: number): StrayRow[] => {
    if (astray.get(accountId) === false) return [];
    const rows = journal.strays(accountId);
    astray.set(accountId, rows.length > 0);
    return rows;
  };
  /** By source: what was found later than this cannot have stood beside what was seen there last. */
  const seenUpTo = new Map<number, number>();
  const atStart = copies.newestId();

  return {
    depart: (work, copy) => {
      const source = sources.get(copy.sourceId);
      const inbox = source && sources.ofAccount(source.accountId).find(({ role }) => role === 'inbox');
      if (copy.upstreamUid !== null) makeTargetAnew(store, work, copy);
      if (source && copy.upstreamUid !== null) sendOn(store, work, copy);
      const rows = source && inbox && copy.upstreamUid !== null ? following(store, source, copy) : [];
      if (!source || !inbox || rows.length === 0) {
        removeCopy(store, work, copy);
        return;
      }
      copies.setLeaving(copy.id, true);
      work.withdraw(copy.id);
      copies.unbind(copy.id);
      // Its own source may go; the inbox does not.
      copies.setSource(copy.id, inbox.id);
      for (const { row, newCopyId } of rows) {
        journal.dropTarget(row.id, copy.id);
        const { kind, accountId } = row;
        const target = newCopyId === null ? { copyId: copy.id } : { copyId: copy.id, newCopyId };
        const payload: unknown = JSON.parse(row.payload);
        journal.addStray({ accountId, kind, sourceId: undefined, payload, targets: [target] }, row.sent === 1);
      }
      astray.set(source.accountId, true);
      const since = seenUpTo.get(source.id) ?? atStart;
      const here = whereNow(options, copy, straysOf(source.accountId), (found) => found.id > since);
      if (here) follow(options, work, copy.id, here.id);
    },
    arrived: (work, accountId, copyIds) => {
      if (copyIds.length === 0) return;
      const fresh = new Set(copyIds);
      for (const copyId of new Set(straysOf(accountId).map((row) => row.copyId))) {
        const copy = copies.get(copyId);
        const here = copy && whereNow(options, copy, journal.strays(accountId), ({ id }) => fresh.has(id));
        if (here) follow(options, work, copyId, here.id);
      }
    },
    holds: (accountId, copyId) => straysOf(accountId).length > 0 && journal.isOfStray(copyId),
    lookedAt: (sourceId, newestCopyId) => void seenUpTo.set(sourceId, newestCopyId),
    expire: (accountId, roundBegan) => {
      const missed = straysOf(accountId).filter(({ createdAt }) => createdAt < roundBegan);
      if (missed.length === 0) return;
      const until = Date.now() - LOOK_FOR_MS;
      unit.batch((work) => {
        // One that is bound stood there before, under a label, and still does.
        const isToCome = (id: number) => copies.get(id)?.upstreamUid === null;
        for (const { newCopyId } of missed) if (newCopyId !== null && isToCome(newCopyId)) work.withdraw(newCopyId);
        const old = missed.filter(({ createdAt }) => createdAt < until);
        giveUp(store, work, old);
        // What was to be done with what they would have brought.
        if (old.length > 0) work.ringJournal(accountId);
      });
    },
  };
}

/** On its way to another account, and its bytes are here: it arrives, and nothing is taken away that somebody has moved. */
function sendOn({ journal, messages, copies, sources, bodyIndex }: Store, work: Work, copy: CopyRow): void {
  const message = messages.get(copy.messageId);
  const sizeBytes = message?.bodyRef ? bodyIndex.sizeOf(message.bodyRef) : undefined;
  if (!message?.bodyRef || sizeBytes === undefined) return;
  const { bodyRef, internalDate } = message;
  for (const row of journal.ofCopy(copy.id).filter(({ kind }) => kind === 'spool')) {
    const madeId = journal.targets(row.id).find(({ copyId }) => copyId === copy.id)?.newCopyId;
    const made = madeId == null ? undefined : copies.get(madeId);
    const to = made && sources.get(made.sourceId);
    if (!made || !to) continue;
    journal.remove(row.id);
    messages.setBody(made.messageId, bodyRef);
    messages.setOrigin(made.messageId, null);
    bodyIndex.pin(bodyRef);
    const payload: AppendPayload = { bodyRef, sizeBytes, internalDate };
    oweAppend({ journal }, work, {
      to,
      copyId: made.id,
      payload,
      mark: (JSON.parse(row.payload) as SpoolPayload).mark,
    });
  }
}

/** What is owed for the copy and can be done elsewhere as well, in order. */
function following(
  { journal }: Store,
  source: SourceRow,
  copy: CopyRow,
): { row: JournalRow; newCopyId: number | null }[] {
  const isRescued = source.role === 'trash' || source.role === 'junk';
  return journal.ofCopy(copy.id).flatMap((row) => {
    // Deleted for good here, and taken out of the Trash by somebody else: it stays.
    // So does what is gone after our own EXPUNGE has been sent: that is done.
    if (row.kind === 'expunge' && (isRescued || row.sent === 1)) return [];
    if (!['flags', 'move', 'copy', 'expunge', 'spool'].includes(row.kind)) return [];
    const target: JournalTarget | undefined = journal.targets(row.id).find(({ copyId }) => copyId === copy.id);
    return target ? [{ row, newCopyId: target.newCopyId }] : [];
  });
}

/**
 * The one copy that the stray must be now. By the provider's id, else by Message-ID, date, size and headers, and then only if
 * no other in the account, and no other stray, is like it.
 */
function whereNow(
  { store, accounts }: StraysOptions,
  stray: CopyRow,
  strays: readonly StrayRow[],
  isNew: (copy: CopyRow) => boolean,
): CopyRow | undefined {
  const message = store.messages.get(stray.messageId);
  if (!message) return undefined;
  const key = message.emailId === null ? keyOf(store, stray) : undefined;
  if (message.emailId === null && key === undefined) return undefined;
  const isThere = (copy: CopyRow) => copy.id !== stray.id && copy.upstreamUid !== null;
  const ids =
    key === undefined
      ? [stray.messageId]
      : store.messages.byMessageIdHeader(message.accountId, message.messageIdHeader ?? '');
  const alike = ids
    .flatMap((id) => store.copies.ofMessage(id))
    .filter((copy) => isThere(copy) && (key === undefined || keyOf(store, copy) === key));
  if (accounts.get(message.accountId)?.traits.deleteIsMoveToTrash && message.emailId !== null) {
    // One mail under several labels: any is the message; All Mail never loses it.
    const free = alike.filter(({ leaving }) => leaving === 0);
    const isAll = ({ sourceId }: CopyRow) => store.sources.get(sourceId)?.role === 'all';
    return free.find((copy) => isNew(copy) && !isAll(copy)) ?? free.find(isAll);
  }
  const [only] = alike;
  if (!only || alike.length > 1 || only.leaving === 1 || !isNew(only)) return undefined;
  const others = new Set(strays.map(({ copyId }) => copyId));
  others.delete(stray.id);
  const isTwin = (id: number) => {
    const other = store.copies.get(id);
    return other && (key === undefined ? other.messageId === stray.messageId : keyOf(store, other) === key);
  };
  return [...others].some(isTwin) ? undefined : only;
}

const keyOf = (store: Store, copy: CopyRow): string | undefined => {
  const known = knownOf(store, copy.messageId);
  return known && certainKeyOf(known);
};

/** What was owed for the stray is owed for the copy it has been found to be. */
function follow(options: StraysOptions, work: Work, strayId: number, hereId: number): void {
  const { store } = options;
  const { copies, journal } = store;
  const stray = copies.get(strayId);
  const here = copies.get(hereId);
  const source = here && store.sources.get(here.sourceId);
  if (!stray || !here || !source) return;
  const rows = journal.strays(source.accountId).filter(({ copyId }) => copyId === strayId);
  for (const { id } of rows) journal.remove(id);
  if (here.messageId !== stray.messageId) {
    // One message: what was read of it stays with it.
    copies.setMessage(here.id, stray.messageId);
    store.messages.removeIfOrphan(here.messageId);
  }
  for (const row of rows) {
    if (row.kind === 'flags') oweFlagsThere(store, work, here.id, source, JSON.parse(row.payload) as FlagChange);
    else oweThere(options, work, row, { hereId: here.id, source });
  }
  removeCopy(store, work, stray);
}

function oweFlagsThere(
  { copies }: Store,
  work: Work,
  hereId: number,
  source: SourceRow,
  { add, remove }: FlagChange,
): void {
  const copy = copies.get(hereId);
  if (!copy) return;
  const has = new Set(splitKeywords(copy.keywords).map((keyword) => keyword.toLowerCase()));
  const change: FlagChange = {
    add: {
      system: add.system & ~copy.flags,
      keywords: add.keywords.filter((keyword) => !has.has(keyword.toLowerCase())),
    },
    remove: {
      system: remove.system & copy.flags,
      keywords: remove.keywords.filter((keyword) => has.has(keyword.toLowerCase())),
    },
  };
  const after = withChange(copy, change);
  if (isSame(copy, after)) return;
  copies.setFlags(copy.id, after);
  work.touch(copy);
  const payload = pushable(change, source, true);
  if (isNoChange(payload)) return;
  work.owe({
    accountId: source.accountId,
    kind: 'flags',
    sourceId: source.id,
    payload,
    targets: [{ copyId: copy.id }],
  });
}

interface Place {
  readonly hereId: number;
  readonly source: SourceRow;
}

function oweThere({ store, accounts }: StraysOptions, work: Work, row: StrayRow, { hereId, source }: Place): void {
  const { copies, journal } = store;
  const here = copies.get(hereId);
  const made = row.newCopyId === null ? undefined : copies.get(row.newCopyId);
  if (!here) return;
  const owe = (kind: string, payload: unknown, isLeaving: boolean) => {
    if (isLeaving) {
      copies.setLeaving(hereId, true);
      work.withdraw(hereId);
    }
    const target = made ? { copyId: hereId, newCopyId: made.id } : { copyId: hereId };
    const id = work.owe({ accountId: source.accountId, kind, sourceId: source.id, payload, targets: [target] });
    if (row.sent === 1) journal.setSent(id, payload);
  };
  if (row.kind === 'expunge') {
    const hasTrash = store.sources.ofAccount(source.accountId).some(({ role, present }) => role === 'trash' && present);
    // Never for good: whoever moved it wanted it kept.
    if (source.role !== 'trash' && hasTrash) owe('expunge', { toTrash: true }, true);
    return;
  }
  if (!made) return;
  // It may have been hidden when it was in no mailbox.
  if (made.leaving === 0) work.place(made.id);
  if (row.kind === 'spool') {
    const payload = JSON.parse(row.payload) as SpoolPayload;
    owe('spool', payload, payload.remove);
    return;
  }
  const payload = JSON.parse(row.payload) as TransferPayload;
  if (payload.toSourceId === source.id) {
    // There already, where the user wanted it.
    const upstream = { system: here.upstreamFlags, keywords: splitKeywords(here.upstreamKeywords) };
    if (made.upstreamUid === null) bindCopy({ store, accounts }, work, made.id, here.upstreamUid ?? 0, upstream);
    return;
  }
  // All Mail keeps what is moved out of it: a label is all there is to add.
  const kind = source.role === 'all' ? 'copy' : row.kind;
  owe(kind, payload, kind === 'move');
}

/** Not to be found anywhere: another client has deleted it. */
export function giveUp({ copies, journal, ...store }: Store, work: Work, rows: readonly StrayRow[]): void {
  const all = { copies, journal, ...store };
  for (const { id, copyId, newCopyId } of rows) {
    journal.remove(id);
    for (const goneId of [newCopyId, copyId]) {
      const gone = goneId === null ? undefined : copies.get(goneId);
      if (gone?.upstreamUid === null && !journal.isOfStray(gone.id)) removeCopy(all, work, gone);
    }
  }
}
