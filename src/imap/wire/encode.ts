import { encodeMutf7 } from './mutf7.js';

/** A string as quoted, or as a literal where quoting cannot hold it (RFC 9051 §4.3). `bytes`: one char a byte. */
export function imapString(bytes: string): string {
  if (/^[\x01-\x09\x0b\x0c\x0e-\x7f]*$/.test(bytes) && bytes.length < 1000)
    return `"${bytes.replace(/["\\]/g, '\\$&')}"`;
  return `{${bytes.length}}\r\n${bytes}`;
}

/** nstring of Unicode text, in UTF-8. */
export const imapText = (text: string | undefined): string =>
  text === undefined ? 'NIL' : imapString(Buffer.from(text, 'utf8').toString('latin1'));

/** A mailbox name as the client wants it: UTF-8 once UTF8=ACCEPT or IMAP4rev2 is enabled, else modified UTF-7. Always quoted. */
export const mailboxName = (path: string, utf8: boolean): string =>
  utf8 ? utf8Quoted(path) : imapString(encodeMutf7(path));

/** RFC 9755 §3: quoted strings may hold UTF-8 then. */
function utf8Quoted(text: string): string {
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  return /[\0\r\n]/.test(bytes) ? imapString(bytes) : `"${bytes.replace(/["\\]/g, '\\$&')}"`;
}
