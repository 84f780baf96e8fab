import type { MessageBody } from '../../core/core.js';
import { wireText } from '../../mail/ids.js';
import { ByeError } from '../errors.js';
import type { Reply } from '../reply.js';
import { type BodyPart, clip, type Range } from './fetch-item.js';
import { literalText, withoutNul } from './literal.js';
import type { OpenMessage } from './open-message.js';

/** Up to this size bytes are gathered with their neighbours rather than written on their own. */
const GATHER_BYTES = 16 * 1024;

/** An item ready to be written: with its bytes, or with the range of the message to stream. */
export type Prepared =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly label: string; readonly bytes: Uint8Array; readonly literal8?: boolean }
  | { readonly kind: 'stream'; readonly label: string; readonly body: MessageBody; readonly range: Range };

/** Finds what the item names; up to `budgetBytes` are read now, so that a failure is still a clean NO. */
export async function prepareBodyPart(part: BodyPart, message: OpenMessage, budgetBytes: number): Promise<Prepared> {
  const { label, partial } = part;
  const cut = await part.cut(message);
  // RFC 9051 §9, msg-att-static: an nstring; NIL says that there is no such part, "" that it is empty.
  if (!cut) return { kind: 'text', text: `${label} NIL` };
  if (cut.kind === 'text') {
    const { start, end } = clip({ start: 0, end: cut.text.length }, partial);
    return { kind: 'text', text: `${label} ${literalText(cut.text.slice(start, end))}` };
  }
  if (cut.kind === 'value') return { kind: 'text', text: `${label} ${cut.value}` };
  if (cut.kind === 'bytes') {
    const { start, end } = clip({ start: 0, end: cut.bytes.byteLength }, partial);
    const bytes = cut.bytes.subarray(start, end);
    return { kind: 'bytes', label, bytes, literal8: bytes.includes(0) };
  }
  const range = clip(cut, partial);
  if (!message.loaded && range.end - range.start > budgetBytes)
    return { kind: 'stream', label, body: message.body, range };
  return { kind: 'bytes', label, bytes: withoutNul(await readRange(message, range)) };
}

async function readRange(message: OpenMessage, { start, end }: Range): Promise<Uint8Array> {
  const isMost = (end - start) * 2 >= message.body.sizeBytes;
  if (message.loaded || isMost) return (await message.bytes()).subarray(start, end);
  const chunks: Uint8Array[] = [];
  if (end > start) for await (const chunk of message.body.stream(start, end)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Writes the item with its name. @throws {ByeError} if the bytes end before their literal does */
export async function writePrepared(reply: Reply, prepared: Prepared): Promise<void> {
  if (prepared.kind === 'text') reply.raw(prepared.text);
  else if (prepared.kind === 'bytes')
    writeWhole(reply, `${prepared.label} ${prepared.literal8 ? '~' : ''}`, prepared.bytes);
  else await streamRange(reply, prepared.label, prepared.body, prepared.range);
}

function writeWhole(reply: Reply, intro: string, bytes: Uint8Array): void {
  reply.raw(`${intro}{${bytes.byteLength}}\r\n`);
  if (bytes.byteLength <= GATHER_BYTES) reply.raw(wireText(bytes));
  else reply.rawBytes(bytes);
}

async function streamRange(reply: Reply, label: string, body: MessageBody, { start, end }: Range): Promise<void> {
  reply.raw(`${label} {${end - start}}\r\n`);
  let left = end - start;
  reply.isMidLine = true;
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
  reply.isMidLine = false;
}
