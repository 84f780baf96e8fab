// One account's life: sign in, list, show, fill in, then keep up with the upstream and carry the journal out (DESIGN §6).

import { backoffMs } from '../../lib/backoff.js';
import { sleep } from '../../lib/deadline.js';
import { createMutex } from '../../lib/mutex.js';
import { DiskError, UpstreamError } from '../../mail/errors.js';
import { runPusher } from '../journal/pusher.js';
import { NETWORK_RETRY } from '../limits/hold.js';
import { keepUsage } from '../limits/keep-usage.js';
import type { Actor, ActorOptions } from './actor-contract.js';
import { createClientReads } from './client-reads.js';
import { createEachSource } from './each-source.js';
import { createGate, withDisk } from './gate.js';
import { createIngest, type Ingest } from './ingest.js';
import { createLane, type Lane, type LaneSession, Priority, type PriorityValue, RenumberedError } from './lane.js';
import { createLooks } from './looks.js';
import { createProbing } from './probing.js';
import { createProgress, keywordSupport, sourceAsItIs } from './progress.js';
import { refreshQuota } from './quota.js';
import { createRounds } from './rounds.js';
import { createSavingNotice } from './saving-notice.js';
import type { SourceSyncContext } from './source-state.js';
import { syncSource } from './source-sync.js';
import { syncTree } from './tree-sync.js';
import { createUidCheck } from './uid-check.js';
import { createWaking } from './waking.js';
import { watchInbox } from './watch.js';

