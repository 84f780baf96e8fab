// What SORT and THREAD compare messages by (RFC 5256, RFC 5957), taken from the header once and kept.
import { parseAddresses, type RawAddress } from './addresses.js';
import { baseSubject } from './base-subject.js';
import { casemap } from './collation.js';
import { parseDateHeader } from './dates.js';
import { decodeHeaderText } from './decoded-text.js';
import { eachField, unfold } from './header-block.js';
import type { WireText } from './ids.js';

/** Texts are ready to be compared by octets (mail/collation.ts). */
export interface SortKeys {
  /** Unix time, seconds; undefined if there is no date that can be read. */
  readonly sentDate: number | undefined;
  readonly isReply: boolean;
  /** Base subject. */
  readonly subject: string;
  /** addr-mailbox of the first address. */
  readonly from: string;
  readonly to: string;
  readonly cc: string;
  /** Display name of the first address, else the address (RFC 5957 §3). */
  readonly displayFrom: string;
  readonly displayTo: string;
  /** The message's own id (0: none), then those of its references, eldest first; as numbers (`idNumber`). */
  readonly threadIds: Float64Array;
}

const FIELDS: ReadonlySet<string> = new Set([
  ...['date', 'subject', 'from', 'to', 'cc', 'message-id', 'references', 'in-reply-to'],
]);
const MAX_TEXT = 1_000;
const MAX_REFERENCES = 1_000;

export function sortKeysOf(headers: string): SortKeys {
  const fields = new Map<string, WireText>();
  // The first of a kind counts; of nothing but References there should be two.
  eachField(headers, (name, _, valueStart, end) => {
    if (FIELDS.has(name) && !fields.has(name)) fields.set(name, unfold(headers.slice(valueStart, end)));
  });
  const { text, isReply } = baseSubject(decodeHeaderText(fields.get('subject') ?? ('' as WireText)));
  const [from, to, cc] = ['from', 'to', 'cc'].map((name) => firstAddress(fields.get(name)));
  return {
    sentDate: parseDateHeader(fields.get('date') ?? '')?.unixSeconds,
    isReply,
    subject: casemap(text).slice(0, MAX_TEXT),
    from: mailboxKey(from),
    to: mailboxKey(to),
    cc: mailboxKey(cc),
    displayFrom: displayKey(from),
    displayTo: displayKey(to),
    threadIds: threadIdsOf(fields),
  };
}

const firstAddress = (value: string | undefined): RawAddress | undefined =>
  value === undefined ? undefined : parseAddresses(value)[0];

const textKey = (raw: string): string => casemap(decodeHeaderText(raw as WireText)).slice(0, MAX_TEXT);

const mailboxKey = (address: RawAddress | undefined): string => textKey(address?.mailbox ?? '');

function displayKey(address: RawAddress | undefined): string {
  if (!address) return '';
  const name = textKey(address.name ?? '');
  if (name !== '') return name;
  const { mailbox, host } = address;
  return textKey(mailbox !== undefined && host !== undefined ? `${mailbox}@${host}` : (mailbox ?? ''));
}

function threadIdsOf(fields: ReadonlyMap<string, WireText>): Float64Array {
  const [own] = messageIdsIn(fields.get('message-id'));
  let references = messageIdsIn(fields.get('references'));
  // Without References the first id of In-Reply-To (RFC 5256 §3).
  if (references.length === 0) references = messageIdsIn(fields.get('in-reply-to')).slice(0, 1);
  return Float64Array.of(own === undefined ? 0 : idNumber(own), ...references.slice(-MAX_REFERENCES).map(idNumber));
}

// msg-id (RFC 5322 §3.6.4), also with a quoted left side
const MESSAGE_ID = /<\s*((?:"(?:[^"\\<>]|\\.)*"|[^"<>@\s])+@[^<>\s]+)\s*>/g;

/** The valid message ids of a field, without brackets, and without quotes that change nothing (RFC 5256 §3). */
export function messageIdsIn(value: string | undefined): string[] {
  if (value === undefined) return [];
  return Array.from(value.matchAll(MESSAGE_ID), ([, id = '']) =>
    id.includes('"') ? id.replace(/"((?:[^"\\]|\\.)*)"/g, (_, inner: string) => inner.replace(/\\(.)/g, '$1')) : id,
  );
}

/**
 * A message id as a number from 1 to 2^53: 60,000 of them take little room and are compared at once. Two that share one
 * are as unlikely as they are harmless: a message stands in the wrong thread, as a forged References could make it.
 */
export function idNumber(id: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (b & 0x1fffff) * 0x1_0000_0000 + (a >>> 0) + 1;
}
