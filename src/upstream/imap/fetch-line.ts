// A quick tokenizer for `* n FETCH (…)`, which makes up nearly all that servers send. imapflow's own reads UTF-8 char by
// char (and the echo of 46 header field names with every message): 12k messages/s instead of 60k. The tokens are of
// imapflow's shape; for whatever is out of the ordinary the answer is undefined, and imapflow reads the line.
import type { TokenList } from './tokens.js';

/** imapflow's readable item: the line without its literals' data, which stand apart, in order. */
export interface RawLine {
  readonly payload: Buffer;
  readonly literals: readonly Buffer[];
}

export interface FetchLine {
  /** The message sequence number, as text. */
  readonly seq: string;
  readonly items: TokenList;
}

const MAX_DEPTH = 90;
const MAX_TOKENS = 100_000;
const START = /^\* ([0-9]{1,10}) FETCH \(/i;

const SPACE = 0x20;
const QUOTE = 0x22;
const OPEN = 0x28;
const CLOSE = 0x29;
const ANGLE = 0x3c;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const BRACE = 0x7b;

/** Thrown inside, never outside. */
class Unusual extends Error {}
const UNUSUAL = new Unusual();

interface Cursor {
  readonly text: string;
  readonly literals: readonly Buffer[];
  at: number;
  literal: number;
  tokens: number;
}

export function parseFetchLine({ payload, literals }: RawLine): FetchLine | undefined {
  // '*', and the ')' that closes the items: a cheap no for most other lines.
  if (payload[0] !== 0x2a || payload[payload.length - 1] !== CLOSE) return undefined;
  const text = payload.toString('latin1');
  const start = START.exec(text);
  if (!start) return undefined;
  const cursor: Cursor = { text, literals, at: start[0].length, literal: 0, tokens: 0 };
  try {
    const items = list(cursor, 1);
    return cursor.at === text.length ? { seq: start[1] ?? '', items } : undefined;
  } catch (error) {
    if (error === UNUSUAL) return undefined;
    throw error;
  }
}

/** The cursor stands behind the `(`. */
function list(cursor: Cursor, depth: number): TokenList {
  if (depth > MAX_DEPTH) throw UNUSUAL;
  const items: TokenList = [] as unknown as TokenList;
  const { text } = cursor;
  for (;;) {
    const char = text.charCodeAt(cursor.at);
    if (char === SPACE) cursor.at += 1;
    else if (char === CLOSE) {
      cursor.at += 1;
      return items;
    } else {
      cursor.tokens += 1;
      if (cursor.tokens > MAX_TOKENS) throw UNUSUAL;
      if (char === QUOTE) items.push(quotedString(cursor));
      else if (char === OPEN) {
        cursor.at += 1;
        items.push(list(cursor, depth + 1));
      } else if (char === BRACE) items.push(literal(cursor));
      else items.push(atom(cursor));
    }
  }
}

function quotedString(cursor: Cursor): TokenList[number] {
  const { text } = cursor;
  const start = cursor.at + 1;
  let end = text.indexOf('"', start);
  let value = text.slice(start, end);
  if (value.includes('\\')) {
    end = start;
    while (end < text.length && text.charCodeAt(end) !== QUOTE) end += text.charCodeAt(end) === BACKSLASH ? 2 : 1;
    value = text.slice(start, end).replace(/\\([\s\S])/g, '$1');
  }
  if (end < 0 || end >= text.length) throw UNUSUAL;
  cursor.at = end + 1;
  // 8-bit bytes have no charset here: they stay bytes.
  return /[\u0080-\u00ff]/.test(value)
    ? { type: 'LITERAL', value: Buffer.from(value, 'latin1') }
    : { type: 'STRING', value };
}

/** `{n}` with its line break; the data is the next of the literals. */
function literal(cursor: Cursor): TokenList[number] {
  const { text } = cursor;
  const end = text.indexOf('}', cursor.at);
  const value = cursor.literals[cursor.literal];
  if (end < 0 || !value || Number(text.slice(cursor.at + 1, end)) !== value.length) throw UNUSUAL;
  cursor.literal += 1;
  const after = text.startsWith('\r\n', end + 1) ? 3 : text.startsWith('\n', end + 1) ? 2 : 0;
  if (after === 0) throw UNUSUAL;
  cursor.at = end + after;
  return { type: 'LITERAL', value };
}

function atom(cursor: Cursor): TokenList[number] {
  const { text } = cursor;
  const start = cursor.at;
  let end = start;
  for (; end < text.length; end += 1) {
    const char = text.charCodeAt(end);
    if (char === SPACE || char === CLOSE || char === OPEN) break;
    if (char === BRACKET && isSectioned(text, start, end)) return section(cursor, text.slice(start, end), end);
    if (char < SPACE || char === QUOTE || char === BRACE || char > 0x7e) throw UNUSUAL;
  }
  if (end === start || end >= text.length) throw UNUSUAL;
  cursor.at = end;
  const value = text.slice(start, end);
  return value.length === 3 && value.toUpperCase() === 'NIL' ? null : { type: 'ATOM', value };
}

/** Only BODY[ and BINARY[ open a section; a keyword may hold a `[`. */
const isSectioned = (text: string, start: number, end: number): boolean => {
  const word = text.slice(start, end).toUpperCase();
  return word === 'BODY' || word === 'BINARY';
};

/** `BODY[…]<0>`: what stands in the brackets is what we asked for; only that there are any matters. */
function section(cursor: Cursor, value: string, bracket: number): TokenList[number] {
  const { text } = cursor;
  const close = text.indexOf(']', bracket);
  // A field name given as a literal would shift the others: leave it to imapflow.
  if (close < 0 || text.slice(bracket, close).includes('{')) throw UNUSUAL;
  cursor.at = close + 1;
  const token = { type: 'ATOM', value, section: [] as unknown as TokenList };
  if (text.charCodeAt(cursor.at) !== ANGLE) return token;
  const end = text.indexOf('>', cursor.at);
  const origin = text.slice(cursor.at + 1, end);
  if (end < 0 || !/^[0-9]{1,10}$/.test(origin)) throw UNUSUAL;
  cursor.at = end + 1;
  return { ...token, partial: [Number(origin)] };
}
