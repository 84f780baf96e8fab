import { Buffer } from 'node:buffer';
import { eachField } from './header-block.js';
import type { MimePart } from './mime.js';

/** Bytes [start, end) of a message and what is to stand there instead. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

const LINE = 76;

/**
 * The message with every part of the encoding `binary` in base64, which any server and any literal can hold; nothing of
 * the content is lost (RFC 3516 §4.4 leaves this to the server). Undefined when it has no such part.
 */
export function withoutBinaryParts(message: Uint8Array, root: MimePart): Uint8Array[] | undefined {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const edits: Edit[] = [];
  collect(bytes, root, edits);
  if (edits.length === 0) return undefined;
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const edit of edits) {
    pieces.push(bytes.subarray(at, edit.start), edit.bytes);
    at = edit.end;
  }
  pieces.push(bytes.subarray(at));
  return pieces;
}

/** Edits in the order of the message: a part's header stands before its body, children one after the other. */
function collect(bytes: Buffer, part: MimePart, edits: Edit[]): void {
  const isLeaf = part.children.length === 0 && !part.message;
  if (part.encoding?.toLowerCase() === 'binary') {
    // What holds other parts may be no encoding but 7bit, 8bit and binary (RFC 2045 §6.4).
    edits.push(encodingField(bytes, part, isLeaf ? 'base64' : '8bit'));
    if (isLeaf) edits.push({ start: part.bodyStart, end: part.bodyEnd, bytes: base64(bytes, part) });
  }
  for (const child of part.children) collect(bytes, child, edits);
  if (part.message) collect(bytes, part.message, edits);
}

function encodingField(bytes: Buffer, part: MimePart, encoding: string): Edit {
  let range: { start: number; end: number } | undefined;
  eachField(bytes.toString('latin1', part.headerStart, part.headerEnd), (name, start, _, end) => {
    if (name === 'content-transfer-encoding') range ??= { start, end };
  });
  const { start, end } = range ?? { start: 0, end: 0 };
  return {
    start: part.headerStart + start,
    end: part.headerStart + end,
    bytes: Buffer.from(`Content-Transfer-Encoding: ${encoding}\r\n`, 'latin1'),
  };
}

function base64(bytes: Buffer, { bodyStart, bodyEnd }: MimePart): Uint8Array {
  const text = bytes.toString('base64', bodyStart, bodyEnd);
  const lines: string[] = [];
  for (let at = 0; at < text.length; at += LINE) lines.push(text.slice(at, at + LINE));
  const isLast = bodyEnd === bytes.length;
  return Buffer.from(lines.join('\r\n') + (isLast ? '\r\n' : ''), 'latin1');
}
