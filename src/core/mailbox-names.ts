import { MailboxError } from '../mail/errors.js';

/** In characters: no upstream takes more, nor any client shows more. */
const MAX_LENGTH = 1000;
/** A CREATE makes all levels, upstream too. */
const MAX_LEVELS = 40;
// RFC 9051 §5.1 by way of Net-Unicode (RFC 5198 §2): no control characters, nor line and paragraph separators.
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** `INBOX` in any case is the inbox, also as the first part of a path (RFC 9051 §5.1). */
export function canonicalPath(path: string): string {
  const normal = path.normalize('NFC');
  return /^inbox(?=\/|$)/i.test(normal) ? `INBOX${normal.slice(5)}` : normal;
}

/** The level above; undefined at the top. */
export const parentOf = (path: string): string | undefined => {
  const cut = path.lastIndexOf('/');
  return cut < 0 ? undefined : path.slice(0, cut);
};

/** @throws {MailboxError} CANNOT, LIMIT if a mailbox (or a subscription) cannot have this canonical path */
export function checkMailboxName(path: string): void {
  const levels = path.split('/');
  if (path.length > MAX_LENGTH || levels.length > MAX_LEVELS)
    throw new MailboxError('LIMIT', 'that name is too long, or has too many levels');
  if (levels.some((level) => level === '' || FORBIDDEN.test(level)))
    throw new MailboxError('CANNOT', 'that name cannot be used for a mailbox');
}
