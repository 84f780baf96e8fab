// Pulls lines and counted bytes out of a socket's chunks. Packets mean nothing: one byte each or a hundred commands in
// one give the same lines. What is not asked for yet stays in the socket (it is paused), so memory stays bounded.
import { Buffer } from 'node:buffer';

/** The part of a socket the reader needs. */
export interface ByteSource {
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  on(event: 'end' | 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  pause(): unknown;
  resume(): unknown;
  off(event: 'data', listener: (chunk: Buffer) => void): unknown;
  off(event: 'end' | 'close' | 'error', listener: () => void): unknown;
  removeAllListeners(event: string): unknown;
}

/** `tooLong`: the line was over the limit and has been thrown away, to its end; only how it began and ended is known. */
export type Line =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'tooLong'; readonly head: string; readonly tail: string };

export interface ByteReader {
  /** The next line without its end (CRLF, or bare LF), one char a byte; undefined at the end of the stream. */
  line(maxBytes: number): Promise<Line | undefined>;
  /** Exactly n bytes as they come, in pieces; ends early only when the stream ends. */
  bytes(n: number): AsyncGenerator<Buffer>;
  /** Exactly n bytes as text, one char a byte; undefined when the stream ends before. */
  text(n: number): Promise<string | undefined>;
  /** Stops reading (for STARTTLS: what came in clear after it is dropped, RFC 9051 §6.2.1). */
  detach(): void;
  /** Stops reading, and gives back what has been read ahead (for COMPRESS, to which it belongs). */
  release(): Buffer;
}

/** How much is kept of either end of a line that is too long. */
const END_CHARS = 200;
/** Read ahead at most about this much, bytes. */
const HIGH_WATER = 256 * 1024;

export interface ByteReaderOptions {
  /** Called whenever the reader has nothing and must wait for the client: the moment to answer. */
  readonly beforeWaiting?: () => void;
  /** How much may be read ahead now, about, bytes. */
  readonly readAhead?: () => number;
}

export function createByteReader(source: ByteSource, options: ByteReaderOptions = {}): ByteReader {
  const { beforeWaiting, readAhead = () => HIGH_WATER } = options;
  const chunks: Buffer[] = [];
  let buffered = 0;
  let ended = false;
  let wake: (() => void) | undefined;
  let paused = false;

  const signal = () => {
    wake?.();
    wake = undefined;
  };
  const finish = () => {
    ended = true;
    signal();
  };
  const onData = (chunk: Buffer) => {
    chunks.push(chunk);
    buffered += chunk.length;
    if (buffered > readAhead()) {
      paused = true;
      source.pause();
    }
    signal();
  };
  source.on('data', onData);
  source.on('end', finish);
  source.on('close', finish);
  source.on('error', finish);

  const more = async (): Promise<boolean> => {
    if (ended) return false;
    beforeWaiting?.();
    if (paused && buffered <= readAhead() / 2) {
      paused = false;
      source.resume();
    }
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
    return true;
  };
  /** Takes up to n bytes of the first chunk. */
  const take = (n: number): Buffer => {
    const [first] = chunks;
    if (!first) return Buffer.alloc(0);
    const taken = first.length <= n ? first : first.subarray(0, n);
    if (taken === first) chunks.shift();
    else chunks[0] = first.subarray(n);
    buffered -= taken.length;
    return taken;
  };

  async function* bytes(n: number): AsyncGenerator<Buffer> {
    for (let left = n; left > 0; ) {
      if (chunks.length === 0 && !(await more())) {
        if (chunks.length === 0) return;
      }
      const chunk = take(left);
      left -= chunk.length;
      if (chunk.length > 0) yield chunk;
    }
  }
  const line = async (maxBytes: number): Promise<Line | undefined> => {
    let text = '';
    let length = 0;
    let [head, tail] = ['', ''];
    for (;;) {
      while (chunks.length > 0) {
        const [first] = chunks;
        const end = first?.indexOf(10) ?? -1;
        const part = take(end < 0 ? (first?.length ?? 0) : end + 1);
        length += part.length;
        if (length <= maxBytes + 2) text += part.toString('latin1');
        else {
          head ||= (text + part.subarray(0, END_CHARS).toString('latin1')).slice(0, END_CHARS);
          tail = ((tail || text) + part.subarray(-END_CHARS).toString('latin1')).slice(-END_CHARS);
          text = '';
        }
        if (end < 0) continue;
        if (length <= maxBytes + 2) return { kind: 'line', text: withoutEnd(text) };
        return { kind: 'tooLong', head, tail: withoutEnd(tail) };
      }
      if (!(await more()) && chunks.length === 0) return undefined;
    }
  };
  return {
    line,
    bytes,
    text: async (n) => {
      let text = '';
      for await (const chunk of bytes(n)) text += chunk.toString('latin1');
      return text.length === n ? text : undefined;
    },
    detach: () => {
      for (const event of ['data', 'end', 'close', 'error']) source.removeAllListeners(event);
      source.on('error', () => signal());
      chunks.length = 0;
      buffered = 0;
    },
    release: () => {
      source.off('data', onData);
      for (const event of ['end', 'close', 'error'] as const) source.off(event, finish);
      buffered = 0;
      return Buffer.concat(chunks.splice(0));
    },
  };
}

const withoutEnd = (text: string): string => text.slice(0, text.endsWith('\r\n') ? -2 : -1);
