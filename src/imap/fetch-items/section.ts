// Sections of a message: `[1.2.HEADER.FIELDS (DATE FROM)]<0.100>` (RFC 9051 §6.4.5, §9 section-spec).

import { wireText } from '../../mail/ids.js';
import { sectionRange, selectHeaderFields } from '../../mail/sections.js';
import type { Decoder } from '../wire/decoder.js';
import { imapString } from '../wire/encode.js';
import type { Cut, Partial } from './fetch-item.js';
import type { OpenMessage } from './open-message.js';

export type SectionText = '' | 'HEADER' | 'HEADER.FIELDS' | 'HEADER.FIELDS.NOT' | 'TEXT' | 'MIME';

export interface Section {
  /** Part numbers, outermost first; [] is the message itself. */
  readonly path: readonly number[];
  readonly text: SectionText;
  /** Upper case, as they are echoed; only with HEADER.FIELDS(.NOT). */
  readonly fields: readonly string[];
}

const SECTION_TEXTS: ReadonlySet<string> = new Set([
  '',
  'HEADER',
  'HEADER.FIELDS',
  'HEADER.FIELDS.NOT',
  'TEXT',
  'MIME',
]);
const SECTION = /[0-9A-Za-z.]*/y;
const PART_NUMBER = /^[1-9][0-9]{0,9}$/;
const MAX_DEPTH = 100;
const FIELD_ATOM = /^[^\x00-\x20\x7f-\xff(){%*"\\\]]+$/;
// Letters, digits and punctuation; a colon or a control could never be part of a field's name.
const FIELD_NAME = /^[\x20-\x39\x3b-\x7e]+$/;

/** `[…]`. @throws {BadCommandError} */
export function readSection(decoder: Decoder): Section {
  decoder.expect('[');
  const words = decoder.token(SECTION, 'a section').split('.');
  const path: number[] = [];
  while (PART_NUMBER.test(words[0] ?? '')) path.push(Number(words.shift()));
  const text = words.join('.').toUpperCase();
  const isDangling = path.length > 0 && words.length > 0 && text === '';
  if (!isSectionText(text) || isDangling || path.length > MAX_DEPTH || (text === 'MIME' && path.length === 0)) {
    throw decoder.error('there is no such section');
  }
  const fields = text.startsWith('HEADER.FIELDS') ? readFields(decoder) : [];
  decoder.expect(']');
  return { path, text, fields };
}

/** `[1.2]` or `[]` (RFC 9051 §9, section-binary). @throws {BadCommandError} */
export function readPartNumbers(decoder: Decoder): readonly number[] {
  const { path, text } = readSection(decoder);
  if (text !== '') throw decoder.error('only the number of a part can stand here');
  return path;
}

const isSectionText = (text: string): text is SectionText => SECTION_TEXTS.has(text);

function readFields(decoder: Decoder): string[] {
  const fields: string[] = [];
  decoder.space();
  decoder.list(() => {
    const name = decoder.astring();
    if (!FIELD_NAME.test(name)) throw decoder.error('this cannot be the name of a header field');
    fields.push(name.toUpperCase());
  });
  if (fields.length === 0) throw decoder.error('the list of header fields is empty');
  return fields;
}

/** `<start.length>` if it is there; a length is at least 1 (RFC 9051 §9, partial). @throws {BadCommandError} */
export function readPartial(decoder: Decoder): Partial | undefined {
  if (!decoder.accept('<')) return undefined;
  const start = decoder.number();
  decoder.expect('.');
  const length = decoder.number();
  if (length === 0) throw decoder.error('a length of 0 cannot be asked for');
  decoder.expect('>');
  return { start, length };
}

/** The section as the answer names it: `BODY[1.HEADER.FIELDS (DATE)]<0>`. */
export function sectionLabel({ path, text, fields }: Section, partial: Partial | undefined): string {
  const words = [...path, ...(text === '' ? [] : [text])].join('.');
  const list = fields.length === 0 ? '' : ` (${fields.map(fieldText).join(' ')})`;
  return `BODY[${words}${list}]${partial ? `<${partial.start}>` : ''}`;
}

const fieldText = (name: string): string => (FIELD_ATOM.test(name) ? name : imapString(name));

type SectionCut = Extract<Cut, { kind: 'range' | 'text' }> | undefined;

/** Where the section stands in the message; undefined if the message has no such part. */
export async function cutSection(message: OpenMessage, { path, text, fields }: Section): Promise<SectionCut> {
  if (path.length === 0 && text === '') return { kind: 'range', start: 0, end: message.body.sizeBytes };
  const root = await message.root();
  if (text !== 'HEADER.FIELDS' && text !== 'HEADER.FIELDS.NOT') {
    const range = sectionRange(root, path, text === '' ? 'ALL' : text);
    return range && { kind: 'range', start: range.start, end: range.end };
  }
  const header = sectionRange(root, path, 'HEADER');
  if (!header) return undefined;
  const block = wireText((await message.bytes()).subarray(header.start, header.end));
  const wanted = new Set(fields.map((field) => field.toLowerCase()));
  return { kind: 'text', text: selectHeaderFields(block, wanted, text === 'HEADER.FIELDS.NOT') };
}
