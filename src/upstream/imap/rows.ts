// FETCH responses → rows. Hot: one call a message, so no decoding that the row does not need.
import type { ImapResponse } from 'imapflow';
import { type FlagSet, flagSetOf, NO_FLAGS } from '../../mail/flags.js';
import { asUpstreamUid, type UpstreamUid, type WireText } from '../../mail/ids.js';
import { writeBodyStructure } from './body-structure-writer.js';
import { listOf, numberOf, type Token, type TokenList, textOf, uint32Of, wireTextOf } from './tokens.js';

/** What a FETCH response may hold; only what was there is set. */
export interface FetchedItems {
  uid?: UpstreamUid;
  flags?: FlagSet;
  internalDate?: number;
  sizeBytes?: number;
  emailId?: string;
  threadId?: string;
  bodyStructure?: WireText;
  /** The literal of any BODY[…] item. */
  section?: Token;
  /** Where the section's bytes start, if the server says so (`BODY[]<0>`). */
  origin?: number;
}

/** Equal sets of flags are one object: most messages of a mailbox have one of a handful. */
export class FlagReader {
  readonly #known = new Map<string, FlagSet>();

  read(token: Token | undefined): FlagSet {
    const list = listOf(token);
    if (!list || list.length === 0) return NO_FLAGS;
    let key = '';
    for (const item of list) key += `${item?.value ?? ''} `;
    const known = this.#known.get(key);
    if (known) return known;
    const flags = flagSetOf(list.map(textOf).filter((name) => name !== undefined));
    if (this.#known.size < 10_000) this.#known.set(key, flags);
    return flags;
  }
}

/** Undefined for what is no `* n FETCH (…)`. */
export function fetchedItems(response: ImapResponse, flags: FlagReader): FetchedItems | undefined {
  const list = listOf(response.attributes?.[1]);
  if (!list) return undefined;
  const items: FetchedItems = {};
  for (let i = 0; i + 1 < list.length; i += 2) readItem(items, list, i, flags);
  return items;
}

function readItem(items: FetchedItems, list: TokenList, i: number, flags: FlagReader): void {
  const key = list[i];
  const value = list[i + 1];
  switch (typeof key?.value === 'string' ? key.value.toUpperCase() : '') {
    case 'UID': {
      const uid = uint32Of(value);
      if (uid) items.uid = asUpstreamUid(uid);
      break;
    }
    case 'FLAGS':
      items.flags = flags.read(value);
      break;
    case 'INTERNALDATE':
      items.internalDate = parseInternalDate(textOf(value) ?? '');
      break;
    case 'RFC822.SIZE':
      items.sizeBytes = numberOf(value) ?? 0;
      break;
    case 'BODYSTRUCTURE': {
      const written = writeBodyStructure(value);
      if (written !== undefined) items.bodyStructure = written;
      break;
    }
    case 'BODY':
      if (key?.section && value !== undefined) items.section = value;
      if (key?.partial?.[0] !== undefined) items.origin = key.partial[0];
      break;
    case 'X-GM-MSGID':
    case 'EMAILID':
      setId(items, 'emailId', value);
      break;
    case 'X-GM-THRID':
    case 'THREADID':
      setId(items, 'threadId', value);
      break;
  }
}

/** `X-GM-MSGID 1278455344230334865`, `EMAILID (M6d99ac3275bb4e)`, `THREADID NIL` */
function setId(items: FetchedItems, field: 'emailId' | 'threadId', value: Token | undefined): void {
  const id = textOf(listOf(value)?.[0] ?? value);
  if (id) items[field] = id;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const INTERNAL_DATE = /^\s?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/;

/** `17-Jul-1996 02:44:25 -0700` → Unix seconds; 0 for what is no date. */
export function parseInternalDate(text: string): number {
  const match = INTERNAL_DATE.exec(text);
  const month = match ? MONTHS.indexOf((match[2] ?? '').toLowerCase()) : -1;
  if (!match || month < 0) return 0;
  const [day, year, hour, minute, second, zoneHour, zoneMinute] = [1, 3, 4, 5, 6, 8, 9].map((i) => Number(match[i]));
  const offset = ((zoneHour ?? 0) * 60 + (zoneMinute ?? 0)) * 60 * (match[7] === '-' ? -1 : 1);
  const seconds = Date.UTC(year ?? 0, month, day, hour, minute, second) / 1000 - offset;
  return Math.max(0, seconds);
}

/** Unix seconds → date-time of APPEND (RFC 9051 §9), in UTC. */
export function formatInternalDate(seconds: number): string {
  const date = new Date(seconds * 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const month = MONTHS[date.getUTCMonth()] ?? 'jan';
  const day = `${two(date.getUTCDate())}-${month.charAt(0).toUpperCase()}${month.slice(1)}-${String(date.getUTCFullYear()).padStart(4, '0')}`;
  return `"${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000"`;
}

/** A header block with its closing empty line; an empty one when the server gave none. */
export function headerBlock(token: Token | undefined): WireText {
  const text = wireTextOf(token) ?? '';
  if (text === '' || text === '\r\n') return '\r\n' as WireText;
  if (text.endsWith('\r\n\r\n')) return text as WireText;
  return (text.endsWith('\r\n') ? `${text}\r\n` : `${text}\r\n\r\n`) as WireText;
}
