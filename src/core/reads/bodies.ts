// The bytes of messages: from bodies/ when they are there, else fetched from upstream, kept, and served (DESIGN §8).
import type { Logger } from '../../lib/logger.js';
import { UpstreamError } from '../../mail/errors.js';
import { asUid, asUpstreamUid, type UpstreamUid } from '../../mail/ids.js';
import type { BodyFiles } from '../../store/body-files.js';
import type { Whereabouts } from '../../store/listing-reads.js';
import type { Store } from '../../store/store.js';
import type { MailboxId, MessageBody, Reads, Spooled, SpoolWriter } from '../core.js';
import { type BodyCache, createCache } from './body-cache.js';
import type { UpstreamReader } from './upstream-reader.js';

export interface MessageBodies {
  readonly bodies: Reads['bodies'];
  /** For what a client hands us: on disk at finish, and pinned until `unpin`. @throws {MailboxError} UNAVAILABLE */
  spool(): SpoolWriter;
  streamOf(bodyRef: string, start?: number, end?: number): AsyncIterable<Uint8Array>;
  read(bodyRef: string): Promise<Uint8Array>;
  /** The message's body in bodies/, fetched if need be. @throws {UpstreamError} */
  ensure(messageIds: readonly number[]): Promise<void>;
  /** The same, fsynced, and pinned until `unpin`. @throws {UpstreamError} */
  ensureDurable(messageId: number): Promise<Spooled>;
  /** Puts a body that is pinned on disk for good; undefined if its file is gone, or only half there. */
  settle(bodyRef: string): Promise<Spooled | undefined>;
  unpin(bodyRef: string): void;
  /** Removes files that nothing names. */
  sweep(signal: AbortSignal): Promise<void>;
  /** Fetches bodies ahead of any need, within the cache's size. */
  prefetch(sourceId: number, items: readonly BodyRequest[]): Promise<void>;
}

/** The provider answers, but not with this message. */
export const NOT_GIVEN = 'the message could not be fetched';

export interface BodyRequest {
  /** The message that is to have the body. */
  readonly messageId: number;
  /** The message whose upstream copy gives it; another one only for a transfer between accounts. */
  readonly holderId?: number;
  readonly sizeBytes: number;
}

export interface BodiesOptions {
  readonly store: Store;
  readonly files: BodyFiles;
  readonly reader: UpstreamReader;
  readonly cacheBytes: number;
  readonly logger: Logger;
}

/** One upstream command fetches at most so many bodies, of so many bytes together. */
const BATCH_COUNT = 40;
const BATCH_BYTES = 4_000_000;
/** How far `bodies` looks ahead of what the client has taken. */
const LOOK_AHEAD = 120;

