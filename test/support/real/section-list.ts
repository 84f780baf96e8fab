// Every section there is in a message, by its body structure: what the differential test asks for.
import type { Value } from '../imap-grammar.js';

const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value);

/** Part numbers of a BODYSTRUCTURE (RFC 9051 §6.4.5.1), outermost first, at most `max`. */
export function partPaths(structure: Value | undefined, max: number): string[] {
  const paths: string[] = [];
  const inMessage = (value: Value | undefined, prefix: string): void => {
    if (isList(value) && isList(value[0])) children(value, prefix);
    else part(value, `${prefix}1`);
  };
  const children = (value: readonly Value[], prefix: string): void => {
    for (const [i, child] of value.entries()) {
      if (!isList(child)) return;
      part(child, `${prefix}${i + 1}`);
    }
  };
  const part = (value: Value | undefined, path: string): void => {
    if (paths.length >= max || !isList(value)) return;
    paths.push(path);
    if (isList(value[0])) children(value, `${path}.`);
    else if (/^message$/i.test(String(value[0])) && isList(value[8])) inMessage(value[8], `${path}.`);
  };
  inMessage(structure, '');
  return paths;
}

const FIELDS = '(SUBJECT From content-type X-None)';
const TEXTS = ['HEADER', 'TEXT', `HEADER.FIELDS ${FIELDS}`, `HEADER.FIELDS.NOT ${FIELDS}`] as const;

/** FETCH items for all sections of these parts, of some parts that are not there, and of the message; and their edges. */
export function sectionItems(paths: readonly string[], sizeBytes: number): string[] {
  const absent = [...new Set([...paths.map((path) => `${path}.1`), ...paths.map(next), '9.9'])].filter(
    (path) => !paths.includes(path),
  );
  const items = [
    'BODY.PEEK[]',
    ...TEXTS.map((text) => `BODY.PEEK[${text}]`),
    ...['0.1', '1.7', `${Math.max(0, sizeBytes - 1)}.10`, `${sizeBytes}.5`, `${sizeBytes + 10}.5`].map(
      (partial) => `BODY.PEEK[]<${partial}>`,
    ),
    'BODY.PEEK[TEXT]<2.3>',
    'BODY.PEEK[HEADER]<3.9>',
    'BODY.PEEK[HEADER.FIELDS (SUBJECT)]<2.5>',
    'RFC822.HEADER',
    ...paths.flatMap((path) => [
      `BODY.PEEK[${path}]`,
      `BODY.PEEK[${path}.MIME]`,
      ...TEXTS.map((text) => `BODY.PEEK[${path}.${text}]`),
      `BODY.PEEK[${path}]<1.4>`,
    ]),
    ...absent.flatMap((path) => [`BODY.PEEK[${path}]`, `BODY.PEEK[${path}.MIME]`]),
  ];
  return items;
}

/** `1.2` → `1.3` */
const next = (path: string): string => path.replace(/\d+$/, (last) => String(Number(last) + 1));
