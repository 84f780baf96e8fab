// Whether all of the write-ahead log that a killed gateway left is there still. SQLite takes a log up to the first frame that is
// not sound and forgets the rest without a word; the index of the log (-shm), which that gateway left too, says how far it went
// (https://sqlite.org/walformat.html §2, https://sqlite.org/fileformat2.html §4.2).
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { endianness, uptime } from 'node:os';
import { beginningOf } from './beginning.js';

const HEADER_BYTES = 48;
const COPIED_AT = 2 * HEADER_BYTES;
const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** Its last bit says how the checksums read the words: little-endian or big-endian. */
const MAGIC = 0x377f0682;
/** Clocks of files and of the machine are read one after the other. */
const SLACK_MS = 2_000;

/** When the machine was started, Unix milliseconds; by this the clock of now is told too, wherever it has gone since. */
const bootedAt = Date.now() - uptime() * 1000;

interface LogIndex {
  /** The last frame that was committed. */
  readonly frames: number;
  /** Frames that stand in the database already. */
  readonly copied: number;
  readonly pageBytes: number;
  readonly salt: string;
}

/**
 * What is lost of it, in one line. To be asked before the database is opened (beginning.ts): SQLite forgets it, and migrations
 * write more. Undefined too where there is nothing to say: all of the log is in the database itself, or its index is of another
 * generation, or was being written, or is from before the machine was started. A power cut takes of the log what was not
 * brought to the disk (`database.batch`), as it may; the index may have been brought there before it.
 */
export function logFault(file: string, machineStartedAt = bootedAt): string | undefined {
  const written = statSync(`${file}-shm`, { throwIfNoEntry: false })?.mtimeMs;
  const now = bootedAt + uptime() * 1000;
  if (written === undefined || written < machineStartedAt || written > now + SLACK_MS) return undefined;
  const index = indexOf(file);
  if (!index || index.copied >= index.frames) return undefined;
  const header = beginningOf(`${file}-wal`, LOG_HEADER_BYTES);
  if (!header) return 'the write-ahead log is gone, or has lost its beginning';
  if ((header.readUInt32BE(0) & ~1) !== MAGIC) return 'the write-ahead log does not begin as one does';
  if (header.toString('hex', 16, 24) !== index.salt) return undefined;
  const sound = soundFrames(`${file}-wal`, header, index);
  return sound < index.frames ? `of ${index.frames} pages of the write-ahead log ${sound} can be read` : undefined;
}

/** The numbers are in native byte order: the index never leaves its machine. */
function indexOf(file: string): LogIndex | undefined {
  const bytes = beginningOf(`${file}-shm`, COPIED_AT + 4);
  if (!bytes?.subarray(0, HEADER_BYTES).equals(bytes.subarray(HEADER_BYTES, COPIED_AT)) || bytes[12] !== 1)
    return undefined;
  const numbers = wordsOf(bytes);
  const size = new Uint16Array(numbers.buffer)[7] ?? 0;
  return {
    frames: numbers[4] ?? 0,
    copied: numbers[24] ?? 0,
    // 64 kB, which is more than the number holds, is written as 1.
    pageBytes: (size & 0xfe00) + ((size & 1) << 16),
    salt: bytes.toString('hex', 32, 40),
  };
}

/** How many of the frames SQLite will find sound: each has the salt of the log, and the checksum of all up to it. 5 ms for 8 MB. */
function soundFrames(log: string, header: Buffer, { frames, pageBytes, salt }: LogIndex): number {
  const isNative = (header.readUInt32BE(0) & 1) === (endianness() === 'BE' ? 1 : 0);
  const sum = new Uint32Array(2);
  addTo(sum, header.subarray(0, 24), isNative);
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + pageBytes);
  const handle = openSync(log, 'r');
  try {
    for (let i = 0; i < frames; i++) {
      if (readSync(handle, frame, 0, frame.length, LOG_HEADER_BYTES + i * frame.length) < frame.length) return i;
      if (frame.toString('hex', 8, 16) !== salt) return i;
      const told = [frame.readUInt32BE(16), frame.readUInt32BE(20)];
      addTo(sum, frame.subarray(0, 8), isNative);
      addTo(sum, frame.subarray(FRAME_HEADER_BYTES), isNative);
      if (sum[0] !== told[0] || sum[1] !== told[1]) return i;
    }
    return frames;
  } finally {
    closeSync(handle);
  }
}

function addTo(sum: Uint32Array, bytes: Buffer, isNative: boolean): void {
  const words = wordsOf(isNative ? bytes : Buffer.from(bytes).swap32());
  let [a = 0, b = 0] = sum;
  for (let i = 0; i + 1 < words.length; i += 2) {
    a = (a + (words[i] ?? 0) + b) | 0;
    b = (b + (words[i + 1] ?? 0) + a) | 0;
  }
  sum[0] = a;
  sum[1] = b;
}

const wordsOf = (bytes: Buffer): Uint32Array =>
  new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
