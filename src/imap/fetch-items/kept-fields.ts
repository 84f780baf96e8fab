/**
 * Makes a filter that keeps the given fields (lower case) of a header block, in the block's order, folded lines with
 * them, and closes with an empty line (RFC 9051 §6.4.5, HEADER.FIELDS). Quick: it runs for every message of a listing.
 */
export function createFieldFilter(fields: readonly string[]): (block: string) => string {
  const wanted = new Set(fields);
  // The same few spellings come again and again: look a name up as it is written, and lower its case only once.
  const known = new Map<string, boolean>();
  const isWanted = (name: string): boolean => {
    let answer = known.get(name);
    if (answer === undefined) {
      answer = wanted.has(name.trimEnd().toLowerCase());
      if (known.size < MAX_SPELLINGS) known.set(name, answer);
    }
    return answer;
  };
  return (block) => {
    let kept = '';
    let from = -1;
    let colon = -1;
    for (let start = 0; start < block.length; ) {
      const newline = block.indexOf('\n', start);
      const next = newline < 0 ? block.length : newline + 1;
      const first = block.charCodeAt(start);
      if (first !== SPACE && first !== TAB) {
        // Searched for again only when passed: a block without colons is not scanned once a line.
        if (colon < start) colon = block.indexOf(':', start) >>> 0;
        const isKept = colon < next && isWanted(block.slice(start, colon));
        if (isKept && from < 0) from = start;
        if (!isKept && from >= 0) {
          kept += block.slice(from, start);
          from = -1;
        }
      }
      start = next;
    }
    return `${from < 0 ? kept : kept + block.slice(from)}\r\n`;
  };
}

const SPACE = 0x20;
const TAB = 0x09;
const MAX_SPELLINGS = 1_000;
