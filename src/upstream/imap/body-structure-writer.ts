// BODYSTRUCTURE back from raw tokens to wire text (RFC 9051 §7.5.2), checked on the way: what a client's parser would
// choke on is not passed on. Small known slips (NIL encoding, negative line counts) are mended; the rest is "broken".
import type { WireText } from '../../mail/ids.js';
import { listOf, type Token, type TokenList, textOf, wireTextOf } from './tokens.js';

const MAX_DEPTH = 100;
const QUOTABLE = /^[\u0001-\u0009\u000b\u000c\u000e-\u007f]*$/;

class BrokenStructure extends Error {}

/** The value as it goes after the item name, or undefined when it is no body structure. */
export function writeBodyStructure(token: Token | undefined): WireText | undefined {
  try {
    return body(token, 0) as WireText;
  } catch (error) {
    if (error instanceof BrokenStructure) return undefined;
    throw error;
  }
}

function body(token: Token | undefined, depth: number): string {
  const list = listOf(token);
  if (!list || list.length === 0 || depth > MAX_DEPTH) throw new BrokenStructure();
  return Array.isArray(list[0]) ? multipart(list, depth) : singlePart(list, depth);
}

function multipart(list: TokenList, depth: number): string {
  let end = 0;
  while (Array.isArray(list[end])) end += 1;
  const parts = list.slice(0, end).map((part) => body(part, depth + 1));
  const extension = list.slice(end + 1);
  // body-fld-param first, then dsp, lang, loc and whatever a later RFC adds.
  const rest = extension.map((item, i) => (i === 0 ? parameters(item) : anything(item)));
  return `(${parts.join('')} ${[string(list[end]), ...rest].join(' ')})`;
}

function singlePart(list: TokenList, depth: number): string {
  if (list.length < 7) throw new BrokenStructure();
  const [type, subtype, params, id, description, encoding, octets] = list;
  // Quirk(generic): some servers give NIL where an encoding must stand.
  const fields = [
    string(type),
    string(subtype),
    parameters(params),
    nstring(id),
    nstring(description),
    encoding ? string(encoding) : '"7BIT"',
    number(octets),
  ];
  const kind = `${textOf(type)}/${textOf(subtype)}`.toLowerCase();
  let next = 7;
  if (kind === 'message/rfc822' || kind === 'message/global') {
    fields.push(envelope(list[7]), body(list[8], depth + 1), number(list[9]));
    next = 10;
  } else if (kind.startsWith('text/')) {
    fields.push(number(list[7]));
    next = 8;
  }
  for (const item of list.slice(next)) fields.push(anything(item));
  return `(${fields.join(' ')})`;
}

/** Ten fields: date, subject, six address lists, in-reply-to, message-id. */
function envelope(token: Token | undefined): string {
  const list = listOf(token);
  if (list?.length !== 10) throw new BrokenStructure();
  const fields = list.map((field, i) => (i >= 2 && i <= 7 ? addresses(field) : nstring(field)));
  return `(${fields.join(' ')})`;
}

function addresses(token: Token): string {
  if (token === null) return 'NIL';
  const list = listOf(token);
  if (!list) throw new BrokenStructure();
  if (list.length === 0) return 'NIL';
  const written = list.map((address) => {
    const fields = listOf(address);
    if (fields?.length !== 4) throw new BrokenStructure();
    return `(${fields.map(nstring).join(' ')})`;
  });
  return `(${written.join('')})`;
}

function parameters(token: Token | undefined): string {
  if (token === null || token === undefined) return 'NIL';
  const list = listOf(token);
  if (!list || list.length % 2 !== 0) throw new BrokenStructure();
  if (list.length === 0) return 'NIL';
  // Quirk(generic): a NIL value of a parameter becomes an empty string.
  return `(${list.map((item, i) => (i % 2 === 1 && item === null ? '""' : string(item))).join(' ')})`;
}

/** Extension data: strings, numbers and lists of them, always with a space between. */
function anything(token: Token | undefined): string {
  const list = listOf(token);
  if (!list) return isNumber(token) ? number(token) : nstring(token);
  return list.length === 0 ? 'NIL' : `(${list.map(anything).join(' ')})`;
}

const isNumber = (token: Token | undefined): boolean => token?.type === 'ATOM' && /^[0-9]+$/.test(textOf(token) ?? '');

function number(token: Token | undefined): string {
  const text = textOf(token);
  if (text === undefined || !/^-?[0-9]{1,15}$/.test(text)) throw new BrokenStructure();
  // Quirk(exchange): line counts of -1; a number of the grammar has no sign and fits 32 bits.
  return String(Math.min(Math.max(0, Number(text)), 0xffff_ffff));
}

const nstring = (token: Token | undefined): string => (token === null ? 'NIL' : string(token));

function string(token: Token | undefined): string {
  const text = wireTextOf(token);
  if (text === undefined) throw new BrokenStructure();
  if (QUOTABLE.test(text)) return /["\\]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`;
  const bytes = text.replaceAll('\0', '');
  return `{${bytes.length}}\r\n${bytes}`;
}
