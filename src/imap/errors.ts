import { MailboxError, UpstreamError } from '../mail/errors.js';

/** The client's command breaks the grammar: BAD, and the connection lives. */
export class BadCommandError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BadCommandError';
  }
}

/** The session must end: `* BYE text`. */
export class ByeError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ByeError';
  }
}

/** A URL of CATENATE that cannot be resolved (RFC 4469 §5, BADURL). */
export class BadUrlError extends Error {
  readonly url: string;
  constructor(url: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BadUrlError';
    this.url = url;
  }
}

/** The tagged answer an error becomes (STYLE §5): `NO [CODE] text` or `BAD text`; undefined for what is a bug. */
export function statusOf(error: unknown): string | undefined {
  if (error instanceof BadCommandError) return `BAD ${oneLine(error.message)}`;
  if (error instanceof MailboxError) return `NO [${error.code}] ${oneLine(error.message)}`;
  // url-resp-text holds no "]" (RFC 4469 §4).
  if (error instanceof BadUrlError)
    return `NO [BADURL ${oneLine(error.url).replaceAll(']', '%5D')}] ${oneLine(error.message)}`;
  if (error instanceof UpstreamError) {
    // Never AUTHENTICATIONFAILED: the client would ask its user for the gateway's password.
    const code = error.kind === 'permanent' ? 'CANNOT' : 'UNAVAILABLE';
    return `NO [${code}] ${oneLine(error.message)}`;
  }
  return undefined;
}

/** resp-text: one line, printable ASCII (RFC 9051 §9). */
export const oneLine = (text: string): string => text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 300) || 'error';
