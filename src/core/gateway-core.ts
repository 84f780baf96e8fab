// Builds core out of its parts and answers the front ends' interface (core.ts).

import type { Logger } from '../lib/logger.js';
import { MailboxError, UpstreamError } from '../mail/errors.js';
import { problemTexts, type Trouble } from '../mail/problems.js';
import type { BodyFiles } from '../store/body-files.js';
import type { Store } from '../store/store.js';
import type { AccountSettings, CoreAccount } from './accounts.js';
import { type AppendContext, append, appendLimit } from './actions/append.js';
import { expunge } from './actions/expunge.js';
import { storeFlags } from './actions/flags.js';
import { replace } from './actions/replace.js';
import { takeIn, takeInOne } from './actions/take-in.js';
import { transfer } from './actions/transfer.js';
import { createAnnotations } from './annotations.js';
import { createBell } from './changes.js';
import type { Actions, Core, CoreEvent, Login, Outbox, Overview } from './core.js';
import { createDeletions } from './deletions.js';
import { watchDisk } from './disk-watch.js';
import { createFirstListing } from './first-listing.js';
import { createFlagTable } from './flag-table.js';
import type { JournalContext } from './journal/context.js';
import { createStrays } from './journal/strays.js';
import { createMailboxes } from './mailboxes.js';
import { createOutages } from './outages/outages.js';
import { createOverview } from './overview.js';
import { createQuotas } from './quotas.js';
import { createMessageBodies } from './reads/bodies.js';
import { createPreviews } from './reads/previews.js';
import { createRows } from './reads/rows.js';
import { createSearch } from './reads/search.js';
import { createSnapshots } from './reads/snapshots.js';
import { createSort, createThread } from './reads/sort.js';
import { createSortTables } from './reads/sort-table.js';
import { createTakeApart } from './reads/take-apart.js';
import { namingAccount, type UpstreamReader } from './reads/upstream-reader.js';
import { registerAccounts } from './register-accounts.js';
import { createRemovalLog } from './removals/log.js';
import { createRemovals } from './removals/removals.js';
import { callOffRestored } from './removals/restored.js';
import { createSentCopies, type SentCopies } from './sent-copies.js';
import type { Actor } from './sync/actor-contract.js';
import { createActors } from './sync/actors.js';
import { createIngest } from './sync/ingest.js';
import { createTree } from './sync/tree.js';
import { createUnitOfWork } from './unit-of-work.js';

export interface CoreOptions {
  readonly store: Store;
  readonly files: BodyFiles;
  readonly accounts: readonly CoreAccount[];
  readonly accountTrees: 'all' | 'folders' | 'none';
  /** Whether messages carry a local keyword that tells their account. */
  readonly accountKeywords: boolean;
  readonly merge: Readonly<Record<string, readonly string[]>>;
  readonly cacheBytes: number;
  readonly prefetchDays: number;
  /** How long what clients remove can be brought back; 0: not at all. */
  readonly undoDays: number;
  readonly login: Login;
  readonly logger: Logger;
  /** Made last, on top of what core offers it. */
  createOutbox(deps: OutboxFoundations): OutboxService;
}

export interface OutboxFoundations {
  readonly accounts: readonly AccountSettings[];
  readonly sentCopies: SentCopies;
  readonly bodies: ReturnType<typeof createMessageBodies>;
  onProblem(accountId: number | undefined, subject: string, trouble: Trouble): void;
  onProblemOver(accountId: number, subject: string): void;
}

/** The outbox with what core itself asks of it. */
export interface OutboxService extends AsyncDisposable {
  readonly outbox: Outbox;
  readonly submittedBy: AppendContext['submittedBy'];
  readonly isBeingSent: JournalContext['isBeingSent'];
  counts(): { queued: number; failed: number };
  waiting(): { accountId: number; messages: number; reason: string; nextAttemptAt: number }[];
  /** What waits by our own caution alone is tried now; with `force`, also what the provider wants to wait. */
  retryNow(accountId: number, how: { readonly force: boolean }): void;
  networkIsBack(): void;
  start(): void;
}

