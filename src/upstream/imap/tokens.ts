// Reading imapflow's token trees without trusting them: every helper answers undefined for what is not there.
import type { ImapAttribute, ImapAttributeList, ImapResponse } from 'imapflow';

export type Token = ImapAttribute;
export type TokenList = ImapAttributeList;

const MAX_UINT32 = 0xffff_ffff;
const DIGITS = /^[0-9]{1,15}$/;

/** A number that fits 53 bits, from an atom or a string of digits; undefined for anything else, negatives included. */
export function numberOf(token: Token | undefined): number | undefined {
  const value = token?.value;
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  return typeof value === 'string' && DIGITS.test(value) ? Number(value) : undefined;
}

/** 0 … 2^32-1 */
export function uint32Of(token: Token | undefined): number | undefined {
  const value = numberOf(token);
  return value !== undefined && value <= MAX_UINT32 ? value : undefined;
}

/** A 63-bit counter (RFC 7162 §7, mod-sequence-value). */
export function bigintOf(token: Token | undefined): bigint | undefined {
  const value = token?.value;
  return typeof value === 'string' && /^[0-9]{1,19}$/.test(value) ? BigInt(value) : undefined;
}

/** The text of an atom, string or literal; undefined for NIL and lists. */
export function textOf(token: Token | undefined): string | undefined {
  const value = token?.value;
  if (typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return value.toString('utf8');
  return typeof value === 'number' ? String(value) : undefined;
}

/** The bytes of a string or literal, one char per byte; undefined for NIL and lists. */
export function wireTextOf(token: Token | undefined): string | undefined {
  const value = token?.value;
  if (Buffer.isBuffer(value)) return value.toString('latin1');
  // imapflow reads lines as UTF-8, so a quoted string with 8-bit bytes comes decoded.
  if (typeof value !== 'string') return undefined;
  return /[^\u0000-\u007f]/.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value;
}

export const listOf = (token: Token | undefined): TokenList | undefined => (Array.isArray(token) ? token : undefined);

/** The texts of a list's atoms and strings, what is neither left out. */
export const textsOf = (token: Token | undefined): string[] =>
  (listOf(token) ?? []).map(textOf).filter((text) => text !== undefined);

/** The response code of a status response: its word in upper case, and what follows the word. */
export function responseCodeOf(response: ImapResponse): { code: string; args: TokenList } | undefined {
  const section = response.attributes?.[0]?.section;
  const code = textOf(section?.[0])?.toUpperCase();
  return section && code ? { code, args: section.slice(1) as TokenList } : undefined;
}

/** The human-readable part of a status response. */
export const statusTextOf = (response: ImapResponse): string =>
  (response.attributes ?? [])
    .filter((token) => token?.type === 'TEXT')
    .map((token) => textOf(token) ?? '')
    .join(' ')
    .trim();
