// The bytes of messages: from bodies/ when they are there, else fetched from upstream, kept, and served (DESIGN §8).
import type { Logger } from '../../lib/logger.js';
import { MailboxError, UpstreamError } from '../../mail/errors.js';
import { asUid, asUpstreamUid } from '../../mail/ids.js';
import type { BodyFiles, BodyWriter } from '../../store/body-files.js';
import type { Whereabouts } from '../../store/listing-reads.js';
import type { Store } from '../../store/store.js';
import type { MailboxId, MessageBody, Reads, Spooled, SpoolWriter } from '../core.js';
import type { UpstreamReader } from './upstream-reader.js';

export interface MessageBodies {
  readonly bodies: Reads['bodies'];
  /** For what a client hands us: on disk at finish, and pinned until `unpin`. @throws {MailboxError} UNAVAILABLE */
  spool(): SpoolWriter;
  streamOf(bodyRef: string, start?: number, end?: number): AsyncIterable<Uint8Array>;
  read(bodyRef: string): Promise<Uint8Array>;
  /** The message's body in bodies/, fetched if need be. @throws {UpstreamError} */
  ensure(messageIds: readonly number[]): Promise<void>;
  ensureDurable(messageId: number): Promise<Spooled>;
  pin(bodyRef: string): void;
  unpin(bodyRef: string): void;
  /** Fetches bodies ahead of any need, within the cache's size. */
  prefetch(sourceId: number, items: readonly BodyRequest[]): Promise<void>;
}

export interface BodyRequest {
  readonly messageId: number;
  readonly upstreamUid: number;
  readonly sizeBytes: number;
}

export interface BodiesOptions {
  readonly store: Store;
  readonly files: BodyFiles;
  readonly reader: UpstreamReader;
  readonly cacheBytes: number;
  readonly logger: Logger;
}

const USED_BATCH = 500;
/** One upstream command fetches at most so many bodies, of so many bytes together. */
const BATCH_COUNT = 40;
const BATCH_BYTES = 4_000_000;
/** How far `bodies` looks ahead of what the client has taken. */
const LOOK_AHEAD = 120;

export function createMessageBodies(options: BodiesOptions): MessageBodies {
  const { store, files, reader } = options;
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
      if (i >= ahead) {
        const end = Math.min(uids.length, i + LOOK_AHEAD);
        for (const [uid, download] of startDownloads(mailboxId, uids.subarray(ahead, end))) pending.set(uid, download);
        ahead = end;
      }
      const uid = uids[i] ?? 0;
      const failure = await pending.get(uid)?.then(() => undefined, failed);
      pending.delete(uid);
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
      if (where && !where.bodyRef) wanted.push(where);
    }
    const byMessage = downloads.start(wanted.flatMap(requestFor));
    return new Map(wanted.map(({ uid, messageId }) => [uid, byMessage.get(messageId) ?? Promise.resolve()]));
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
            upstreamUid: copy.upstreamUid,
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
    streamOf: (bodyRef, start, end) => files.stream(bodyRef, start, end),
    read: (bodyRef) => cache.read(bodyRef),
    ensureDurable: async (messageId) => {
      await ensure([messageId]);
      const bodyRef = cachedRef(messageId);
      const sizeBytes = bodyRef === undefined ? undefined : store.bodyIndex.sizeOf(bodyRef);
      if (bodyRef === undefined || sizeBytes === undefined)
        throw new UpstreamError('transient', 'the message could not be fetched');
      return cache.makeDurable(bodyRef);
    },
    pin: (bodyRef) => store.bodyIndex.pin(bodyRef),
    unpin: (bodyRef) => store.bodyIndex.unpin(bodyRef),
    prefetch: (sourceId, items) =>
      reader.atLeisure(() =>
        Promise.all(
          downloads
            .start(
              items.map((item) => ({ ...item, sourceId })),
              true,
            )
            .values(),
        ).then(() => undefined),
      ),
  };
}

