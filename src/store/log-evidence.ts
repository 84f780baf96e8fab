// Whether all of the write-ahead log that a killed gateway left is there still. SQLite takes a log up to the first frame that is
// not sound and forgets the rest without a word; the index of the log (-shm), which that gateway left too, says how far it went
// (https://sqlite.org/walformat.html §2). After a power cut the index may be an older one: then it says less, never more.
import type Sqlite from 'better-sqlite3';
import { beginningOf } from './beginning.js';

export interface LogEvidence {
  /** The last frame that was committed. */
  readonly frames: number;
  /** What is wrong with the log at first sight. */
  readonly fault: string | undefined;
}

const HEADER_BYTES = 48;
const COPIED_AT = 2 * HEADER_BYTES;
const MAGIC = Buffer.from([0x37, 0x7f, 0x06]);

/**
 * Before the database is opened (beginning.ts). Undefined where there is nothing to say: all of the log is in the database itself, or its index
 * is of another generation, or was being written.
 */
export function logEvidence(file: string): LogEvidence | undefined {
  const index = indexOf(file);
  // The numbers are in native byte order: the index never leaves its machine.
  if (!index || index.copied >= index.frames) return undefined;
  const { frames } = index;
  const header = beginningOf(`${file}-wal`, 24);
  if (!header) return { frames, fault: 'the write-ahead log is gone, or has lost its beginning' };
  if (!header.subarray(0, 3).equals(MAGIC)) return { frames, fault: 'the write-ahead log does not begin as one does' };
  return header.toString('hex', 16, 24) === index.salt ? { frames, fault: undefined } : undefined;
}

/** What is lost, in one line. To be asked when the database has been opened, before anything is written. */
export function logFault(before: LogEvidence, sqlite: Sqlite.Database): string | undefined {
  if (before.fault !== undefined) return before.fault;
  // How much of it SQLite has found sound; that it puts it where it belongs now, and not later, does no harm.
  const [found] = sqlite.pragma('wal_checkpoint(PASSIVE)') as { log: number }[];
  const frames = found?.log ?? before.frames;
  return frames < before.frames ? `of ${before.frames} pages of the write-ahead log ${frames} can be read` : undefined;
}

function indexOf(file: string): { frames: number; copied: number; salt: string } | undefined {
  const bytes = beginningOf(`${file}-shm`, COPIED_AT + 4);
  if (!bytes?.subarray(0, HEADER_BYTES).equals(bytes.subarray(HEADER_BYTES, COPIED_AT)) || bytes[12] !== 1)
    return undefined;
  const numbers = new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  return { frames: numbers[4] ?? 0, copied: numbers[24] ?? 0, salt: bytes.toString('hex', 32, 40) };
}
