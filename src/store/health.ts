// Whether the disk keeps what it is given. A write that it refuses is noted here by whoever tried; from then on a small
// durable write is tried every few seconds, and when one succeeds all is well again.
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { DiskError, type DiskTrouble } from '../mail/errors.js';
import { writeDurably } from './reserve.js';

export interface Health {
  /** What is wrong now. */
  trouble(): DiskTrouble | undefined;
  /** Looks at what was thrown: the disk's own fault is noted and comes back as a DiskError, all else as it is. */
  judge(error: unknown): unknown;
  /** @throws {DiskError} while something is wrong */
  mustBeWell(): void;
  /** Resolves when nothing is wrong (at once, if so) or the signal is aborted. */
  well(signal: AbortSignal): Promise<void>;
  /** Told when something goes wrong, turns into something else, and when it is over (undefined). */
  onChange(listener: (trouble: DiskTrouble | undefined) => void): () => void;
  /** The index is damaged: until the gateway is started again. */
  damaged(): void;
  close(): void;
}

const SQLITE: readonly (readonly [RegExp, DiskTrouble])[] = [
  [/^SQLITE_(CORRUPT|NOTADB|IOERR_SHORT_READ)/, 'damaged'],
  [/^SQLITE_FULL/, 'full'],
  [/^SQLITE_(READONLY|CANTOPEN|PERM|AUTH)/, 'readOnly'],
  [/^SQLITE_IOERR/, 'io'],
];
const SYSTEM: Readonly<Record<string, DiskTrouble>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  EROFS: 'readOnly',
  EACCES: 'readOnly',
  EPERM: 'readOnly',
  EIO: 'io',
};

/** What an error says of the disk, if anything; causes are looked at too. */
export function diskTroubleOf(error: unknown): DiskTrouble | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof DiskError) return error.trouble;
  const { code } = error as { code?: unknown };
  if (error instanceof Sqlite.SqliteError) return SQLITE.find(([pattern]) => pattern.test(error.code))?.[1];
  // Of the network's errors none has a syscall of files.
  if (typeof code === 'string' && !('port' in error) && SYSTEM[code]) return SYSTEM[code];
  return diskTroubleOf(error.cause);
}

export interface HealthOptions {
  /** Writes a little, durably. @throws what the disk says */
  probe(): void;
  readonly everyMs?: number;
}

const PROBE_MS = 3_000;
/** Enough for the pages of a transaction, so that there is really some room when it succeeds. */
const PROBE_BYTES = 128 * 1024;

export function createHealth({ probe, everyMs = PROBE_MS }: HealthOptions): Health {
  let trouble: DiskTrouble | undefined;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  const listeners = new Set<(trouble: DiskTrouble | undefined) => void>();
  const set = (next: DiskTrouble | undefined) => {
    if (isClosed || next === trouble || trouble === 'damaged') return;
    trouble = next;
    if (next !== undefined && next !== 'damaged') timer ??= setTimeout(look, everyMs).unref();
    for (const listener of [...listeners]) listener(trouble);
  };
  const look = () => {
    timer = undefined;
    try {
      probe();
      set(undefined);
    } catch (error) {
      set(diskTroubleOf(error) ?? 'io');
      if (trouble !== 'damaged') timer ??= setTimeout(look, everyMs).unref();
    }
  };
  return {
    trouble: () => trouble,
    judge: (error) => {
      const found = diskTroubleOf(error);
      if (found === undefined) return error;
      set(found);
      return error instanceof DiskError ? error : new DiskError(found, { cause: error });
    },
    mustBeWell: () => {
      if (trouble !== undefined) throw new DiskError(trouble);
    },
    well: (signal) =>
      new Promise((resolve) => {
        if (trouble === undefined || signal.aborted) return resolve();
        const done = () => {
          listeners.delete(onChange);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const onChange = (now: DiskTrouble | undefined) => {
          if (now === undefined) done();
        };
        listeners.add(onChange);
        signal.addEventListener('abort', done, { once: true });
      }),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    damaged: () => set('damaged'),
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      listeners.clear();
    },
  };
}

/** A file beside `file`, written, brought to the disk and removed. */
export function probeDirectory(file: string): void {
  const path = join(dirname(file), '.write-probe');
  try {
    writeDurably(path, PROBE_BYTES);
  } finally {
    rmSync(path, { force: true });
  }
}
