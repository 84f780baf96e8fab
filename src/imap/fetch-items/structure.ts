import type { FetchRow } from '../../core/core.js';
import { bodyOf } from '../../mail/body-structure.js';
import type { WireText } from '../../mail/ids.js';
import type { FetchItem, IndexPart } from './fetch-item.js';

// An empty column would break the grammar for the whole answer: then it is one text part (RFC 2045 §5.2's default).
const structureOf = (row: FetchRow): WireText =>
  (row.bodyStructure ||
    `("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" ${row.sizeBytes} 0 NIL NIL NIL NIL)`) as WireText;

/** BODY without a section: BODYSTRUCTURE without extension data (RFC 9051 §7.5.2). */
export const BODY_PART: IndexPart = {
  kind: 'index',
  label: 'BODY',
  setsSeen: false,
  columns: { bodyStructure: true },
  text: (_, __, row) => `BODY ${bodyOf(structureOf(row))}`,
};

const BODYSTRUCTURE_PART: IndexPart = {
  ...BODY_PART,
  label: 'BODYSTRUCTURE',
  text: (_, __, row) => `BODYSTRUCTURE ${structureOf(row)}`,
};

/** BODYSTRUCTURE; BODY shares its word with sections and is read in body.ts. */
export const bodyStructureItem: FetchItem = { names: ['BODYSTRUCTURE'], parse: () => BODYSTRUCTURE_PART };