export function createMessageBodies(options: BodiesOptions): MessageBodies {
  const { store, files } = options;
  const cache = createCache(options);
  const downloads = createDownloads(options, cache);

  const bodyOf = (bodyRef: string): MessageBody | undefined => {
    const sizeBytes = store.bodyIndex.sizeOf(bodyRef);
    if (sizeBytes === undefined) return undefined;
    return {
      sizeBytes,
      bytes: () => cache.read(bodyRef),
      stream: (start = 0, end = sizeBytes) => files.stream(bodyRef, start, Math.min(end, sizeBytes)),
    };
  };
  const cachedRef = (messageId: number): string | undefined => store.messages.get(messageId)?.bodyRef ?? undefined;

  async function* bodies(mailboxId: MailboxId, uids: Uint32Array, signal: AbortSignal) {
    const pending = new Map<number, Promise<void>>();
    let ahead = 0;
    for (let i = 0; i < uids.length; i++) {
      if (signal.aborted) return;
      // Filled up again when half of it is taken, so that the upstream is never waited for with nothing under way.
      if (ahead - i <= LOOK_AHEAD / 2 && ahead < uids.length) {
        const end = Math.min(uids.length, i + LOOK_AHEAD);
        for (const [uid, download] of startDownloads(mailboxId, uids.subarray(ahead, end))) pending.set(uid, download);
        ahead = end;
      }
      const uid = uids[i] ?? 0;
      let failure = await pending.get(uid)?.then(() => undefined, failed);
      pending.delete(uid);
      const kept = store.listings.whereabouts(mailboxId, uid)?.bodyRef;
      // Once more from upstream: the cache may have let it go before its turn came, and a file that a power cut left half
      // written has been forgotten by this question.
      if (!failure && !(kept && (await cache.isWhole(kept)))) {
        failure = await startDownloads(mailboxId, Uint32Array.of(uid))
          .get(uid)
          ?.then(() => undefined, failed);
      }
      // One account that is away is no reason to keep the others' messages back.
      if (failure) {
        yield { uid: asUid(uid), body: undefined, ...failure };
        continue;
      }
      const where = store.listings.whereabouts(mailboxId, uid);
      if (where?.bodyRef) cache.used(where.bodyRef);
      yield { uid: asUid(uid), body: where?.bodyRef ? bodyOf(where.bodyRef) : undefined };
    }
  }
  const startDownloads = (mailboxId: MailboxId, uids: Uint32Array): Map<number, Promise<void>> => {
    const wanted: Whereabouts[] = [];
    for (const uid of uids) {
      const where = store.listings.whereabouts(mailboxId, uid);
      if (where && !where.bodyRef && !isHereAlready(where)) wanted.push(where);
    }
    const byMessage = downloads.start(wanted.flatMap(requestFor));
    return new Map(wanted.map(({ uid, messageId }) => [uid, byMessage.get(messageId) ?? Promise.resolve()]));
  };
  /** On its way from another account, of whose copy the bytes are here: no upstream is needed, and none may answer. */
  const isHereAlready = ({ messageId, originId }: Whereabouts): boolean => {
    const bodyRef = originId === null ? undefined : cachedRef(originId);
    if (bodyRef !== undefined) store.messages.setBody(messageId, bodyRef);
    return bodyRef !== undefined;
  };
  /** Where the bytes can be had: this copy, another copy of the content, or the message it is being transferred from. */
  const requestFor = (where: Pick<Whereabouts, 'messageId' | 'originId'>): SourcedRequest[] => {
    for (const id of [where.messageId, where.originId]) {
      const message = id === null ? undefined : store.messages.get(id);
      const copy = message && store.copies.ofMessage(message.id).find(({ upstreamUid }) => upstreamUid !== null);
      if (message && copy?.upstreamUid != null) {
        return [
          {
            messageId: where.messageId,
            holderId: message.id,
            sizeBytes: message.sizeBytes,
            sourceId: copy.sourceId,
          },
        ];
      }
    }
    return [];
  };

  const ensure = async (messageIds: readonly number[]): Promise<void> => {
    const missing = messageIds.filter((id) => !cachedRef(id));
    const requests = missing.flatMap((messageId) =>
      requestFor({ messageId, originId: store.messages.get(messageId)?.originId ?? null }),
    );
    await Promise.all(downloads.start(requests).values());
  };
  return {
    bodies,
    ensure,
    spool: () => cache.spool(),
    streamOf: (bodyRef, start, end) => cache.stream(bodyRef, start, end),
    sweep: (signal) => cache.sweep(signal),
    read: (bodyRef) => cache.read(bodyRef),
    ensureDurable: async (messageId) => {
      await ensure([messageId]);
      const bodyRef = cachedRef(messageId);
      const sizeBytes = bodyRef === undefined ? undefined : store.bodyIndex.sizeOf(bodyRef);
      if (bodyRef === undefined || sizeBytes === undefined) throw new UpstreamError('transient', NOT_GIVEN);
      return cache.makeDurable(bodyRef);
    },
    settle: (bodyRef) => cache.settle(bodyRef),
    unpin: (bodyRef) => store.bodyIndex.unpin(bodyRef),
    prefetch: async (sourceId, items) => {
      const requests = items.map((item) => ({ ...item, sourceId }));
      await Promise.all(downloads.start(requests, true).values());
    },
  };
}

const failed = (error: unknown) => ({ error });

interface SourcedRequest extends BodyRequest {
  readonly sourceId: number;
}

