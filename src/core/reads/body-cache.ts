// bodies/ as a cache (DESIGN §8): least recently used files go first; what somebody answers for is pinned.
import { hash } from 'node:crypto';
import type { Logger } from '../../lib/logger.js';
import { createRecent } from '../../lib/recent.js';
import { createSharedLock } from '../../lib/shared-lock.js';
import { DiskError, MailboxError, UpstreamError } from '../../mail/errors.js';
import type { BodyFiles, BodyWriter } from '../../store/body-files.js';
import type { Store } from '../../store/store.js';
import type { Spooled, SpoolWriter } from '../core.js';

const USED_BATCH = 500;
/** Bytes held in memory: what was stored or read last is asked for again, whole or in pieces. */
const RECENT_BYTES = 8_000_000;
/** Read whole to be looked at; larger ones pass by in pieces. */
const SMALL_BYTES = 250_000;

export interface CacheOptions {
  readonly store: Store;
  readonly files: BodyFiles;
  readonly cacheBytes: number;
  readonly logger: Logger;
}

export type BodyCache = ReturnType<typeof createCache>;

export function createCache({ store, files, cacheBytes, logger }: CacheOptions) {
  const { bodyIndex } = store;
  const { health } = store.database;
  // On a full disk the next start will do.
  ifKept(() => store.database.batch(() => bodyIndex.recount()));
  let totalBytes = bodyIndex.totalBytes();
  const recent = createRecent(RECENT_BYTES);
  const soundness = createSoundness();

  /** When each was last read. */
  const used = new Map<string, number>();
  const writeUsed = () => {
    store.database.batch(() => {
      for (const [ref, at] of used) bodyIndex.used(ref, at);
    });
    used.clear();
  };
  /** Its file is gone or not what it was: it is fetched again. While the disk takes nothing, it is asked about again instead. */
  const forget = (ref: string) => {
    if (health.trouble() !== undefined) return;
    const sizeBytes = bodyIndex.sizeOf(ref) ?? 0;
    if (bodyIndex.forget(ref)) totalBytes -= sizeBytes;
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
      const isNew = bodyIndex.sizeOf(written.bodyRef) === undefined;
      try {
        note(written, isNew, () => also(written));
      } catch (error) {
        if (isNew) await files.remove(written.bodyRef);
        throw error;
      }
      soundness.add(written.bodyRef);
      if (bytes) recent.set(written.bodyRef, bytes);
      return written;
    });
  const note = ({ bodyRef, sizeBytes }: Spooled, isNew: boolean, also: () => void) => {
    store.database.batch(() => {
      bodyIndex.add(bodyRef, sizeBytes);
      also();
    });
    if (isNew) totalBytes += sizeBytes;
    if (totalBytes > cacheBytes)
      lock.exclusive(evict).catch((err: unknown) => logger.warn({ err }, 'cannot make room in the body cache'));
  };
  const isSound = async (ref: string, sizeBytes: number): Promise<boolean> => {
    if (soundness.has(ref)) return true;
    if (sizeBytes <= SMALL_BYTES) {
      const bytes = await files.read(ref);
      if (hashOf(bytes) !== ref) return false;
      recent.set(ref, bytes);
    } else if (!(await files.isSound(ref))) return false;
    soundness.add(ref);
    return true;
  };
  const isWhole = async (ref: string): Promise<boolean> => {
    if (recent.has(ref)) return true;
    const sizeBytes = await files.sizeOf(ref);
    if (sizeBytes !== undefined && sizeBytes === bodyIndex.sizeOf(ref) && (await isSound(ref, sizeBytes))) return true;
    forget(ref);
    return false;
  };
  const mustBeWhole = async (ref: string): Promise<void> => {
    if (!(await isWhole(ref))) throw new UpstreamError('transient', 'the cached message cannot be read');
  };
  /** What the disk refuses to take is its own fault, and told as such. */
  const judged = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw health.judge(error);
    }
  };
  const judgedWriter = (durable: boolean): BodyWriter => {
    const writer = files.create({ durable });
    return {
      write: (chunk) => judged(writer.write(chunk)),
      seal: () => judged(writer.seal()),
      finish: () => judged(writer.finish()),
      abort: () => writer.abort(),
    };
  };
  return {
    finish,
    writer: (): BodyWriter => judgedWriter(false),
    used: (ref: string) => {
      // One write for many reads; a read does not fail because it cannot be noted.
      used.set(ref, Date.now());
      if (used.size >= USED_BATCH && health.trouble() === undefined) ifKept(writeUsed);
    },
    /** False if the file is gone, or not what it was (the machine died before it was on disk); it is then forgotten. */
    isWhole,
    /** The file's bytes [start, end). @throws {UpstreamError} transient, as for one that is not whole */
    stream: async function* (ref: string, start?: number, end?: number): AsyncIterable<Uint8Array> {
      await mustBeWhole(ref);
      yield* files.stream(ref, start, end);
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
        await mustBeWhole(ref);
        const bytes = recent.get(ref) ?? (await files.read(ref));
        recent.set(ref, bytes);
        return bytes;
      } catch (error) {
        if (error instanceof UpstreamError) throw error;
        throw new UpstreamError('transient', 'the cached message cannot be read', {}, { cause: error });
      }
    },
    /** Removes the files that nothing names: what a crash left between the writing of a file and that of its row. */
    sweep: async (signal: AbortSignal): Promise<void> => {
      for await (const refs of files.refs()) {
        if (signal.aborted) return;
        await lock.exclusive(async () => {
          for (const ref of refs) if (!bodyIndex.isWanted(ref)) await files.remove(ref);
        });
      }
    },
    spool: (): SpoolWriter => {
      const writer = judgedWriter(true);
      const guarded = async <T>(work: Promise<T>): Promise<T> => {
        try {
          return await work;
        } catch (error) {
          if (error instanceof MailboxError) throw error;
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
    /** A cached download becomes something we answer for: fsynced, and pinned. @throws {UpstreamError} if it is not whole */
    makeDurable: async (ref: string): Promise<Spooled> => {
      await mustBeWhole(ref);
      const writer = judgedWriter(true);
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

const hashOf = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');

/** Does it, unless the disk takes nothing; that is known by now. */
function ifKept(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
}

/** Which files are known to hold what they are named after: those written in this run, and those looked at once. */
function createSoundness() {
  // 48 bits of the hash: enough, and a tenth of the memory.
  const known = new Set<number>();
  const keyOf = (ref: string) => Number.parseInt(ref.slice(0, 12), 16);
  return { has: (ref: string) => known.has(keyOf(ref)), add: (ref: string) => void known.add(keyOf(ref)) };
}