/** The largest message taken, also where an upstream takes more or does not tell its APPENDLIMIT. */
const MAX_APPEND_BYTES = 50_000_000;
/** How long the first filling of the unified mailboxes waits for an account that neither answers nor fails. */
const FIRST_LISTING_PATIENCE_MS = 120_000;

export function createCore(options: CoreOptions): Core {
  const { store, logger } = options;
  const bell = createBell();
  const unit = createUnitOfWork(store, bell);
  const tree = createTree({ store, unit, merge: options.merge });
  const { accounts, owed } = registerAccounts(options, unit, tree);
  const byId = new Map(accounts.map((account) => [account.id, account]));
  tree.prepare();

  const actors = new Map<number, Actor>();
  const actorOf = (sourceId: number): Actor => {
    const actor = actors.get(store.sources.get(sourceId)?.accountId ?? 0);
    if (!actor) throw new UpstreamError('permanent', 'the account is not configured any more');
    return actor;
  };
  const reader: UpstreamReader = {
    read: async (sourceId, how, work) =>
      namingAccount(byId.get(store.sources.get(sourceId)?.accountId ?? 0), actorOf(sourceId).read(sourceId, how, work)),
  };
  const snapshots = createSnapshots({ store, flags: createFlagTable(), tagOf: tagLookup(store, byId) });
  const sortTables = createSortTables(store, snapshots);
  const strays = createStrays({ store, unit, accounts: byId });
  const ingest = createIngest(store, unit, strays);
  const bodies = createMessageBodies({ store, files: options.files, reader, cacheBytes: options.cacheBytes, logger });
  const takeApart = createTakeApart(bodies, options.files);
  const removals = createRemovalLog(store, options.undoDays, options.cacheBytes);
  const deletions = createDeletions({ store, unit, removals, tree, settings: byId, logger });
  const journal: JournalContext = {
    store,
    unit,
    tree,
    accounts: byId,
    bodies,
    strays,
    removals,
    deletions,
    isBeingSent: (messageId) => outbox.isBeingSent(messageId),
  };

  const listeners = new Set<(event: CoreEvent) => void>();
  const tell = (event: CoreEvent) => {
    for (const listener of listeners) listener(event);
  };
  const report = (accountId: number | undefined, subject: string, trouble: Trouble) => {
    const isNew = store.problems.report(accountId, subject, trouble);
    const account = accountId === undefined ? undefined : byId.get(accountId)?.name;
    if (isNew) tell({ event: 'problem', ...(account === undefined ? {} : { account }), ...problemTexts(trouble) });
  };

  watchDisk(store, report);
  for (const { id, name, address } of owed) {
    // What else was wrong with it does not matter now.
    for (const { accountId, subject } of store.problems.open())
      if (accountId === id) store.problems.resolve(id, subject);
    report(undefined, `account ${id}`, { code: 'stillOwed', account: name, address, ...store.accounts.owedTo(id) });
  }
  for (const { id } of accounts) store.problems.resolve(undefined, `account ${id}`);
  // Of an earlier start it has been told for long enough.
  for (const { id } of store.accounts.list()) store.problems.resolve(id, 'restored');
  for (const [id, again] of callOffRestored(journal)) report(id, 'restored', { code: 'shownAgain', ...again });

  const defaultAccount = accounts.find(({ isDefault }) => isDefault) ?? accounts[0];
  const context: AppendContext = {
    store,
    unit,
    snapshots,
    tree,
    removals,
    accounts: byId,
    defaultAccount,
    bodies,
    takeApart,
    limitOf: (accountId) => appendLimitOf(store, accountId),
    submittedBy: (messageId) => outbox.submittedBy(messageId),
  };
  const lookAt = (sourceId: number) => actorOf(sourceId).lookAt(sourceId);
  const sentCopies = createSentCopies({ context, lookAt, reader });
  const outbox = options.createOutbox({
    accounts,
    sentCopies,
    bodies,
    onProblem: report,
    onProblemOver: store.problems.resolve,
  });

  const firstListing = createFirstListing(
    store,
    tree,
    accounts.map(({ id }) => id),
  );
  const outages = createOutages({ store, unit, bodies, takeApart, accounts: byId, logger, onAlerts: bell.ringAlerts });
  const stateOf = (accountId: number) => actors.get(accountId)?.status().state;
  createActors(actors, {
    ...{ store, unit, tree, bell, journal, logger, accounts, firstListing, outages, tell, report },
    prefetchDays: options.prefetchDays,
    networkIsBack: outbox.networkIsBack,
  });
  const overview: Overview = createOverview({
    store,
    accounts,
    actors,
    counts: outbox.counts,
    waiting: outbox.waiting,
    retrySending: outbox.retryNow,
    listeners,
    alerts: outages.alerts,
  });
  const patience = new AbortController();
  const mailboxes = createMailboxes({
    store,
    unit,
    tree,
    accounts,
    accountTrees: options.accountTrees,
    removals,
    deletions,
  });
  return {
    mailboxes,
    removals: createRemovals({ ...context, mailboxes, deletions, lookAt }),
    quotas: createQuotas(store, accounts),
    annotations: createAnnotations({
      store,
      unit,
      bell,
      accounts: byId,
      stateOf,
    }),
    reads: {
      ...snapshots,
      rows: createRows({ store, ingest, bodies, takeApart, reader, fillPreviews: createPreviews({ store, bodies }) }),
      bodies: bodies.bodies,
      sort: createSort(sortTables),
      thread: createThread(sortTables),
      search: createSearch({
        store,
        snapshots,
        bodies,
        reader,
        isTrusted: (sourceId) => byId.get(store.sources.get(sourceId)?.accountId ?? 0)?.traits.searchTrusted ?? false,
        accountOf: (sourceId) => {
          const accountId = store.sources.get(sourceId)?.accountId;
          return store.accounts.list().find(({ id }) => id === accountId)?.name ?? '';
        },
      }),
    },
    actions: createActions(context),
    changes: bell,
    login: options.login,
    outbox: outbox.outbox,
    overview,
    start: () => {
      const timer = setTimeout(firstListing.stopWaiting, FIRST_LISTING_PATIENCE_MS);
      patience.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
      deletions.resume();
      for (const actor of actors.values()) actor.start();
      outbox.start();
      bodies.sweep(patience.signal).catch((err: unknown) => logger.warn({ err }, 'cannot look for files left over'));
    },
    [Symbol.asyncDispose]: async () => {
      patience.abort();
      await outbox[Symbol.asyncDispose]();
      await Promise.all([...actors.values()].map((actor) => actor.close()));
      await deletions[Symbol.asyncDispose]();
      await outages[Symbol.asyncDispose]();
    },
  };
}

