import { charsetDecoder } from '../../mail/decoded-text.js';
import { BadCommandError } from '../errors.js';
import type { DecodeText } from './index.js';

/** For BADCHARSET's list (RFC 9051 §7.1): what real clients send; more are understood. */
export const CHARSETS: readonly string[] = [
  ...['US-ASCII', 'UTF-8', 'ISO-8859-1', 'ISO-8859-15', 'WINDOWS-1252', 'GB18030', 'GBK', 'BIG5'],
  ...['ISO-2022-JP', 'SHIFT_JIS', 'EUC-JP', 'EUC-KR', 'KOI8-R'],
];

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The decoder of a charset; undefined if we do not know it. Without one, text is UTF-8 as in RFC 9051 §6.4.4. */
export function textDecoderOf(charset: string | undefined): DecodeText | undefined {
  const name = charset?.toLowerCase() ?? 'utf-8';
  if (name === 'utf-8' || name === 'utf8') return decodeUtf8;
  if (name === 'us-ascii') return decodeAscii;
  const decode = charsetDecoder(name);
  return decode && ((bytes) => decode(Buffer.from(bytes, 'latin1')));
}

function decodeUtf8(bytes: string): string {
  try {
    return UTF8.decode(Buffer.from(bytes, 'latin1'));
  } catch (error) {
    throw new BadCommandError('the text is not valid UTF-8', { cause: error });
  }
}

function decodeAscii(bytes: string): string {
  if (/[\x80-\xff]/.test(bytes)) throw new BadCommandError('the text is not US-ASCII');
  return bytes;
}
