// i;unicode-casemap (RFC 5051), the collation of I18NLEVEL=1 (RFC 5255 §4.4): what SEARCH, SORT and THREAD compare by.

/** Letters whose title case is not their upper case. */
const TITLE_CASE: ReadonlyMap<string, string> = new Map(
  ['Ǆǅǆ', 'Ǉǈǉ', 'Ǌǋǌ', 'Ǳǲǳ'].flatMap((cases) => [...cases].map((letter) => [letter, cases[1] ?? ''] as const)),
);
const DIGRAPH = /[\u01c4-\u01cc\u01f1-\u01f3]/;
const ASCII = /^[\x00-\x7f]*$/;

/** The text as i;unicode-casemap compares it: title case of each character, then compatibility decomposition. */
export function casemap(text: string): string {
  const upper = text.toUpperCase();
  if (ASCII.test(text)) return upper;
  // One character stays one character (RFC 5051 §2: simple mappings only), so that ß is not SS.
  const isSimple = upper.length === text.length && !DIGRAPH.test(text);
  return (isSimple ? upper : Array.from(text, titleCase).join('')).normalize('NFKD');
}

function titleCase(letter: string): string {
  const upper = TITLE_CASE.get(letter) ?? letter.toUpperCase();
  return upper.length === letter.length ? upper : letter;
}

/** For loose comparison (FUZZY): as casemap, without accents, ligatures taken apart. */
const looseFold = (text: string): string => casemap(text.normalize('NFKD')).replace(/\p{M}+/gu, '');

const SURROGATE = /[\ud800-\udfff]/;

/** Order of octets in UTF-8, which is the order of code points (for Array.sort). */
export function compareOctets(a: string, b: string): number {
  if (SURROGATE.test(a) || SURROGATE.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

/** How well a text matches, 0 (not at all) to 100. */
export type TextMatch = (text: string) => number;

/** Substring match without regard to case. */
export function substringMatch(wanted: string): TextMatch {
  const folded = casemap(wanted);
  return (text) => (folded === '' || casemap(text).includes(folded) ? 100 : 0);
}

/** Every word somewhere in the text, accents or not: the closer to what was written, the better. */
export function looseMatch(wanted: string): TextMatch {
  const exact = substringMatch(wanted);
  const whole = looseFold(wanted);
  const words = wordsOf(whole);
  return (text) => {
    const folded = looseFold(text);
    if (!words.every((word) => folded.includes(word))) return 0;
    if (exact(text) > 0) return 100;
    return folded.includes(whole) ? 80 : 50;
  };
}

export const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');
