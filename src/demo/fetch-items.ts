// The items of FETCH, by name (RFC 3501 §6.4.5, RFC 7162, X-GM-EXT-1).
import type { Decoder } from '../imap/wire/decoder.js';
import { bodyOf, bodyStructureOf } from '../mail/body-structure.js';
import { formatInternalDate } from '../mail/dates.js';
import { envelopeOf } from '../mail/envelope.js';
import { wireText } from '../mail/ids.js';
import { type SectionKind, sectionRange, selectHeaderFields } from '../mail/sections.js';
import { labelsText } from './labels.js';
import type { DemoSession } from './session.js';
import type { Entry, Mail } from './store/mailbox.js';
import type { View } from './view.js';

export interface FetchContext {
  readonly session: DemoSession;
  readonly view: View;
  readonly entry: Entry;
}

export interface FetchItem {
  readonly name: string;
  /** Reading it marks the message \Seen. */
  readonly setsSeen?: boolean;
  /** Name and value, one char a byte. */
  text(context: FetchContext): string;
}

const literal = (bytes: string): string => `{${bytes.length}}\r\n${bytes}`;

const item = (name: string, value: (context: FetchContext) => string | number, setsSeen = false): FetchItem => ({
  name,
  setsSeen,
  text: (context) => `${name} ${value(context)}`,
});

const structure = ({ bytes, root }: Mail) => bodyStructureOf(bytes, root);
const cut = ({ bytes, root }: Mail, kind: SectionKind): string => {
  const range = sectionRange(root, [], kind);
  return range ? wireText(bytes.subarray(range.start, range.end)) : '';
};

const PLAIN_ITEMS: readonly FetchItem[] = [
  item('UID', ({ entry }) => entry.uid),
  item('FLAGS', ({ entry, view }) => `(${view.flagsText(entry)})`),
  item('INTERNALDATE', ({ entry }) => formatInternalDate(entry.mail.internalDate)),
  item(
    'RFC822.SIZE',
    ({ entry, session }) => entry.mail.bytes.byteLength + session.account.personality.quirks.sizeLies,
  ),
  item('ENVELOPE', ({ entry }) => envelopeOf(entry.mail.header)),
  item('BODYSTRUCTURE', ({ entry }) => structure(entry.mail)),
  item('BODY', ({ entry }) => bodyOf(structure(entry.mail))),
  item('RFC822', ({ entry }) => literal(wireText(entry.mail.bytes)), true),
  item('RFC822.HEADER', ({ entry }) => literal(cut(entry.mail, 'HEADER'))),
  item('RFC822.TEXT', ({ entry }) => literal(cut(entry.mail, 'TEXT')), true),
  item('MODSEQ', ({ entry }) => `(${entry.modseq})`),
  item('EMAILID', ({ entry }) => `(M${entry.mail.emailId})`),
  item('THREADID', ({ entry }) => `(T${entry.mail.threadId})`),
  item('X-GM-MSGID', ({ entry }) => `${entry.mail.emailId}`),
  item('X-GM-THRID', ({ entry }) => `${entry.mail.threadId}`),
  item('X-GM-LABELS', ({ entry, view, session }) => `(${labelsText(entry, view.mailbox, session.utf8)})`),
];
const BY_NAME = new Map(PLAIN_ITEMS.map((one) => [one.name, one]));
const MACROS: Readonly<Record<string, readonly string[]>> = {
  ALL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE'],
  FAST: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE'],
  FULL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY'],
};
/** Of an extension: known only where the word is advertised. */
const NEEDS: Readonly<Record<string, string>> = {
  MODSEQ: 'CONDSTORE',
  EMAILID: 'OBJECTID',
  THREADID: 'OBJECTID',
  'X-GM-MSGID': 'X-GM-EXT-1',
  'X-GM-THRID': 'X-GM-EXT-1',
  'X-GM-LABELS': 'X-GM-EXT-1',
};
const ITEM_NAME = /[A-Za-z0-9.-]+/y;

