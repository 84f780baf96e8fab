import type { Writable } from 'node:stream';

/** Writes answers. Text is WireText (one char a byte); it is gathered into pieces of some 64 kB before it is written. */
export interface Reply {
  /** `* text` */
  untagged(text: string): void;
  /** Whole lines as they are, line ends included. */
  raw(wireText: string): void;
  rawBytes(bytes: Uint8Array): void;
  flush(): void;
  /** Flushes, and waits until the client has taken what it was sent (back-pressure). */
  drain(): Promise<void>;
  /** What was written last is no whole line yet (a literal is being streamed): nothing else may be said. */
  isMidLine: boolean;
  /** The client has not taken what it was sent. */
  readonly isFull: boolean;
  readonly bytesWritten: number;
}

const PIECE = 64 * 1024;

/** `pushOut` makes a stream that holds back what it is given (compression) let go of it, at the end of each answer. */
export function createReply(socket: Writable, pushOut?: () => void): Reply {
  let pending = '';
  let written = 0;
  let isHeldBack = false;
  const write = () => {
    if (pending === '') return;
    const text = pending;
    pending = '';
    written += text.length;
    isHeldBack = true;
    if (socket.writable) socket.write(text, 'latin1');
  };
  const flush = () => {
    write();
    if (!isHeldBack) return;
    isHeldBack = false;
    if (pushOut && socket.writable) pushOut();
  };
  const raw = (text: string) => {
    pending += text;
    if (pending.length >= PIECE) write();
  };
  return {
    isMidLine: false,
    untagged: (text) => raw(`* ${text}\r\n`),
    raw,
    rawBytes: (bytes) => {
      write();
      written += bytes.byteLength;
      isHeldBack = true;
      if (socket.writable) socket.write(bytes);
    },
    flush,
    drain: async () => {
      flush();
      if (!socket.writableNeedDrain || !socket.writable) return;
      await new Promise<void>((resolve) => {
        const done = () => {
          socket.off('drain', done);
          socket.off('close', done);
          resolve();
        };
        socket.on('drain', done);
        socket.on('close', done);
      });
    },
    get isFull() {
      return socket.writableNeedDrain;
    },
    get bytesWritten() {
      return written + pending.length;
    },
  };
}
