import type { MessageBody } from '../../core/core.js';
import { wireText } from '../../mail/ids.js';
import { ByeError } from '../errors.js';
import type { Reply } from '../reply.js';
import type { BodyPart, Partial } from './fetch-item.js';
import { literalText, withoutNul } from './literal.js';
import type { OpenMessage } from './open-message.js';

/** Up to this size a literal is read whole before its length is told, so that a failure is still a clean NO. */
const WHOLE_BYTES = 1024 * 1024;
/** Up to this size bytes are gathered with their neighbours rather than written on their own. */
const GATHER_BYTES = 16 * 1024;

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Writes the item with its name, streaming what is large. @throws {ByeError} if the bytes end before their literal does */
export async function writeBodyPart(reply: Reply, part: BodyPart, message: OpenMessage): Promise<void> {
  const cut = await part.cut(message);
  // RFC 9051 §9, msg-att-static: an nstring; NIL says there is no such part, "" that it is empty.
  if (!cut) return reply.raw(`${part.label} NIL`);
  if (cut.kind === 'text') {
    const { start, end } = clip({ start: 0, end: cut.text.length }, part.partial);
    return reply.raw(`${part.label} ${literalText(cut.text.slice(start, end))}`);
  }
  const range = clip(cut, part.partial);
  if (message.loaded || range.end - range.start <= WHOLE_BYTES) {
    return writeWhole(reply, part.label, await readRange(message, range));
  }
  await streamRange(reply, part.label, message.body, range);
}

function clip({ start, end }: Range, partial: Partial | undefined): Range {
  if (!partial) return { start, end };
  const from = Math.min(end, start + partial.start);
  return { start: from, end: Math.min(end, from + partial.length) };
}

async function readRange(message: OpenMessage, { start, end }: Range): Promise<Uint8Array> {
  if (message.loaded) return message.loaded.subarray(start, end);
  const isMost = (end - start) * 2 >= message.body.sizeBytes;
  if (isMost) return (await message.bytes()).subarray(start, end);
  const chunks: Uint8Array[] = [];
  if (end > start) for await (const chunk of message.body.stream(start, end)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function writeWhole(reply: Reply, label: string, bytes: Uint8Array): void {
  const clean = withoutNul(bytes);
  reply.raw(`${label} {${clean.byteLength}}\r\n`);
  if (clean.byteLength <= GATHER_BYTES) reply.raw(wireText(clean));
  else reply.rawBytes(clean);
}

async function streamRange(reply: Reply, label: string, body: MessageBody, { start, end }: Range): Promise<void> {
  reply.raw(`${label} {${end - start}}\r\n`);
  let left = end - start;
  try {
    for await (const chunk of body.stream(start, end)) {
      reply.rawBytes(withoutNul(chunk.subarray(0, left)));
      left -= Math.min(left, chunk.byteLength);
      await reply.drain();
    }
  } catch (error) {
    throw new ByeError('the message could not be read to its end', { cause: error });
  }
  // The length is told already: filling up would put a wrong message into the client's cache.
  if (left > 0) throw new ByeError('the message could not be read to its end');
}
