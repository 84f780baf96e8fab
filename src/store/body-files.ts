// bodies/: one file a message, named by the SHA-256 of its bytes; written under a temporary name, fsynced, renamed.
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, createReadStream, fstatSync, mkdirSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type MessageBytes, windowedBytes } from '../mail/message-bytes.js';

export interface WrittenBody {
  readonly bodyRef: string;
  readonly sizeBytes: number;
}

export interface BodyWriter {
  write(chunk: Uint8Array): Promise<void>;
  /** All is written: on disk when `durable`, and no file is kept open, but it is nothing yet. */
  seal(): Promise<void>;
  /** Immutable from here on; on disk when `durable`. */
  finish(): Promise<WrittenBody>;
  abort(): Promise<void>;
}

export interface BodyFiles {
  /** `durable`: fsynced at finish (what a client handed us); a cached download can be fetched again and is not. */
  create(options: { durable: boolean }): BodyWriter;
  read(bodyRef: string): Promise<Uint8Array>;
  /** Bytes [start, end). @throws Node's ENOENT if the file is gone */
  stream(bodyRef: string, start?: number, end?: number): AsyncIterable<Uint8Array>;
  sizeOf(bodyRef: string): Promise<number | undefined>;
  /** Whether the file's bytes are those it is named after. @throws Node's ENOENT if the file is gone */
  isSound(bodyRef: string): Promise<boolean>;
  /** What is there, a sub-directory's worth at a time. */
  refs(): AsyncIterable<string[]>;
  /** Looks into a file, reading a window of it at a time. @throws Node's ENOENT if the file is gone */
  look<T>(bodyRef: string, at: (bytes: MessageBytes) => T): T;
  /** Puts what was written without `durable` on disk. @throws Node's ENOENT if the file is gone */
  sync(bodyRef: string): Promise<void>;
  remove(bodyRef: string): Promise<void>;
}

const REF = /^[0-9a-f]{64}$/;
const isNotFound = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** Opens the directory, and clears away what an interrupted write left. */
export function createBodyFiles(directory: string): BodyFiles {
  const temporary = join(directory, 'tmp');
  mkdirSync(temporary, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(temporary)) rmSync(join(temporary, name), { force: true });
  const folders = new Set<string>();
  // 256 sub-directories keep each small on every file system.
  const pathOf = (ref: string) => {
    if (!REF.test(ref)) throw new RangeError('bad body reference');
    return join(directory, ref.slice(0, 2), ref);
  };
  const makeFolder = (ref: string) => {
    const name = ref.slice(0, 2);
    if (!folders.has(name)) mkdirSync(join(directory, name), { recursive: true, mode: 0o700 });
    folders.add(name);
  };
  return {
    create: (options) => createWriter({ ...options, temporary, pathOf, makeFolder }),
    read: (ref) => readFile(pathOf(ref)),
    stream: (ref, start = 0, end) =>
      end !== undefined && end <= start
        ? emptyStream()
        : createReadStream(pathOf(ref), { start, ...(end === undefined ? {} : { end: end - 1 }) }),
    sizeOf: async (ref) => {
      try {
        return (await stat(pathOf(ref))).size;
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    isSound: async (ref) => {
      const hash = createHash('sha256');
      for await (const chunk of createReadStream(pathOf(ref), { highWaterMark: 256 * 1024 })) hash.update(chunk);
      return hash.digest('hex') === ref;
    },
    refs: async function* () {
      for (const folder of await readdir(directory)) {
        if (!/^[0-9a-f]{2}$/.test(folder)) continue;
        yield (await readdir(join(directory, folder))).filter((name) => REF.test(name));
      }
    },
    look: (ref, at) => {
      const file = openSync(pathOf(ref), 'r');
      try {
        return at(windowedBytes(fstatSync(file).size, (into, from) => readWhole(file, into, from)));
      } finally {
        closeSync(file);
      }
    },
    sync: async (ref) => {
      const handle = await open(pathOf(ref), 'r+');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
      await syncDirectory(join(pathOf(ref), '..'));
    },
    remove: (ref) => rm(pathOf(ref), { force: true }),
  };
}

function readWhole(file: number, into: Uint8Array, from: number): void {
  for (let done = 0; done < into.byteLength; ) {
    const count = readSync(file, into, done, into.byteLength - done, from + done);
    if (count === 0) throw new Error('the file has become shorter');
    done += count;
  }
}

async function* emptyStream(): AsyncGenerator<Uint8Array> {
  yield* [];
}

interface WriterOptions {
  readonly durable: boolean;
  readonly temporary: string;
  pathOf(ref: string): string;
  makeFolder(ref: string): void;
}

function createWriter({ durable, temporary, pathOf, makeFolder }: WriterOptions): BodyWriter {
  const path = join(temporary, randomBytes(12).toString('hex'));
  const file = open(path, 'wx', 0o600);
  file.catch(() => undefined);
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let sealed: Promise<void> | undefined;
  const close = async () => {
    const handle = await file;
    if (durable) await handle.sync();
    await handle.close();
  };
  const seal = () => {
    sealed ??= close();
    return sealed;
  };
  const abort = async () => {
    await file.then((handle) => handle.close()).catch(() => undefined);
    await rm(path, { force: true });
  };
  return {
    write: async (chunk) => {
      hash.update(chunk);
      sizeBytes += chunk.byteLength;
      const handle = await file;
      let offset = 0;
      while (offset < chunk.byteLength) offset += (await handle.write(chunk, offset)).bytesWritten;
    },
    seal,
    finish: async () => {
      try {
        await seal();
        const bodyRef = hash.digest('hex');
        makeFolder(bodyRef);
        await rename(path, pathOf(bodyRef));
        if (durable) await syncDirectory(join(pathOf(bodyRef), '..'));
        return { bodyRef, sizeBytes };
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
    },
    abort,
  };
}

/** The rename is durable only when its directory is (not possible, and not needed, on Windows). */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
