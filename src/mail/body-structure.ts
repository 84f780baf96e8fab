// BODYSTRUCTURE from a message's bytes (RFC 9051 §7.5.2), and BODY from BODYSTRUCTURE.
import { envelopeOf } from './envelope.js';
import type { WireText } from './ids.js';
import { type MessageBytes, messageBytes } from './message-bytes.js';
import { isMessage, isMultipart, type MimePart } from './mime.js';
import { type Parameter, parameterOf } from './mime-parameters.js';
import { endOfToken, wireNstring, wireString } from './wire-strings.js';

/** The value of BODYSTRUCTURE, extension data included. */
export function bodyStructureOf(bytes: Uint8Array, root: MimePart): WireText {
  return structureOf(messageBytes(bytes), root);
}

/** The same of a message that need not be in memory. */
export const structureOf = (bytes: MessageBytes, root: MimePart): WireText => structureText(bytes, root);

function structureText(bytes: MessageBytes, part: MimePart): WireText {
  if (isMultipart(part)) return multipartText(bytes, part);
  const type = part.type.toLowerCase();
  const fields: string[] = [
    // RFC 9051 §9, media-message, is a fixed word.
    wireString(part.message ? type : part.type),
    wireString(part.message ? part.subtype.toLowerCase() : part.subtype),
    paramsText(type === 'text' ? withCharset(part.params) : part.params),
    wireNstring(part.id),
    wireNstring(part.description),
    wireString(part.encoding ?? '7bit'),
    String(part.bodyEnd - part.bodyStart),
  ];
  if (part.message) {
    const { headerStart, headerEnd } = part.message;
    fields.push(envelopeOf(bytes.latin1(headerStart, headerEnd) as WireText), structureText(bytes, part.message));
  } else if (isMessage(part)) {
    // Not looked into (it is encoded, or too deep), but the grammar wants an envelope and a body (body-type-msg).
    fields.push(envelopeOf('' as WireText), EMPTY_PART);
  }
  if (type === 'text' || isMessage(part)) fields.push(String(countLines(bytes, part.bodyStart, part.bodyEnd)));
  fields.push(wireNstring(part.md5), ...commonExtensions(part));
  return `(${fields.join(' ')})` as WireText;
}

function multipartText(bytes: MessageBytes, part: MimePart): WireText {
  const children = part.children.map((child) => structureText(bytes, child)).join('') || EMPTY_PART;
  const extensions = [paramsText(part.params), ...commonExtensions(part)];
  return `(${children} ${wireString(part.subtype)} ${extensions.join(' ')})` as WireText;
}

/** RFC 2045 §5.2: what text is in when it is not said. */
const withCharset = (params: readonly Parameter[]): readonly Parameter[] =>
  parameterOf(params, 'charset') === undefined ? [...params, ['charset', 'us-ascii']] : params;

const EMPTY_PART = '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0 NIL NIL NIL NIL)';

const commonExtensions = ({ disposition, language, location }: MimePart): string[] => [
  disposition ? `(${wireString(disposition.value)} ${paramsText(disposition.params)})` : 'NIL',
  languageText(language),
  wireNstring(location),
];

const languageText = (language: readonly string[]): string =>
  language.length === 0 ? 'NIL' : `(${language.map(wireString).join(' ')})`;

const paramsText = (params: readonly Parameter[]): string =>
  params.length === 0
    ? 'NIL'
    : `(${params.map(([name, value]) => `${wireString(name)} ${wireString(value)}`).join(' ')})`;

function countLines(bytes: MessageBytes, start: number, end: number): number {
  let lines = 0;
  for (let at = bytes.indexOf(10, start); at >= 0 && at < end; at = bytes.indexOf(10, at + 1)) lines++;
  return lines;
}

/** BODY: BODYSTRUCTURE without its extension data (RFC 9051 §7.5.2), by a scan of its tokens. */
export function bodyOf(bodyStructure: WireText): WireText {
  return withoutExtensions(bodyStructure, 0) as WireText;
}

function withoutExtensions(text: string, depth: number): string {
  if (text[0] !== '(' || depth > 200) return text;
  const fields = fieldsOf(text);
  if (fields[0]?.[0] === '(') {
    const end = fields.findIndex((field) => field[0] !== '(');
    const children = fields.slice(0, end).map((field) => withoutExtensions(field, depth + 1));
    return `(${children.join('')} ${fields[end] ?? '"mixed"'})`;
  }
  const type = (fields[0] ?? '').toLowerCase();
  const isMessage = type === '"message"' && /^"(rfc822|global)"$/i.test(fields[1] ?? '') && fields[7]?.[0] === '(';
  if (isMessage)
    return `(${[...fields.slice(0, 8), withoutExtensions(fields[8] ?? 'NIL', depth + 1), fields[9]].join(' ')})`;
  return `(${fields.slice(0, type === '"text"' ? 8 : 7).join(' ')})`;
}

/** The tokens of a parenthesised list. */
function fieldsOf(list: string): string[] {
  const fields: string[] = [];
  let at = 1;
  while (at < list.length && list[at] !== ')') {
    if (list[at] === ' ') {
      at++;
      continue;
    }
    const end = endOfToken(list, at);
    fields.push(list.slice(at, end));
    at = end > at ? end : at + 1;
  }
  return fields;
}
