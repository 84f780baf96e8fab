// bodies/ as a cache (DESIGN §8): least recently used files go first; what somebody answers for is pinned.
import type { Logger } from '../../lib/logger.js';
import { createRecent } from '../../lib/recent.js';
import { createSharedLock } from '../../lib/shared-lock.js';
import { MailboxError, UpstreamError } from '../../mail/errors.js';
import type { BodyFiles, BodyWriter } from '../../store/body-files.js';
import type { Store } from '../../store/store.js';
import type { Spooled, SpoolWriter } from '../core.js';

const USED_BATCH = 500;
/** Bytes held in memory: what was stored or read last is asked for again, whole or in pieces. */
const RECENT_BYTES = 8_000_000;

export interface CacheOptions {
  readonly store: Store;
  readonly files: BodyFiles;
  readonly cacheBytes: number;
  readonly logger: Logger;
}

export type BodyCache = ReturnType<typeof createCache>;

export function createCache({ store, files, cacheBytes, logger }: CacheOptions) {
  const { bodyIndex } = store;
  let totalBytes = bodyIndex.totalBytes();
  const recent = createRecent(RECENT_BYTES);

  /** When each was last read. */
  const used = new Map<string, number>();
  const writeUsed = () => {
    store.database.batch(() => {
      for (const [ref, at] of used) bodyIndex.used(ref, at);
    });
    used.clear();
  };

  /** Files appear side by side, but none while files go: what is being stored may be the one that is being dropped. */
  const lock = createSharedLock();
  const evict = async () => {
    writeUsed();
    // One by one: between two of them a file may have been pinned, or read.
    while (totalBytes > cacheBytes) {
      const [victim, next] = bodyIndex.oldest(2);
      // The newest stays, however large: whoever has just had it fetched has yet to read it.
      if (!victim || !next) return;
      totalBytes -= victim.sizeBytes;
      bodyIndex.forget(victim.ref);
      await files.remove(victim.ref);
    }
  };
  /** Finishes a file and notes it; `bytes`: all of it, where it is at hand. */
  const finish = (writer: BodyWriter, also: (written: Spooled) => void, bytes?: Uint8Array): Promise<Spooled> =>
    lock.shared(async () => {
      const written = await writer.finish();
      note(written, () => also(written));
      if (bytes) recent.set(written.bodyRef, bytes);
      return written;
    });
  const note = ({ bodyRef, sizeBytes }: Spooled, also: () => void) => {
    const isNew = bodyIndex.sizeOf(bodyRef) === undefined;
    store.database.batch(() => {
      bodyIndex.add(bodyRef, sizeBytes);
      also();
    });
    if (isNew) totalBytes += sizeBytes;
    if (totalBytes > cacheBytes)
      lock.exclusive(evict).catch((err: unknown) => logger.warn({ err }, 'cannot make room in the body cache'));
  };
  return {
    finish,
    writer: (): BodyWriter => files.create({ durable: false }),
    used: (ref: string) => {
      // One write for many reads.
      used.set(ref, Date.now());
      if (used.size >= USED_BATCH) writeUsed();
    },
    /** False if the file is gone, or only half there (the machine died before it was on disk); it is then forgotten. */
    isWhole: async (ref: string): Promise<boolean> => {
      if (recent.has(ref) || (await files.sizeOf(ref)) === bodyIndex.sizeOf(ref)) return true;
      bodyIndex.forget(ref);
      return false;
    },
    settle: async (ref: string): Promise<Spooled | undefined> => {
      const sizeBytes = bodyIndex.sizeOf(ref);
      if (sizeBytes === undefined) return undefined;
      if ((await files.sizeOf(ref)) !== sizeBytes) {
        bodyIndex.forget(ref);
        return undefined;
      }
      await files.sync(ref);
      return { bodyRef: ref, sizeBytes };
    },
    read: async (ref: string): Promise<Uint8Array> => {
      const known = recent.get(ref);
      if (known) return known;
      try {
        const bytes = await files.read(ref);
        recent.set(ref, bytes);
        return bytes;
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
        seal: () => guarded(writer.seal()),
        finish: () => guarded(finish(writer, ({ bodyRef }) => bodyIndex.pin(bodyRef))),
        abort: () => writer.abort(),
      };
    },
    /** A cached download becomes something we answer for: fsynced, and pinned. */
    makeDurable: async (ref: string): Promise<Spooled> => {
      const writer = files.create({ durable: true });
      // Pinned first: it may be the next to be dropped.
      bodyIndex.pin(ref);
      try {
        for await (const chunk of files.stream(ref)) await writer.write(chunk);
        return await finish(writer, () => undefined);
      } catch (error) {
        await writer.abort();
        bodyIndex.unpin(ref);
        throw error;
      }
    },
  };
}
