/** A message nobody should send: what it is, and its bytes, one char a byte. */
export type Nasty = readonly [name: string, bytes: string];

/** Lines, each with its CRLF. */
export const lines = (...parts: readonly string[]): string => parts.map((part) => `${part}\r\n`).join('');

/** Text as UTF-8 bytes, one char a byte. */
export const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
