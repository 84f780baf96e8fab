/** RFC 5530 response codes (and those of later extensions) that both front ends share. */
export type MailboxErrorCode =
  | 'UNAVAILABLE'
  | 'AUTHENTICATIONFAILED'
  | 'AUTHORIZATIONFAILED'
  | 'PRIVACYREQUIRED'
  | 'EXPUNGEISSUED'
  | 'INUSE'
  | 'CANNOT'
  | 'CLIENTBUG'
  | 'LIMIT'
  | 'OVERQUOTA'
  | 'ALREADYEXISTS'
  | 'NONEXISTENT'
  | 'HASCHILDREN'
  | 'TRYCREATE'
  | 'NOPERM'
  | 'TOOBIG'
  | 'BADCHARSET'
  | 'COMPRESSIONACTIVE'
  | 'UNKNOWN-CTE'
  | 'USEATTR'
  | 'METADATA TOOMANY'
  | `METADATA MAXSIZE ${number}`
  | 'SERVERBUG';

/** A refusal by the gateway's own rules. IMAP: NO [code] message; SMTP: 550. */
export class MailboxError extends Error {
  readonly code: MailboxErrorCode;
  constructor(code: MailboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MailboxError';
    this.code = code;
  }
}

/** What is wrong with the disk: no room, not writable, failing, or the index on it is damaged. */
export type DiskTrouble = 'full' | 'readOnly' | 'io' | 'damaged';

const DISK_TEXTS: Readonly<Record<DiskTrouble, string>> = {
  full: 'the disk of the gateway is full',
  readOnly: 'the disk of the gateway is read-only',
  io: 'the disk of the gateway fails',
  damaged: 'the index of the gateway is damaged',
};

/** What was asked for cannot be kept, so it is not done. IMAP: NO [UNAVAILABLE]; SMTP: 452 or 451. */
export class DiskError extends MailboxError {
  readonly trouble: DiskTrouble;
  constructor(trouble: DiskTrouble, options?: ErrorOptions) {
    super('UNAVAILABLE', DISK_TEXTS[trouble], options);
    this.name = 'DiskError';
    this.trouble = trouble;
  }
}

/** `transient`: try again later; `permanent`: this request will never succeed; `auth`: the account must sign in again. */
export type UpstreamErrorKind = 'transient' | 'permanent' | 'auth';

/** What a person can do, in both languages of the gateway's users. */
export interface Remedy {
  readonly en: string;
  readonly zh: string;
}

export interface UpstreamErrorDetails {
  /** The server's response code (IMAP) or enhanced status (SMTP), upper case, without brackets. */
  readonly code?: string;
  /** SMTP reply code. */
  readonly replyCode?: number;
  /** What the server said, made safe: no CR, LF, NUL; at most 500 characters. */
  readonly serverText?: string;
  /** Do not try again earlier than this many milliseconds from now. */
  readonly retryAfterMs?: number;
  /** What the server's text means, where it is a known one (`throttle`, `tooManyConnections`, `webLoginRequired`, …). */
  readonly meaning?: string;
  /** What to do about it then. */
  readonly remedy?: Remedy;
  /** The error's message in Chinese, where it is the gateway's own and not the server's. */
  readonly chinese?: string;
  /** True when it is not known whether the server carried the request out (connection lost while waiting). */
  readonly outcomeUnknown?: boolean;
  /** It is the gateway that waits, with this one thing: nothing is wrong with the account, and nothing else is held up. */
  readonly isOwnWait?: boolean;
}

/** An upstream server refused, vanished or made no sense (STYLE §5). */
export class UpstreamError extends Error {
  readonly kind: UpstreamErrorKind;
  readonly details: UpstreamErrorDetails;
  constructor(kind: UpstreamErrorKind, message: string, details: UpstreamErrorDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UpstreamError';
    this.kind = kind;
    this.details = details;
  }
}

/** The server's own words where there are any. */
export function failureText(error: unknown): string {
  if (error instanceof UpstreamError) return error.details.serverText ?? error.message;
  return error instanceof Error ? error.message : String(error);
}

/** Server text for a log line, a problem row or a client: one line, printable, short. */
export const safeText = (text: string): string =>
  text
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .trim()
    .slice(0, 500);
