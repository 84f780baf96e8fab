// Raw header blocks as WireText: finding fields without taking the block apart.
import { KEPT_HEADER_FIELD_SET } from './header-fields.js';
import type { WireText } from './ids.js';

/**
 * Calls back for each field of a block: lower-case name, and where the field (with its folded lines) starts and ends,
 * and where its value starts. Lines that are no fields are passed over. Linear.
 */
export function eachField(
  block: string,
  visit: (name: string, start: number, valueStart: number, end: number) => void,
): void {
  let start = 0;
  // The next colon is looked for once, however many lines without one stand before it.
  let colon = -1;
  while (start < block.length) {
    let end = endOfLine(block, start);
    // The empty line closes the block.
    if (block[start] === '\n' || (block[start] === '\r' && block[start + 1] === '\n')) return;
    while (end < block.length && (block[end] === ' ' || block[end] === '\t')) end = endOfLine(block, end);
    if (colon < start) {
      const next = block.indexOf(':', start);
      colon = next < 0 ? block.length : next;
    }
    if (colon > start && colon < end) {
      let nameEnd = colon;
      while (nameEnd > start && (block[nameEnd - 1] === ' ' || block[nameEnd - 1] === '\t')) nameEnd--;
      visit(block.slice(start, nameEnd).toLowerCase(), start, colon + 1, end);
    }
    start = end;
  }
}

function endOfLine(block: string, at: number): number {
  const lf = block.indexOf('\n', at);
  return lf < 0 ? block.length : lf + 1;
}

/** A field's value on one line: line ends dropped, the folding's white space kept, none at the ends. */
export const unfold = (raw: string): WireText =>
  (raw.includes('\n') || raw.includes('\r') ? raw.replace(/[\r\n]+/g, '') : raw).trim() as WireText;

/** The first value of a field (name in lower case), unfolded. */
export function headerField(block: string, name: string): WireText | undefined {
  return headerFields(block, name)[0];
}

/** All values of a field, in order, unfolded. */
export function headerFields(block: string, name: string): WireText[] {
  const values: WireText[] = [];
  eachField(block, (found, _, valueStart, end) => {
    if (found === name) values.push(unfold(block.slice(valueStart, end)));
  });
  return values;
}

/**
 * BODY[HEADER.FIELDS (…)] of a block, or HEADER.FIELDS.NOT: the fields as they stand, in their order, and the closing
 * empty line (RFC 9051 §6.4.5).
 */
export function selectHeaderFields(block: string, fields: ReadonlySet<string>, not: boolean): WireText {
  let selected = '';
  eachField(block, (name, start, _, end) => {
    if (fields.has(name) !== not) selected += block.slice(start, end);
  });
  if (selected !== '' && !selected.endsWith('\n')) selected += '\r\n';
  return `${selected}\r\n` as WireText;
}

/** What is kept of a message's header (header-fields.ts). */
export const keptHeaders = (block: string): WireText => selectHeaderFields(block, KEPT_HEADER_FIELD_SET, false);
