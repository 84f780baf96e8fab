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

/** The value of ENVELOPE (RFC 9051 §7.5.2). */
export function envelopeOf(headers: WireText): WireText {
  const values: Partial<Record<Field, string>> = {};
  eachField(headers, (name, _, valueStart, end) => {
    if (!WANTED.has(name)) return;
    const value = unfold(headers.slice(valueStart, end));
    const known = values[name as Field];
    // A repeated address field adds to the list; of the others the last one counts.
    values[name as Field] = known !== undefined && isAddressField(name) ? `${known}, ${value}` : value;
  });
  const from = addressList(values.from);
  const text = [
    wireNstring(values.date),
    wireNstring(values.subject),
    from,
    orFrom(addressList(values.sender), from),
    orFrom(addressList(values['reply-to']), from),
    addressList(values.to),
    addressList(values.cc),
    addressList(values.bcc),
    wireNstring(values['in-reply-to']),
    wireNstring(values['message-id']),
  ].join(' ');
  return `(${text})` as WireText;
}

const isAddressField = (name: string): boolean => name === 'to' || name === 'cc' || name === 'bcc' || name === 'from';

/** RFC 9051 §7.5.2: an absent or empty Sender or Reply-To is From. */
const orFrom = (list: string, from: string): string => (list === 'NIL' ? from : list);

function addressList(value: string | undefined): string {
  if (value === undefined) return 'NIL';
  const addresses = parseAddresses(value);
  return addresses.length === 0 ? 'NIL' : `(${addresses.map(addressText).join('')})`;
}

const addressText = ({ name, route, mailbox, host }: RawAddress): string =>
  `(${wireNstring(name)} ${wireNstring(route)} ${wireNstring(mailbox)} ${wireNstring(host)})`;
