// What is done with all sources of an account, one after the other: listing, catching up, filling in, fetching ahead.
import { rangesOf } from '../../mail/sequence-set.js';
import type { SourceRow } from '../../store/sources.js';
import type { Store } from '../../store/store.js';
import type { MessageBodies } from '../reads/bodies.js';
import type { createEachSource } from './each-source.js';
import type { Ingest } from './ingest.js';
import { type LaneSession, Priority, type PriorityValue } from './lane.js';
import type { createProgress } from './progress.js';
import { byUrgency, type SourceSyncContext } from './source-state.js';
import { listedUpTo, listSome, syncSource } from './source-sync.js';
import type { Tree } from './tree-contract.js';

const BACKFILL_CHUNK = 1_000;
const PREFETCH_CHUNK = 30;

export interface RoundsOptions {
  readonly accountId: number;
  readonly store: Store;
  readonly tree: Tree;
  readonly ingest: Ingest;
  readonly context: SourceSyncContext;
  readonly bodies: MessageBodies;
  readonly prefetchDays: number;
  readonly progress: ReturnType<typeof createProgress>;
  readonly eachSource: ReturnType<typeof createEachSource>;
  readonly signal: AbortSignal;
  onWorker<T>(priority: PriorityValue, work: (lane: LaneSession) => Promise<T>): Promise<T>;
  /** What nobody waits for should wait: see limits/meter.ts. */
  isSaving(): boolean;
}

export interface Rounds {
  syncable(): SourceRow[];
  /** Everything the upstream had at first sight, without headers; then it can be shown. @throws {UpstreamError} */
  listAll(): Promise<void>;
  /** @throws {UpstreamError} */
  catchUp(flags: boolean): Promise<void>;
  /** Headers of what has only been listed, newest first (DESIGN §6); false if some are left for later. @throws {UpstreamError} */
  backfill(): Promise<boolean>;
  /** Recent bodies. @throws {UpstreamError} */
  prefetch(): Promise<void>;
}

const MAY_ASK_NOTHING = { isProof: false };

export function createRounds(options: RoundsOptions): Rounds {
  const { accountId, store, tree, ingest, context, progress, eachSource, signal, onWorker, isSaving } = options;
  const syncable = (): SourceRow[] =>
    store.sources
      .ofAccount(accountId)
      .filter(({ selectable, present }) => selectable && present)
      .sort(byUrgency);

  const listAll = async () => {
    const unlisted = syncable().filter(({ listed }) => !listed);
    await eachSource(unlisted, async (source) => {
      for (let done: number | undefined = listedUpTo(store, source); done !== undefined; ) {
        const from: number = done;
        done = await onWorker(Priority.flags, (lane) => listSome(context, lane, source.id, from));
        progress.listed(store, source);
      }
      tree.showSource(source.id);
    });
  };

  const catchUp = async (flags: boolean) => {
    const listed = syncable().filter((source) => source.listed);
    await eachSource(listed, async ({ id }) => {
      // It may be renamed or gone by the time its turn comes.
      if (store.sources.get(id)?.listed)
        await onWorker(Priority.arrivals, (lane) => syncSource(context, lane, id, { flags }));
    });
  };

  const backfill = async () => {
    let isComplete = true;
    await eachSource(
      syncable(),
      async (source) => {
        // What the server gives nothing for stays missing; it is asked for again when a client wants it.
        const missing = store.messages.withoutListing(source);
        progress.begin(source, store.copies.countBound(source.id), missing.length);
        for (let i = 0; i < missing.length; i += BACKFILL_CHUNK) {
          const known = store.sources.get(source.id);
          if (!known) break;
          if (isSaving()) {
            isComplete = false;
            return;
          }
          const chunk = missing.slice(i, i + BACKFILL_CHUNK);
          await onWorker(Priority.backfill, async (lane) => {
            await lane.selectKnown(known, { upTo: chunk[0] });
            await lane.session.fetchHeaders(rangesOf(chunk.reverse()), (rows) => {
              ingest.headers(known, rows);
              progress.filled(known, rows.length);
            });
          });
        }
      },
      MAY_ASK_NOTHING,
    );
    return isComplete;
  };

  const prefetch = async () => {
    const since = Math.floor(Date.now() / 1000) - options.prefetchDays * 86_400;
    await eachSource(
      syncable(),
      async (source) => {
        if (source.role === 'junk' || source.role === 'trash') return;
        const seen = new Set<number>();
        for (;;) {
          const items = store.messages
            .withoutBody(source, since, PREFETCH_CHUNK)
            .filter(({ messageId }) => !seen.has(messageId));
          if (items.length === 0 || signal.aborted || isSaving()) break;
          for (const { messageId } of items) seen.add(messageId);
          await options.bodies.prefetch(source.id, items);
        }
      },
      MAY_ASK_NOTHING,
    );
  };
  return { syncable, listAll, catchUp, backfill, prefetch };
}
