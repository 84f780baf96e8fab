// Literals of an answer. A NUL may stand in none (RFC 9051 §9, literal: CHAR8 is 1–255); only literal8 may hold it.

const NUL = /\0/g;
/** What goes out in place of a NUL, as Dovecot does: the length stays true, and no client takes it for the end. */
const NUL_STAND_IN = 0x80;

/** `{n}` CRLF and the text (one char a byte). */
export function literalText(text: string): string {
  const clean = text.includes('\0') ? text.replace(NUL, '\x80') : text;
  return `{${clean.length}}\r\n${clean}`;
}

/** The bytes without NULs; a copy only if there are any. */
export function withoutNul(bytes: Uint8Array): Uint8Array {
  let at = bytes.indexOf(0);
  if (at < 0) return bytes;
  const clean = Uint8Array.from(bytes);
  for (; at >= 0; at = clean.indexOf(0, at + 1)) clean[at] = NUL_STAND_IN;
  return clean;
}
