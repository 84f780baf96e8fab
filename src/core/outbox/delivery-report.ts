// The report that a message could not be delivered (RFC 3464), in the words its sender needs.
import { randomUUID } from 'node:crypto';
import { safeText } from '../../mail/errors.js';
import { wireBytes } from '../../mail/ids.js';
import type { FailedRecipient } from '../../store/submissions.js';

export interface DeliveryReport {
  readonly to: string;
  readonly messageId: string;
  readonly failed: readonly FailedRecipient[];
  /** The original's header block. */
  readonly header: string;
}

/** A complete message. */
export function deliveryReport({ to, messageId, failed, header }: DeliveryReport): Uint8Array {
  const boundary = `report-${randomUUID()}`;
  const domain = to.split('@')[1] ?? 'localhost';
  const reasons = failed.map(({ recipient, text }) => `  ${recipient}: ${safeText(text)}`);
  const lines = [
    `From: Mail gateway <mailer-daemon@${domain}>`,
    `To: <${to}>`,
    'Subject: Your message could not be delivered',
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${randomUUID()}@${domain}>`,
    `In-Reply-To: <${messageId}>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status; boundary="${boundary}"`,
    'Content-Transfer-Encoding: 8bit',
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    'The message below was not delivered to:',
    '',
    ...reasons,
    '',
    'The provider refused it; it will not be tried again.',
    '',
    '以上收件人未能收到下面的邮件：服务商已拒收，网关不会再次发送。',
    '',
    `--${boundary}`,
    'Content-Type: message/delivery-status',
    '',
    `Reporting-MTA: dns; ${domain}`,
    '',
    ...failed.flatMap(({ recipient, replyCode, text }) => [
      `Final-Recipient: rfc822; ${recipient}`,
      'Action: failed',
      `Status: ${enhancedStatus(replyCode, text)}`,
      `Diagnostic-Code: smtp; ${replyCode} ${safeText(text)}`,
      '',
    ]),
    `--${boundary}`,
    'Content-Type: text/rfc822-headers',
    '',
    header.replace(/(?<!\n)(?:\r?\n)+$/, ''),
    '',
    `--${boundary}--`,
    '',
  ];
  return wireBytes(lines.map((line) => Buffer.from(line, 'utf8').toString('latin1')).join('\r\n'));
}

const enhancedStatus = (replyCode: number, text: string): string =>
  /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(text)?.[0] ?? (replyCode >= 500 ? '5.0.0' : '4.4.7');
