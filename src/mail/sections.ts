import { isMultipart, type MimePart } from './mime.js';

export { selectHeaderFields } from './header-block.js';

/** Bytes [start, end) of the message. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export type SectionKind = 'ALL' | 'HEADER' | 'TEXT' | 'MIME';

/**
 * Where a section of a message stands (RFC 9051 §6.4.5, BODY[<section>]); undefined if there is no such part.
 * HEADER and TEXT of a part are those of the message in it (message/rfc822); MIME is the part's own header.
 */
export function sectionRange(root: MimePart, numbers: readonly number[], what: SectionKind): ByteRange | undefined {
  if (numbers.length === 0) return messageRange(root, what);
  const part = findPart(root, numbers);
  if (!part) return undefined;
  switch (what) {
    case 'ALL':
      return { start: part.bodyStart, end: part.bodyEnd };
    case 'MIME':
      return { start: part.headerStart, end: part.headerEnd };
    case 'HEADER':
    case 'TEXT':
      return part.message && messageRange(part.message, what);
  }
}

function messageRange(message: MimePart, what: SectionKind): ByteRange | undefined {
  switch (what) {
    case 'ALL':
      return { start: message.headerStart, end: message.bodyEnd };
    case 'HEADER':
      return { start: message.headerStart, end: message.headerEnd };
    case 'TEXT':
      return { start: message.bodyStart, end: message.bodyEnd };
    case 'MIME':
      return undefined;
  }
}

/**
 * The part a number names (RFC 9051 §6.4.5.1), for its encoding; the message itself for []. What holds other parts has
 * none (RFC 2045 §6.4).
 */
export function partAt(
  root: MimePart,
  numbers: readonly number[],
): { range: ByteRange; encoding: string | undefined } | undefined {
  const range = sectionRange(root, numbers, 'ALL');
  const part = numbers.length === 0 ? undefined : findPart(root, numbers);
  if (!range) return undefined;
  return { range, encoding: part && !isMultipart(part) && !part.message ? part.encoding : undefined };
}

/** Part numbers go through multiparts and into enclosed messages; part 1 of anything else is itself. */
function findPart(root: MimePart, numbers: readonly number[]): MimePart | undefined {
  let part: MimePart | undefined = root;
  let isMessageRoot = true;
  for (const number of numbers) {
    if (!part) return undefined;
    // Into an enclosed message: its own parts are counted.
    if (!isMessageRoot && part.message) {
      part = part.message;
      isMessageRoot = true;
    }
    if (isMultipart(part) && part.children.length > 0) {
      part = part.children[number - 1];
      isMessageRoot = false;
    } else if (isMessageRoot && number === 1) isMessageRoot = false;
    else return undefined;
  }
  return part;
}