const createActions = (context: AppendContext): Actions => ({
  storeFlags: (mailboxId, request) => storeFlags(context, mailboxId, request),
  copy: (mailboxId, uids, toPath, by) => transfer(context, 'copy', { mailboxId, uids, toPath, by }),
  move: (mailboxId, uids, toPath, by) => transfer(context, 'move', { mailboxId, uids, toPath, by }),
  expunge: (mailboxId, uids, by) => expunge(context, mailboxId, uids, by),
  appendLimit: (path) => appendLimit(context, path),
  spool: (sizeBytes) => {
    if (sizeBytes > MAX_APPEND_BYTES) throw new MailboxError('TOOBIG', 'the message is too large');
    return context.bodies.spool();
  },
  append: async (path, messages) => append(context, path, await takeIn(context, messages)),
  replace: async (mailboxId, uid, path, message, by) =>
    replace(context, { mailboxId, uid, path, by }, await takeInOne(context, message)),
});

const appendLimitOf = (store: Store, accountId: number): number =>
  Math.min(MAX_APPEND_BYTES, store.accounts.list().find(({ id }) => id === accountId)?.appendLimit ?? MAX_APPEND_BYTES);

function tagLookup(store: Store, accounts: ReadonlyMap<number, AccountSettings>): (sourceId: number) => string {
  const tags = new Map<number, string>();
  return (sourceId) => {
    const known = tags.get(sourceId);
    if (known !== undefined) return known;
    const tag = accounts.get(store.sources.get(sourceId)?.accountId ?? 0)?.tag ?? '';
    tags.set(sourceId, tag);
    return tag;
  };
}
