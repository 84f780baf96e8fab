// Text as people read it, for SEARCH: encoded-words, charsets, transfer encodings. Never throws.
import { Buffer, isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import type { WireText } from './ids.js';
import { isMultipart, type MimePart } from './mime.js';
import { parameterOf } from './mime-parameters.js';
import { withoutEncoding } from './transfer-encoding.js';

const ENCODED_WORD = /=\?([^?\s]{1,80})\?([bq])\?([^?]*)\?=/gi;

/** A header value with its encoded-words (RFC 2047) decoded; what raw 8-bit text is, is guessed. */
export function decodeHeaderText(raw: WireText): string {
  const text = raw.includes('=?') ? raw : undefined;
  if (text === undefined) return decodeRaw(raw);
  let decoded = '';
  let at = 0;
  // Words of one charset that follow each other are one text: a character may be cut between them.
  let pending: { charset: string; bytes: Buffer[] } | undefined;
  const flush = () => {
    if (pending) decoded += decodeBytes(Buffer.concat(pending.bytes), pending.charset);
    pending = undefined;
  };
  for (const match of text.matchAll(ENCODED_WORD)) {
    const between = text.slice(at, match.index);
    const charset = (match[1] ?? '').replace(/\*.*$/, '').toLowerCase();
    if (!pending || pending.charset !== charset || between.trim() !== '') {
      flush();
      if (at === 0 || between.trim() !== '') decoded += decodeRaw(between);
      pending = { charset, bytes: [] };
    }
    pending.bytes.push(wordBytes(match[2] ?? '', match[3] ?? ''));
    at = match.index + match[0].length;
  }
  flush();
  return decoded + decodeRaw(text.slice(at));
}

const wordBytes = (encoding: string, text: string): Buffer =>
  encoding.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : decodeQ(text.replaceAll('_', ' '));

function decodeQ(text: string): Buffer {
  return Buffer.from(
    text.replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}

function decodeRaw(raw: string): string {
  if (!/[\x80-\xff]/.test(raw)) return raw;
  return guessedText(Buffer.from(raw, 'latin1'));
}

/** Labels that a sender writes who has not looked: 8-bit bytes under them may be anything. */
const CARELESS: ReadonlySet<string> = new Set([
  '',
  'utf-8',
  'utf8',
  'us-ascii',
  'ascii',
  'ansi_x3.4-1968',
  'unknown-8bit',
]);

/** UTF-8 where it is that, but for some damage; else GB18030, whose bytes come in pairs; else what Western mail is in. */
function guessedText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let high = 0;
  let alone = 0;
  for (let i = 0, run = 0; i <= bytes.length; i++) {
    if ((bytes[i] ?? 0) >= 0x80) run++;
    else {
      high += run;
      if (run === 1) alone++;
      run = 0;
    }
  }
  const utf8 = bytes.toString('utf8');
  if (utf8.split('\ufffd').length * 4 < high) return utf8;
  return iconv.decode(bytes, alone * 4 < high ? 'gb18030' : 'windows-1252');
}

/** Labels that mean more than they say. */
const ALIASES: Readonly<Record<string, string>> = {
  gb2312: 'gb18030',
  gbk: 'gb18030',
  'ks_c_5601-1987': 'cp949',
  'unicode-1-1-utf-7': 'utf-7',
};

/** What iconv-lite also calls encodings, though they are ways to write bytes. */
const NOT_CHARSETS: ReadonlySet<string> = new Set(['base64', 'hex', 'binary']);

/** The decoder of a charset (lower case); undefined if nobody here knows it. */
export function charsetDecoder(charset: string): ((bytes: Buffer) => string) | undefined {
  const name = ALIASES[charset] ?? charset;
  if (NOT_CHARSETS.has(name)) return undefined;
  if (iconv.encodingExists(name)) return (bytes) => iconv.decode(bytes, name);
  try {
    // ISO-2022-JP, above all.
    const decoder = new TextDecoder(name, { ignoreBOM: true });
    return (bytes) => decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** A part's bytes, or the beginning of them, as text. */
export function decodedText(raw: Buffer, { params, encoding }: MimePart): string {
  const charset = parameterOf(params, 'charset')?.toLowerCase() ?? '';
  return decodeBytes(withoutEncoding(raw, encoding) ?? raw, charset);
}
function decodeBytes(bytes: Buffer, charset: string): string {
  const decoder = CARELESS.has(charset) ? undefined : charsetDecoder(charset);
  return decoder?.(bytes) ?? guessedText(bytes);
}

const MAX_TEXT_BYTES = 4_000_000;

/**
 * The text of all text parts, decoded; with `headers` also the headers of all parts below the message itself. HTML is
 * given as it is: a word broken by tags is not found, but nothing a reader sees in one piece is missed. At most some
 * megabytes.
 */
export function decodedBodyText(bytes: Uint8Array, root: MimePart, { headers = false } = {}): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts: string[] = [];
  let left = MAX_TEXT_BYTES;
  const visit = (part: MimePart): void => {
    if (headers && part !== root) texts.push(decodedHeaderBlock(bytes, part));
    if (isMultipart(part) || part.message) {
      for (const child of part.children) visit(child);
      if (part.message) visit(part.message);
      return;
    }
    if (part.type.toLowerCase() !== 'text' || left <= 0) return;
    const raw = buffer.subarray(part.bodyStart, Math.min(part.bodyEnd, part.bodyStart + left));
    left -= raw.length;
    texts.push(decodedText(raw, part));
  };
  visit(root);
  return texts.join('\n');
}

const FOLD = /\r?\n[ \t]+/g;

/** A part's header, each fold one blank, decoded. */
export function decodedHeaderBlock(bytes: Uint8Array, { headerStart, headerEnd }: MimePart): string {
  const block = Buffer.from(bytes.buffer, bytes.byteOffset + headerStart, headerEnd - headerStart).toString('latin1');
  return decodedFields(block);
}

/** Header fields as they stand in a header, each fold one blank, decoded. */
export const decodedFields = (block: string): string => decodeHeaderText(block.replace(FOLD, ' ') as WireText);
