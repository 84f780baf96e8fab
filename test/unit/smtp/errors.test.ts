import { describe, expect, it } from 'vitest';
import { MailboxError, UpstreamError } from '../../../src/mail/errors.js';
import { replyOf, SmtpReply, withoutReplyCode } from '../../../src/smtp/errors.js';

describe('the reply an error becomes', () => {
  it.each<[error: unknown, code: number, text: string]>([
    [new SmtpReply(550, '550 5.7.1 content denied'), 550, '5.7.1 content denied'],
    [new SmtpReply(554, 'no\r\n250 forged'), 554, 'no 250 forged'],
    [new MailboxError('NOPERM', 'not yours'), 550, '5.7.1 not yours'],
    [new MailboxError('TOOBIG', 'too large'), 552, '5.3.4 too large'],
    [new MailboxError('UNAVAILABLE', 'disk full'), 451, '4.3.0 disk full'],
    [new MailboxError('CANNOT', 'no'), 550, '5.0.0 no'],
    // Never 535: the client would ask for the gateway's own password.
    [new UpstreamError('auth', '535 wrong code'), 451, '4.4.0 535 wrong code'],
    [new TypeError('a bug'), 451, '4.3.0 internal error; it has been logged'],
  ])('%s', (error, code, text) => {
    const reply = replyOf(error);
    expect([reply.responseCode, reply.message]).toEqual([code, text]);
  });

  it.each([
    ['250 2.0.0 OK: queued as 7', '2.0.0 OK: queued as 7'],
    ['250-first', 'first'],
    ['queued', 'queued'],
    ['2500 messages', '2500 messages'],
  ])('%s → %s', (text, own) => expect(withoutReplyCode(text)).toBe(own));
});
