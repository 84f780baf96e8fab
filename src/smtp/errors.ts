import { DiskError, MailboxError, safeText, UpstreamError } from '../mail/errors.js';

/** An upstream's reply without its code, which ours stands in front of again. */
export const withoutReplyCode = (text: string): string => text.replace(/^[245]\d\d[ -]/, '');

/** What smtp-server turns into a reply: the message's first words are the text, `responseCode` the code. */
export class SmtpReply extends Error {
  readonly responseCode: number;
  constructor(responseCode: number, text: string, options?: ErrorOptions) {
    super(withoutReplyCode(safeText(text)), options);
    this.name = 'SmtpReply';
    this.responseCode = responseCode;
  }
}

/** The reply an error becomes (STYLE §5). A failed login upstream is never 535: that would ask for the gateway's password. */
export function replyOf(error: unknown): SmtpReply {
  if (error instanceof SmtpReply) return error;
  // RFC 5321 §4.2.3; 4.3.1 is "mail system full" (RFC 3463 §3.4).
  if (error instanceof DiskError && error.trouble === 'full')
    return new SmtpReply(452, `4.3.1 ${error.message}`, { cause: error });
  if (error instanceof MailboxError) {
    switch (error.code) {
      case 'NOPERM':
        return new SmtpReply(550, `5.7.1 ${error.message}`, { cause: error });
      case 'TOOBIG':
        return new SmtpReply(552, `5.3.4 ${error.message}`, { cause: error });
      case 'UNAVAILABLE':
        return new SmtpReply(451, `4.3.0 ${error.message}`, { cause: error });
      default:
        return new SmtpReply(550, `5.0.0 ${error.message}`, { cause: error });
    }
  }
  if (error instanceof UpstreamError) return new SmtpReply(451, `4.4.0 ${error.message}`, { cause: error });
  return new SmtpReply(451, '4.3.0 internal error; it has been logged', { cause: error });
}

/** A login that cannot be looked at now: temporary, so that nobody is asked for another password (RFC 4954 §6). */
export function loginReplyOf(error: unknown): SmtpReply {
  if (error instanceof MailboxError && error.code === 'UNAVAILABLE')
    return new SmtpReply(454, `4.7.0 ${error.message}`, { cause: error });
  return replyOf(error);
}