export function createActor(options: ActorOptions): Actor {
  const { account, store, tree, bell, logger } = options;
  const { traits } = account;
  const { meter } = account.limits;
  const stop = new AbortController();
  const { wake, signedIn, sleepUntilBack, rest, pushed } = createWaking(store, account.id, bell, stop.signal);
  const gate = createGate({
    connector: account.connector,
    limits: account.limits,
    signal: stop.signal,
    onBack: (from) => {
      wake();
      if (from === 'network') options.onNetworkBack();
    },
    onSignedIn: () => {
      options.onSignedIn();
      signedIn();
    },
    // At once: only the user can mend it. What else fails is told when the account's life notices.
    onRefused: (error) => options.onProblem('connection', { code: 'connection', error }),
  });
  const check = traits.renumbersSilently ? createUidCheck(store) : undefined;
  const lane = () => createLane(gate.connect, { check, guard: gate });
  const worker = lane();
  const watcher = lane();
  const reader = traits.maxConnections >= 3 ? lane() : worker;
  const readNow = createClientReads({ name: account.name, lane: reader, gate, signal: stop.signal });
  const { strays } = options.journal;
  const ingest: Ingest = createIngest(store, options.unit, strays);
  const rematching = createMutex();
  const context: SourceSyncContext = { store, unit: options.unit, ingest, strays, traits, logger, rematching };
  const progress = createProgress(options.onProgress);
  const saving = createSavingNotice(meter, options);
  const probing = createProbing({
    probes: store.probes,
    accountId: account.id,
    profile: account.connector.profile,
    logger,
  });
  const inbox = () => rounds.syncable().find(({ role, listed }) => role === 'inbox' && listed);
  let synced = false;
  let isListed = false;
  const running: Promise<void>[] = [];

  /** What is read is to be kept: while the disk takes nothing, nothing is fetched. */
  const onWorker = <T>(priority: PriorityValue, work: (lane: LaneSession) => Promise<T>) =>
    store.database.health.well(stop.signal).then(() => worker.run(priority, work));
  const listTree = ({ isWanted = false } = {}) =>
    onWorker(Priority.arrivals, async (lane) => {
      const { session } = lane;
      const { words, appendLimit } = session.capabilities;
      store.accounts.setProbe(account.id, { capabilities: words, appendLimit });
      await syncTree(context, lane, tree, account);
      await refreshQuota(store, account.id, session, isWanted);
    });
  /** What was announced and does not hold is asked for when a connection is made. */
  const tryOut = async () => {
    const isAnother = await onWorker(Priority.flags, (lane) => probing.ifDue(lane, inbox()));
    if (isAnother) await Promise.all([worker, watcher, reader].map((each) => each.drop()));
  };

  const rounds = createRounds({
    ...options,
    accountId: account.id,
    ingest,
    context,
    bodies: options.journal.bodies,
    progress,
    eachSource: createEachSource(options),
    signal: stop.signal,
    onWorker,
    isSaving: meter.isSaving,
  });
  const listAll = async () => {
    await rounds.listAll();
    if (!isListed) options.onListed('listed');
    isListed = true;
  };
  const fillIn = async () => {
    const isComplete = await rounds.backfill();
    saving.tell();
    return isComplete;
  };

  const lookAtAll = async ({ flags, isWanted = false }: { flags: boolean; isWanted?: boolean }) => {
    const began = Date.now();
    await listTree({ isWanted });
    await listAll();
    await rounds.catchUp(flags);
    onFilled(await fillIn());
    strays.expire(account.id, began);
  };

  const fetchAhead = async () => {
    await tryOut();
    await rounds.prefetch();
    saving.tell();
  };

  /** Until everything has been seen once; then watching and polling keep it so. */
  const life = async () => {
    for (let attempt = 0; !stop.signal.aborted; attempt++) {
      try {
        await listTree();
        gate.setBusy(true);
        await listAll();
        await rounds.catchUp(true);
        onFilled(await fillIn());
        gate.setBusy(false);
        options.onProblemOver('connection');
        attempt = 0;
        await fetchAhead();
        await poll();
      } catch (error) {
        await onFailure(error, attempt);
      }
    }
  };
  const onFilled = (isComplete: boolean) => {
    if (!isComplete || synced) return;
    // Before it is told: who is told looks at the status.
    synced = true;
    options.onSynced();
  };
  const onFailure = async (error: unknown, attempt: number) => {
    if (stop.signal.aborted) return;
    // Nothing is wrong: the next round matches the messages again.
    if (error instanceof RenumberedError) return;
    // Told by disk-watch.ts; the next round waits until it is over.
    if (error instanceof DiskError) return sleep(NETWORK_RETRY.firstMs, stop.signal);
    if (!isListed) options.onListed('failed');
    if (error instanceof UpstreamError) {
      if (error.details.serverText !== undefined) gate.roundFailed(error);
      // The problem is what the user sees, once; this is told at every try.
      logger.info({ err: error }, 'account cannot be synchronised now');
      options.onProblem('connection', { code: 'connection', error });
    } else logger.error({ err: error }, 'synchronisation failed unexpectedly');
    await sleepUntilBack(Math.max(backoffMs(attempt, NETWORK_RETRY), gate.waitMs()));
  };

  const poll = async () => {
    let lastFlags = performance.now();
    while (!stop.signal.aborted) {
      await sleep(traits.pollMs, stop.signal);
      if (stop.signal.aborted) return;
      if (reader !== worker) reader.ping();
      const flags = performance.now() - lastFlags >= traits.flagScanMs;
      if (flags) lastFlags = performance.now();
      await lookAtAll({ flags });
      await fetchAhead();
    }
  };

  const lookAgain = createLooks({ context, onWorker, signal: stop.signal });

  return {
    start: () => {
      const pusher = {
        context: options.journal,
        accountId: account.id,
        lane: worker,
        bell,
        logger,
        limits: account.limits,
        rest,
        onCarried: lookAgain,
        onProblem: options.onProblem,
        onProblemOver: options.onProblemOver,
      };
      const watching = { context, watcher, gate, inbox, sleepUntilBack, signal: stop.signal };
      running.push(life(), watchInbox(watching), runPusher(pusher, stop.signal), keepUsage(meter, stop.signal, logger));
    },
    status: () => {
      const standing = withDisk(gate.status(synced), store.database.health.trouble());
      const rows = rounds.syncable();
      return {
        ...standing,
        facts: account.connector.profile?.facts() ?? {},
        traits: account.connector.profile?.traits() ?? [],
        keywords: keywordSupport(rows),
        synced,
        sources: synced ? rows.map((row) => sourceAsItIs(store, row)) : progress.sources(store, rows, standing.state),
        messagesPerSecond: progress.messagesPerSecond(),
        upstreamConnections: gate.open(),
      };
    },
    syncNow: async (how) => {
      store.database.health.mustBeWell();
      gate.retryNow(how);
      const refusal = gate.refusal();
      if (refusal) throw refusal;
      wake();
      await lookAtAll({ flags: true, isWanted: true });
      await pushed();
    },
    networkIsBack: () => {
      if (!gate.isWaitingForNetwork()) return;
      gate.retryNow({ force: false });
      wake();
    },
    lookAt: (sourceId) => onWorker(Priority.arrivals, (lane) => syncSource(context, lane, sourceId, { flags: false })),
    read: (sourceId, { leisurely = false, fresh = false, upTo }, work) =>
      readNow(leisurely ? Priority.prefetch : Priority.read, {
        prepare: async (lane) => {
          const source = store.sources.get(sourceId);
          if (!source) throw new UpstreamError('permanent', 'the upstream mailbox is gone');
          await lane.selectKnown(source, { fresh, upTo });
        },
        ask: ({ session }) => work(session),
        isSlow: fresh,
        isLeisurely: leisurely,
      }),
    close: async () => {
      stop.abort();
      await Promise.all([worker, watcher, reader].map((lane: Lane) => lane.close()));
      await Promise.all(running);
    },
  };
}
