import { Buffer } from 'node:buffer';

/** A message to be taken apart, wherever its bytes are. Offsets are bytes; what lies beyond the end is not there. */
export interface MessageBytes {
  readonly length: number;
  byte(at: number): number | undefined;
  /** The next place at or behind `from`, or -1. A text is one char a byte. */
  indexOf(value: number | string, from: number): number;
  /** Bytes [start, end), one char a byte. */
  latin1(start: number, end: number): string;
}

/** Of bytes in memory. */
export function messageBytes(bytes: Uint8Array): MessageBytes {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    length: buffer.length,
    byte: (at) => buffer[at],
    indexOf: (value, from) => buffer.indexOf(value, from, 'latin1'),
    latin1: (start, end) => buffer.toString('latin1', start, end),
  };
}

/** How much of it is in memory at once. */
const WINDOW = 1024 * 1024;

/**
 * Of bytes elsewhere, a window of them in memory at a time; `read` fills the buffer from an offset of the message.
 * @throws what `read` throws
 */
export function windowedBytes(
  length: number,
  read: (into: Uint8Array, at: number) => void,
  windowBytes = WINDOW,
): MessageBytes {
  const buffer = Buffer.alloc(Math.min(windowBytes, length));
  let start = 0;
  let end = 0;
  /** Makes the window hold the byte: near its beginning, since what is read next mostly stands behind. */
  const moveTo = (at: number) => {
    if (at >= start && at < end) return;
    start = Math.max(0, at - (buffer.length >> 4));
    end = Math.min(length, start + buffer.length);
    read(buffer.subarray(0, end - start), start);
  };
  const find = (value: number | string, from: number): number => {
    const overlap = typeof value === 'string' ? value.length - 1 : 0;
    for (let at = Math.max(0, from); at < length; at = end - overlap) {
      // What could begin near the window's end is looked for in the next one.
      if (at < start || at + overlap >= end) start = end = 0;
      moveTo(at);
      const found = buffer.subarray(0, end - start).indexOf(value, at - start, 'latin1');
      if (found >= 0) return start + found;
      if (end >= length) return -1;
    }
    return -1;
  };
  return {
    length,
    byte: (at) => {
      if (at < 0 || at >= length) return undefined;
      moveTo(at);
      return buffer[at - start];
    },
    indexOf: find,
    latin1: (from, to) => {
      let text = '';
      for (let at = Math.max(0, from); at < Math.min(to, length); at = end) {
        moveTo(at);
        text += buffer.toString('latin1', at - start, Math.min(to, end) - start);
      }
      return text;
    },
  };
}
