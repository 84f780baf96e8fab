// ENVELOPE computed from the header block (DESIGN §6), the way Dovecot writes it: encoded-words stay as they are.
import { parseAddresses, type RawAddress } from './addresses.js';
import { eachField, unfold } from './header-block.js';
import type { WireText } from './ids.js';
import { wireNstring } from './wire-strings.js';

const FIELDS = [
  'date',
  'subject',
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'in-reply-to',
  'message-id',
] as const;
type Field = (typeof FIELDS)[number];
const WANTED: ReadonlySet<string> = new Set(FIELDS);
const ADDRESS_FIELDS: ReadonlySet<string> = new Set(['from', 'sender', 'reply-to', 'to', 'cc', 'bcc']);

/** The value of ENVELOPE (RFC 9051 §7.5.2). */
export function envelopeOf(headers: WireText): WireText {
  const texts: Partial<Record<Field, string>> = {};
  const lists: Partial<Record<Field, string>> = {};
  eachField(headers, (name, _, valueStart, end) => {
    if (!WANTED.has(name)) return;
    const value = headers.slice(valueStart, end).replace(/\r?\n$/, '');
    // Repeated address fields are one list, so that nobody is hidden from whoever checks the first; else the last counts.
    if (ADDRESS_FIELDS.has(name)) lists[name as Field] = (lists[name as Field] ?? '') + addressTexts(value);
    else texts[name as Field] = value;
  });
  const list = (field: Field): string => (lists[field] ? `(${lists[field]})` : 'NIL');
  const from = list('from');
  const text = [
    plainText(texts.date),
    humanText(texts.subject),
    from,
    // RFC 9051 §7.5.2: an absent or empty Sender or Reply-To is From.
    lists.sender ? list('sender') : from,
    lists['reply-to'] ? list('reply-to') : from,
    list('to'),
    list('cc'),
    list('bcc'),
    plainText(texts['in-reply-to']),
    plainText(texts['message-id']),
  ].join(' ');
  return `(${text})` as WireText;
}

const plainText = (value: string | undefined): string => wireNstring(value === undefined ? undefined : unfold(value));

/** For people: white space of any kind is one space, none at the ends. */
const humanText = (value: string | undefined): string =>
  wireNstring(value?.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, ''));

const addressTexts = (value: string): string => parseAddresses(value).map(addressText).join('');

const addressText = ({ name, route, mailbox, host }: RawAddress): string =>
  `(${humanText(name)} ${plainText(route)} ${plainText(mailbox)} ${plainText(host)})`;
