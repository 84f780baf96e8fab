import { KEPT_HEADER_FIELD_SET } from '../../mail/header-fields.js';
import { type WireText, wireBytes, wireText } from '../../mail/ids.js';
import { sectionRange, selectHeaderFields } from '../../mail/sections.js';
import type { Decoder } from '../wire/decoder.js';
import { imapString } from '../wire/encode.js';
import type { BodyItem, ByteRange, FetchItem, OpenedBody } from './items.js';

interface Section {
  readonly part: readonly number[];
  readonly what: 'ALL' | 'HEADER' | 'TEXT' | 'MIME' | 'FIELDS' | 'FIELDS.NOT';
  /** Lower case. */
  readonly fields: ReadonlySet<string>;
  /** As it is echoed: upper case, fields as the client wrote them. */
  readonly text: string;
}

interface Partial {
  readonly start: number;
  readonly length: number;
}

/** `[section]<partial>` behind BODY or BODY.PEEK (RFC 9051 §6.4.5, `section`). */
export function parseSection(decoder: Decoder, setsSeen: boolean): FetchItem {
  decoder.expect('[');
  const section = sectionOf(decoder);
  decoder.expect(']');
  const partial = decoder.accept('<') ? partialOf(decoder) : undefined;
  return fromIndex(section, partial, setsSeen) ?? bodyItem(section, partial, setsSeen);
}

function sectionOf(decoder: Decoder): Section {
  if (decoder.peek() === ']') return { part: [], what: 'ALL', fields: new Set(), text: '' };
  const part: number[] = [];
  while (/[0-9]/.test(decoder.peek())) {
    const number = decoder.number();
    if (number < 1 || number > 0xffff_ffff) throw decoder.error('bad part number');
    part.push(number);
    if (part.length > 100) throw decoder.error('too many part numbers');
    if (!decoder.accept('.')) return { part, what: 'ALL', fields: new Set(), text: part.join('.') };
  }
  const prefix = part.map((number) => `${number}.`).join('');
  const word = decoder.token(/[A-Za-z.]+/y, 'a section').toUpperCase();
  switch (word) {
    case 'HEADER':
    case 'TEXT':
      return { part, what: word, fields: new Set(), text: prefix + word };
    case 'MIME':
      if (part.length === 0) throw decoder.error('MIME needs a part number');
      return { part, what: word, fields: new Set(), text: prefix + word };
    case 'HEADER.FIELDS':
    case 'HEADER.FIELDS.NOT':
      return fieldsOf(decoder, { part, prefix, word });
    default:
      throw decoder.error(`unknown section ${word}`);
  }
}

function fieldsOf(decoder: Decoder, { part, prefix, word }: { part: number[]; prefix: string; word: string }): Section {
  decoder.space();
  const names: string[] = [];
  decoder.list(() => names.push(decoder.astring()));
  if (names.length === 0) throw decoder.error('expected header field names');
  const echoed = names.map((name) => (/^[!#$&'+\-./0-9A-Z^_`a-z|~]+$/.test(name) ? name.toUpperCase() : imapString(name)));
  return {
    part,
    what: word === 'HEADER.FIELDS' ? 'FIELDS' : 'FIELDS.NOT',
    fields: new Set(names.map((name) => name.toLowerCase())),
    text: `${prefix}${word} (${echoed.join(' ')})`,
  };
}

function partialOf(decoder: Decoder): Partial {
  const start = decoder.number();
  decoder.expect('.');
  const length = decoder.number();
  decoder.expect('>');
  if (length === 0) throw decoder.error('a partial of no bytes');
  return { start, length };
}

const labelOf = (section: Section, partial: Partial | undefined): string =>
  `BODY[${section.text}]${partial ? `<${partial.start}>` : ''}`;

const clip = (range: ByteRange, partial: Partial | undefined): ByteRange =>
  partial
    ? {
        start: Math.min(range.end, range.start + partial.start),
        end: Math.min(range.end, range.start + partial.start + partial.length),
      }
    : range;

/** HEADER.FIELDS of fields that are kept with every message touches no body, and sets no \Seen when peeked at. */
function fromIndex(section: Section, partial: Partial | undefined, setsSeen: boolean): FetchItem | undefined {
  if (setsSeen || section.what !== 'FIELDS' || section.part.length > 0) return undefined;
  for (const field of section.fields) if (!KEPT_HEADER_FIELD_SET.has(field)) return undefined;
  const label = labelOf(section, partial);
  return {
    kind: 'index',
    columns: { headers: true },
    needsRow: true,
    write: ({ headers }) => {
      const whole = selectHeaderFields(headers, section.fields, false);
      const block = partial ? whole.slice(partial.start, partial.start + partial.length) : whole;
      return `${label} {${block.length}}\r\n${block}`;
    },
  };
}

function bodyItem(section: Section, partial: Partial | undefined, setsSeen: boolean): BodyItem {
  const isWhole = section.what === 'ALL' && section.part.length === 0;
  return {
    kind: 'body',
    label: labelOf(section, partial),
    setsSeen,
    streamed: isWhole ? (sizeBytes) => clip({ start: 0, end: sizeBytes }, partial) : undefined,
    slice: (body) => {
      const bytes = sliceOf(body, section);
      if (!bytes || !partial) return bytes;
      const { start, end } = clip({ start: 0, end: bytes.length }, partial);
      return bytes.subarray(start, end);
    },
  };
}

function sliceOf({ bytes, root }: OpenedBody, { part, what, fields }: Section): Uint8Array | undefined {
  const isFields = what === 'FIELDS' || what === 'FIELDS.NOT';
  const range = sectionRange(root, part, isFields ? 'HEADER' : what);
  if (!range) return undefined;
  const slice = bytes.subarray(range.start, range.end);
  return isFields ? wireBytes(selectHeaderFields(wireText(slice) as WireText, fields, what === 'FIELDS.NOT')) : slice;
}

/** RFC822, RFC822.HEADER and RFC822.TEXT (RFC 3501 §6.4.5): old names of sections. */
export function oldItem(name: string): BodyItem | undefined {
  const what = { RFC822: 'ALL', 'RFC822.HEADER': 'HEADER', 'RFC822.TEXT': 'TEXT' }[name] as Section['what'] | undefined;
  if (what === undefined) return undefined;
  const item = bodyItem({ part: [], what, fields: new Set(), text: '' }, undefined, what !== 'HEADER');
  return { ...item, label: name };
}
