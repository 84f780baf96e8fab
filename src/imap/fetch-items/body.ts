// BODY, BODY[…] and BODY.PEEK[…] (RFC 9051 §6.4.5), and the older names for some of them (RFC 3501 §6.4.5).
import { KEPT_HEADER_FIELD_SET } from '../../mail/header-fields.js';
import { selectHeaderFields } from '../../mail/sections.js';
import type { Decoder } from '../wire/decoder.js';
import type { BodyPart, FetchItem, FetchPart, IndexPart, Partial } from './fetch-item.js';
import { literalText } from './literal.js';
import { cutSection, readPartial, readSection, type Section, sectionLabel } from './section.js';
import { BODY_PART } from './structure.js';

export const bodyItem: FetchItem = {
  names: ['BODY', 'BODY.PEEK'],
  parse: (word, decoder) => {
    if (word === 'BODY' && decoder.peek() !== '[') return BODY_PART;
    return readBodyPart(decoder, word === 'BODY');
  },
};

function readBodyPart(decoder: Decoder, setsSeen: boolean): FetchPart {
  const section = readSection(decoder);
  const partial = readPartial(decoder);
  const label = sectionLabel(section, partial);
  return keptFieldsPart(section, { label, partial, setsSeen }) ?? bodyPart(section, { label, partial, setsSeen });
}

type Shape = Pick<BodyPart, 'label' | 'partial' | 'setsSeen'>;

const bodyPart = (section: Section, shape: Shape): BodyPart => ({
  kind: 'body',
  ...shape,
  cut: (message) => cutSection(message, section),
});

/** HEADER.FIELDS of the message itself, when all its fields are kept in the index: no body is touched. */
function keptFieldsPart({ path, text, fields }: Section, { label, partial, setsSeen }: Shape): IndexPart | undefined {
  if (path.length > 0 || text !== 'HEADER.FIELDS') return undefined;
  const wanted = new Set(fields.map((field) => field.toLowerCase()));
  for (const field of wanted) if (!KEPT_HEADER_FIELD_SET.has(field)) return undefined;
  return {
    kind: 'index',
    label,
    setsSeen,
    columns: { headers: true },
    text: (_, __, row) => `${label} ${literalText(clip(selectHeaderFields(row.headers, wanted, false), partial))}`,
  };
}

const clip = (text: string, partial: Partial | undefined): string =>
  partial ? text.slice(partial.start, partial.start + partial.length) : text;

const WHOLE: Section = { path: [], text: '', fields: [] };
const older = (label: string, section: Section, setsSeen: boolean): FetchItem => {
  const made = bodyPart(section, { label, partial: undefined, setsSeen });
  return { names: [label], parse: () => made };
};

/** RFC822, RFC822.HEADER (which does not set \Seen), RFC822.TEXT. */
export const rfc822Items: readonly FetchItem[] = [
  older('RFC822', WHOLE, true),
  older('RFC822.HEADER', { ...WHOLE, text: 'HEADER' }, false),
  older('RFC822.TEXT', { ...WHOLE, text: 'TEXT' }, true),
];