const failed = (error: unknown) => ({ error });

interface SourcedRequest extends BodyRequest {
  readonly sourceId: number;
}

/** Downloads under way, one a message however many clients ask. */
function createDownloads({ store, reader }: BodiesOptions, cache: Cache) {
  const underWay = new Map<number, Promise<void>>();

  const fetchBatch = async (sourceId: number, batch: readonly BodyRequest[], leisurely: boolean): Promise<void> => {
    const byUid = new Map(batch.map((request) => [request.upstreamUid, request]));
    const upTo = Math.max(...byUid.keys());
    await reader.read(sourceId, { leisurely, upTo }, (session) =>
      session.fetchBodies(
        batch.map(({ upstreamUid }) => asUpstreamUid(upstreamUid)),
        async (uid, body) => {
          const request = byUid.get(uid);
          const writer = cache.writer();
          try {
            for await (const chunk of body) await writer.write(chunk);
          } catch (error) {
            await writer.abort();
            throw error;
          }
          const written = await writer.finish();
          if (request) cache.keep(written, () => store.messages.setBody(request.messageId, written.bodyRef));
        },
      ),
    );
  };
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

type Cache = ReturnType<typeof createCache>;

function createCache({ store, files, cacheBytes, logger }: BodiesOptions) {
  const { bodyIndex } = store;
  let totalBytes = bodyIndex.totalBytes();

  const used = new Set<string>();
  const writeUsed = () => {
    store.database.batch(() => {
      for (const ref of used) bodyIndex.used(ref);
    });
    used.clear();
  };

  const evict = async () => {
    writeUsed();
    while (totalBytes > cacheBytes) {
      const victims = bodyIndex.oldest(50);
      if (victims.length === 0) return;
      for (const { ref, sizeBytes } of victims) {
        if (totalBytes <= cacheBytes) return;
        totalBytes -= sizeBytes;
        bodyIndex.forget(ref);
        await files.remove(ref);
      }
    }
  };
  const keep = ({ bodyRef, sizeBytes }: Spooled, also: () => void) => {
    const isNew = bodyIndex.sizeOf(bodyRef) === undefined;
    store.database.batch(() => {
      bodyIndex.add(bodyRef, sizeBytes);
      also();
    });
    if (isNew) totalBytes += sizeBytes;
    if (totalBytes > cacheBytes)
      evict().catch((err: unknown) => logger.warn({ err }, 'cannot make room in the body cache'));
  };
  return {
    keep,
    writer: (): BodyWriter => files.create({ durable: false }),
    used: (ref: string) => {
      // One write for many reads: the order of eviction need not be exact.
      used.add(ref);
      if (used.size >= USED_BATCH) writeUsed();
    },
    read: async (ref: string): Promise<Uint8Array> => {
      try {
        return await files.read(ref);
      } catch (error) {
        // Somebody removed the file: forget it, so that the next try fetches it again.
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') bodyIndex.forget(ref);
        throw new UpstreamError('transient', 'the cached message cannot be read', {}, { cause: error });
      }
    },
    spool: (): SpoolWriter => {
      const writer = files.create({ durable: true });
      const guarded = async <T>(work: Promise<T>): Promise<T> => {
        try {
          return await work;
        } catch (error) {
          throw new MailboxError('UNAVAILABLE', 'the message cannot be stored: the disk refuses', { cause: error });
        }
      };
      return {
        write: (chunk) => guarded(writer.write(chunk)),
        finish: async () => {
          const written = await guarded(writer.finish());
          keep(written, () => bodyIndex.pin(written.bodyRef));
          return written;
        },
        abort: () => writer.abort(),
      };
    },
    /** A cached download becomes something we answer for: fsynced and pinned by the caller. */
    makeDurable: async (ref: string): Promise<Spooled> => {
      const writer = files.create({ durable: true });
      for await (const chunk of files.stream(ref)) await writer.write(chunk);
      return writer.finish();
    },
  };
}