/** Downloads under way, one a message however many clients ask. */
function createDownloads({ store, reader }: BodiesOptions, cache: BodyCache) {
  const underWay = new Map<number, Promise<void>>();

  const fetchBatch = async (sourceId: number, batch: readonly BodyRequest[], leisurely: boolean): Promise<void> => {
    const byUid = () =>
      new Map(batch.flatMap((request) => uidOf(sourceId, request).map((uid) => [uid, request] as const)));
    const upTo = Math.max(0, ...byUid().keys());
    await reader.read(sourceId, { leisurely, upTo }, (session) => {
      // Again: while this waited for its turn the source may have been renumbered, and an old uid is another message.
      const requests = byUid();
      return withWrites((inBackground) =>
        session.fetchBodies([...requests.keys()], async (uid, body) => {
          const request = requests.get(uid);
          const { whole, bytes } = await startOf(body);
          const written = keep(request, bytes, whole);
          // A small one goes to disk while the next comes; a large one is written as fast as it comes.
          if (whole) inBackground(written);
          else await written;
        }),
      );
    });
  };
  const keep = async (
    request: BodyRequest | undefined,
    bytes: AsyncIterable<Uint8Array>,
    whole: Uint8Array | undefined,
  ): Promise<void> => {
    const writer = cache.writer();
    try {
      for await (const chunk of bytes) await writer.write(chunk);
    } catch (error) {
      await writer.abort();
      throw error;
    }
    await cache.finish(
      writer,
      ({ bodyRef }) => {
        if (request) store.messages.setBody(request.messageId, bodyRef);
      },
      whole,
    );
  };
  const uidOf = (sourceId: number, { messageId, holderId = messageId }: BodyRequest): UpstreamUid[] =>
    store.copies
      .ofMessage(holderId)
      .flatMap((copy) =>
        copy.sourceId === sourceId && copy.upstreamUid !== null ? [asUpstreamUid(copy.upstreamUid)] : [],
      )
      .slice(0, 1);
  const start = (requests: readonly SourcedRequest[], leisurely = false): Map<number, Promise<void>> => {
    for (const batch of batches(requests.filter(({ messageId }) => !underWay.has(messageId)))) {
      const [first] = batch;
      if (!first) continue;
      const download = fetchBatch(first.sourceId, batch, leisurely).finally(() => {
        for (const { messageId } of batch) underWay.delete(messageId);
      });
      // Whoever waits for it gets the error; nobody may be waiting any more.
      download.catch(() => undefined);
      for (const { messageId } of batch) underWay.set(messageId, download);
    }
    return new Map(requests.map(({ messageId }) => [messageId, underWay.get(messageId) ?? Promise.resolve()]));
  };
  return { start };
}

/** Runs the work, and ends when what it left to be written is written too. @throws what either throws, the work's first */
async function withWrites(work: (inBackground: (write: Promise<void>) => void) => Promise<void>): Promise<void> {
  const writes: Promise<void>[] = [];
  try {
    await work((write) => {
      // It may fail before anybody waits for it.
      write.catch(() => undefined);
      writes.push(write);
    });
  } finally {
    await Promise.allSettled(writes);
  }
  await Promise.all(writes);
}

/** The body's bytes from their beginning; `whole`: the one piece that is all of it. */
async function startOf(
  body: AsyncIterable<Uint8Array>,
): Promise<{ whole: Uint8Array | undefined; bytes: AsyncIterable<Uint8Array> }> {
  const rest = body[Symbol.asyncIterator]();
  const first = await rest.next();
  const second = first.done ? first : await rest.next();
  const bytes = async function* () {
    try {
      for (let next = first; !next.done; next = next === first ? second : await rest.next()) yield next.value;
    } finally {
      await rest.return?.();
    }
  };
  return { whole: second.done && !first.done ? first.value : undefined, bytes: bytes() };
}

/** Runs of requests to one source, small enough for one command. */
function* batches(requests: readonly SourcedRequest[]): Generator<SourcedRequest[]> {
  const open = new Map<number, { batch: SourcedRequest[]; bytes: number }>();
  for (const request of requests) {
    const current = open.get(request.sourceId) ?? { batch: [], bytes: 0 };
    open.set(request.sourceId, current);
    current.batch.push(request);
    current.bytes += request.sizeBytes;
    if (current.batch.length >= BATCH_COUNT || current.bytes >= BATCH_BYTES) {
      open.delete(request.sourceId);
      yield current.batch;
    }
  }
  for (const { batch } of open.values()) yield batch;
}