/** One item, a macro, or a list. */
export function readFetchItems(decoder: Decoder, words: ReadonlySet<string>): FetchItem[] {
  const items: FetchItem[] = [];
  if (decoder.peek() === '(') {
    decoder.list(() => items.push(readItem(decoder, words)));
    return items;
  }
  const macro = MACROS[/^[A-Za-z]+(?= |$)/.exec(decoder.rest)?.[0].toUpperCase() ?? ''];
  if (!macro) return [readItem(decoder, words)];
  decoder.atom();
  return macro.flatMap((name) => BY_NAME.get(name) ?? []);
}

function readItem(decoder: Decoder, words: ReadonlySet<string>): FetchItem {
  const name = decoder.token(ITEM_NAME, 'a data item').toUpperCase();
  if ((name === 'BODY' || name === 'BODY.PEEK') && decoder.peek() === '[') return sectionItem(decoder, name === 'BODY');
  const found = BY_NAME.get(name);
  const needed = NEEDS[name];
  if (!found || (needed !== undefined && !words.has(needed))) throw decoder.error(`unknown data item ${name}`);
  return found;
}

/** `BODY[1.2.HEADER.FIELDS (DATE)]<0.100>` */
function sectionItem(decoder: Decoder, setsSeen: boolean): FetchItem {
  decoder.expect('[');
  const spec = decoder.token(/[0-9A-Za-z.]*/y, 'a section').toUpperCase();
  const [, numbers = '', kind = ''] =
    /^((?:[1-9]\d{0,8}(?:\.|$))*)(HEADER|HEADER\.FIELDS|HEADER\.FIELDS\.NOT|TEXT|MIME)?$/.exec(spec) ?? [];
  if (`${numbers}${kind}` !== spec || (kind === '' && numbers.endsWith('.'))) throw decoder.error('no such section');
  const fields: string[] = [];
  if (kind.startsWith('HEADER.FIELDS')) {
    decoder.space();
    decoder.list(() => fields.push(decoder.astring()));
  }
  decoder.expect(']');
  const partial = readPartial(decoder);
  const path = numbers
    .split('.')
    .filter((number) => number !== '')
    .map(Number);
  const list = fields.length > 0 ? ` (${fields.join(' ')})` : '';
  const label = `BODY[${spec}${list}]${partial ? `<${partial.start}>` : ''}`;
  return {
    name: 'BODY[]',
    setsSeen,
    text: ({ entry, session }) => {
      const isBroken = spec === '' && session.account.personality.quirks.peekReturnsNothing.includes(entry.uid);
      const bytes = isBroken ? standIn(entry.uid) : sectionText(entry.mail, path, kind, fields);
      if (bytes === undefined) return `${label} NIL`;
      return `${label} ${literal(partial ? bytes.slice(partial.start, partial.start + partial.length) : bytes)}`;
    },
  };
}

/** What Exchange gives of a message it cannot convert. */
const standIn = (uid: number): string =>
  `Subject: Retrieval using the IMAP4 protocol failed for the following message: ${uid}\r\n\r\nThe server couldn't retrieve it.\r\n`;

function readPartial(decoder: Decoder): { start: number; length: number } | undefined {
  if (!decoder.accept('<')) return undefined;
  const start = decoder.number();
  decoder.expect('.');
  const length = decoder.number();
  decoder.expect('>');
  return { start, length };
}

function sectionText(
  { bytes, root }: Mail,
  path: readonly number[],
  kind: string,
  fields: readonly string[],
): string | undefined {
  const isFields = kind.startsWith('HEADER.FIELDS');
  const range = sectionRange(root, path, isFields ? 'HEADER' : kind === '' ? 'ALL' : (kind as SectionKind));
  if (!range) return undefined;
  const text = wireText(bytes.subarray(range.start, range.end));
  if (!isFields) return text;
  const wanted = new Set(fields.map((field) => field.toLowerCase()));
  return selectHeaderFields(text, wanted, kind.endsWith('.NOT'));
}
