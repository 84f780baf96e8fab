// A socket with what reads and writes it. STARTTLS and COMPRESS put a new one in its place.
import type { Socket } from 'node:net';
import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib';
import { type CommandReader, createCommandReader } from './command-reader.js';
import { createReply, type Reply } from './reply.js';
import { type ByteReader, createByteReader } from './wire/byte-reader.js';

export interface Wire {
  readonly socket: Socket;
  readonly reader: ByteReader;
  readonly commands: CommandReader;
  readonly reply: Reply;
  /** Nothing more will be written. */
  end(): void;
}

/** `readAhead`: how many bytes of commands may wait here now. */
export function openWire(socket: Socket, readAhead: () => number): Wire {
  const reply = createReply(socket);
  // Answers go out whenever the reader has nothing more to read.
  const reader = createByteReader(socket, { beforeWaiting: () => reply.flush(), readAhead });
  return { socket, reader, reply, commands: createCommandReader(reader, reply), end: () => socket.end() };
}

/** What a connection may unpack: more than this many bytes for each byte that came … */
const MAX_RATIO = 100;
/** … is believed for so long: a message of 50 MB of nothing at all still gets through. */
const ALLOWANCE_BYTES = 64 * 1024 * 1024;
/** Of the cost: half of what zlib uses by itself (RFC 4978 §4 leaves both sides their choice). */
const DEFLATE = { level: 4, memLevel: 7, windowBits: 14 };

/**
 * The same socket, compressed in both directions (RFC 4978). What has been read ahead belongs to the compressed stream.
 * `onDamage` is told, once, of data that cannot be unpacked, or unpack to more than anybody would send.
 */
export function compressWire(wire: Wire, onDamage: (text: string) => void): Wire {
  const { socket } = wire;
  const deflate = createDeflateRaw(DEFLATE);
  // The client's stream has no proper end: it hangs up, or is cut off.
  const inflate = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH });
  const close = () => {
    inflate.destroy();
    deflate.destroy();
  };
  socket.once('close', close);
  deflate.on('error', close);
  let unpacked = 0;
  inflate.on('error', () => onDamage('the compressed data are damaged'));
  inflate.on('data', (chunk: Buffer) => {
    unpacked += chunk.length;
    if (unpacked <= ALLOWANCE_BYTES + MAX_RATIO * inflate.bytesWritten) return;
    inflate.destroy();
    onDamage('[TOOBIG] the compressed data unpack to too much');
  });
  deflate.pipe(socket);
  const reply = createReply(deflate, () => deflate.flush(constants.Z_SYNC_FLUSH));
  const rest = wire.reader.release();
  const reader = createByteReader(inflate, { beforeWaiting: () => reply.flush() });
  if (rest.length > 0) inflate.write(rest);
  socket.pipe(inflate);
  return { socket, reader, reply, commands: createCommandReader(reader, reply), end: () => deflate.end() };
}

/** Waits for the client to close its side too, not longer than that. Until then it counts as connected. */
export async function untilClosed(socket: Socket, maxMs: number): Promise<void> {
  setTimeout(() => socket.destroy(), maxMs).unref();
  if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve));
}
