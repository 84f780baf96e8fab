import type { WireText } from './ids.js';

/** Characters a quoted string may hold (RFC 9051 §4.3): 7-bit, no CR, LF or NUL. */
const QUOTABLE = /^[\x01-\x09\x0b\x0c\x0e-\x7f]*$/;
const SPECIAL = /["\\]/;

/** A string value: quoted, or a literal where quoting cannot hold it. `text`: one char a byte. */
export function wireString(text: string): WireText {
  if (QUOTABLE.test(text))
    return (SPECIAL.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`) as WireText;
  // NUL cannot stand in a literal either (RFC 9051 §4.3): U+FFFD in UTF-8 stands for it, as in Dovecot.
  const clean = text.replaceAll('\0', '\xef\xbf\xbd');
  return `{${clean.length}}\r\n${clean}` as WireText;
}

/** nstring: NIL for undefined. */
export const wireNstring = (text: string | undefined): WireText =>
  text === undefined ? ('NIL' as WireText) : wireString(text);

/** Index just behind the token that starts at `at`: a list with all in it, a quoted string, a literal, or an atom. */
export function endOfToken(text: string, at: number): number {
  let depth = 0;
  let i = at;
  do {
    const char = text[i];
    if (char === undefined) return text.length;
    if (char === '"') {
      i++;
      while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
      i++;
    } else if (char === '{') {
      const close = text.indexOf('}', i);
      const length = Number(text.slice(i + 1, close));
      i = close < 0 || !Number.isInteger(length) ? text.length : close + 3 + length;
    } else if (char === '(') {
      depth++;
      i++;
    } else if (char === ')') {
      depth--;
      i++;
    } else if (char === ' ') i++;
    else while (i < text.length && !' ()"'.includes(text[i] ?? ' ')) i++;
  } while (depth > 0);
  return Math.min(i, text.length);
}
