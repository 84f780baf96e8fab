// What the gateway says in INBOX of an account it cannot reach: in English and in Chinese, since a mailbox has readers of both.
import { randomUUID } from 'node:crypto';
import { stampText } from '../../lib/when.js';
import { safeText, type UpstreamError } from '../../mail/errors.js';
import { remedyFor, said } from '../../mail/problems.js';
import type { OutageKind } from '../../store/outages.js';

export interface Notice {
  readonly account: string;
  readonly address: string;
  readonly kind: OutageKind;
  readonly error: UpstreamError;
  /** Unix milliseconds. */
  readonly since: number;
}

interface Wording {
  subject(account: string): string;
  lead(account: string, since: string): string;
  readonly mend: string;
  readonly reason: string;
}

const MEANWHILE =
  'Meanwhile the mail that is already here can be read. What you do to it (flags, moves, deletions, drafts, mail to be sent) is kept and carried out when the account is back. This message goes away by itself then; it exists only in the gateway.';
const MEANWHILE_ZH =
  '在此期间，已在本地的邮件照常可读；您的操作（标记、移动、删除、草稿、待发邮件）都会保存，账号恢复后自动执行。届时本邮件会自动消失；它只存在于网关中，不会上传到任何邮箱。';

/** What it is about, and whether the reason is in the provider's own words. */
type Kind = OutageKind | 'cannotSignIn';

const ENGLISH: Readonly<Record<Kind, Wording>> = {
  needsSignIn: {
    subject: (account) => `${account}: sign-in needed`,
    lead: (account, since) => `The mail provider has not let the gateway sign in to ${account} since ${since}.`,
    mend: 'How to mend it: ',
    reason: 'The provider says: ',
  },
  cannotSignIn: {
    subject: (account) => `${account}: sign-in needed`,
    lead: (account, since) => `The gateway has not been able to sign in to ${account} since ${since}.`,
    mend: 'How to mend it: ',
    reason: 'What happened: ',
  },
  offline: {
    subject: (account) => `${account}: cannot be reached`,
    lead: (account, since) => `The gateway has not been able to reach ${account} since ${since}. It keeps trying.`,
    mend: 'What to do: ',
    reason: 'What happened: ',
  },
};
const CHINESE: Readonly<Record<Kind, Wording>> = {
  needsSignIn: {
    subject: () => '需要重新登录',
    lead: (account, since) => `自 ${since} 起，邮件服务商不允许网关登录 ${account}。`,
    mend: '解决办法：',
    reason: '服务商的答复：',
  },
  cannotSignIn: {
    subject: () => '需要重新登录',
    lead: (account, since) => `自 ${since} 起，网关无法登录 ${account}。`,
    mend: '解决办法：',
    reason: '原因：',
  },
  offline: {
    subject: () => '暂时无法连接',
    lead: (account, since) => `自 ${since} 起，网关无法连接 ${account}，正在不断重试。`,
    mend: '可做的事：',
    reason: '原因：',
  },
};

/** A complete message, all ASCII. */
export function noticeMessage(notice: Notice): Uint8Array {
  const { account, address, error } = notice;
  const [reason, remedy] = [said(error), remedyFor(error)];
  const since = stampText(notice.since);
  const kind: Kind =
    notice.kind === 'needsSignIn' && error.details.serverText === undefined ? 'cannotSignIn' : notice.kind;
  const [en, zh] = [ENGLISH[kind], CHINESE[kind]];
  const name = safeText(account);
  const text = [
    en.lead(name, since),
    `${en.reason}${safeText(reason.en)}`,
    `${en.mend}${safeText(remedy.en)}`,
    MEANWHILE,
    '———',
    zh.lead(name, since),
    `${zh.reason}${safeText(reason.zh)}`,
    `${zh.mend}${safeText(remedy.zh)}`,
    MEANWHILE_ZH,
  ].join('\r\n\r\n');
  const lines = [
    'From: Mail gateway <gateway@localhost>',
    `To: <${address}>`,
    `Subject: ${encodedWords(`${en.subject(name)} (${zh.subject(name)})`)}`,
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${randomUUID()}@gateway.localhost>`,
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    ...(Buffer.from(`${text}\r\n`, 'utf8')
      .toString('base64')
      .match(/.{1,76}/g) ?? []),
    '',
  ];
  return Buffer.from(lines.join('\r\n'), 'latin1');
}

/** RFC 2047 §2: words of at most 75 characters, none of which splits a character. */
function encodedWords(text: string): string {
  const pieces: string[] = [''];
  for (const char of text) {
    const last = pieces.length - 1;
    if (Buffer.byteLength((pieces[last] ?? '') + char) > 45) pieces.push(char);
    else pieces[last] += char;
  }
  return pieces.map((piece) => `=?utf-8?B?${Buffer.from(piece, 'utf8').toString('base64')}?=`).join('\r\n ');
}
