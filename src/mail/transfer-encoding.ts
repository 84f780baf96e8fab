// Content transfer encodings (RFC 2045 §6), taken off. Never throws; linear.
import { Buffer } from 'node:buffer';

const SPACE = 32;
const TAB = 9;
const LF = 10;
const CR = 13;
const EQUALS = 61;

/** The bytes without their encoding; undefined if nobody knows it. Identity encodings give the very bytes. */
export function withoutEncoding(bytes: Buffer, encoding: string | undefined): Buffer | undefined {
  switch (encoding?.toLowerCase()) {
    case undefined:
    case '7bit':
    case '8bit':
    case 'binary':
      return bytes;
    case 'base64':
      return decodeBase64(bytes);
    case 'quoted-printable':
      return decodeQuotedPrintable(bytes);
    default:
      return undefined;
  }
}

/** What is no base64 is passed over (RFC 2045 §6.8); padding ends a piece, and another may follow. */
function decodeBase64(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1').replace(/[^A-Za-z0-9+/=]+/g, '');
  if (!text.includes('=')) return Buffer.from(text, 'base64');
  return Buffer.concat(text.split(/=+/).map((piece) => Buffer.from(piece, 'base64')));
}

/** Line ends stay as they are, but for soft ones; white space before a line end is none (RFC 2045 §6.7). */
function decodeQuotedPrintable(bytes: Buffer): Buffer {
  const out = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  /** Behind the last byte that is no white space of the present line. */
  let solid = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === EQUALS) {
      const value = hexAt(bytes, at + 1);
      if (value >= 0) {
        out[length++] = value;
        solid = length;
        at += 2;
        continue;
      }
      const end = softBreakEnd(bytes, at + 1);
      if (end > 0) {
        at = end - 1;
        solid = length;
        continue;
      }
    }
    if (byte === LF || (byte === CR && bytes[at + 1] === LF)) length = solid;
    out[length++] = byte;
    if (byte !== SPACE && byte !== TAB) solid = length;
  }
  return out.subarray(0, solid);
}

function hexAt(bytes: Buffer, at: number): number {
  const [high, low] = [hexDigit(bytes[at]), hexDigit(bytes[at + 1])];
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(byte = 0): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const upper = byte & ~32;
  return upper >= 65 && upper <= 70 ? upper - 55 : -1;
}

/** Behind the line end that follows, if but white space stands before it; else 0. A run of white space is read once. */
function softBreakEnd(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === SPACE || bytes[at] === TAB) at++;
  if (bytes[at] === CR) at++;
  if (at >= bytes.length) return at;
  return bytes[at] === LF ? at + 1 : 0;
}
