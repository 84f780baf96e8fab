// The notice in INBOX: both languages, each in its own half, with the same remedy.
import { expect, test } from 'vitest';
import { noticeMessage } from '../../../../src/core/outages/notice.js';
import { UpstreamError } from '../../../../src/mail/errors.js';

const halvesOf = (error: UpstreamError) => {
  const notice = { account: 'A', address: 'a@example.org', kind: 'needsSignIn', error, since: 0 } as const;
  const [, body = ''] = Buffer.from(noticeMessage(notice)).toString('latin1').split('\r\n\r\n');
  return Buffer.from(body, 'base64').toString('utf8').split('———');
};

test('each half has the remedy in its own language only, and the server’s own words', () => {
  const remedy = { en: 'Make an app password.', zh: '请生成应用专用密码。' };
  const [en, zh] = halvesOf(new UpstreamError('auth', 'refused', { serverText: 'NO no', remedy }));
  expect(en).toContain('How to mend it: Make an app password.');
  expect(en).toContain('The provider says: NO no');
  expect(en).not.toMatch(/\p{Script=Han}/u);
  expect(zh).toContain('解决办法：请生成应用专用密码。');
  expect(zh).toContain('服务商的答复：“NO no”');
  expect(zh).not.toContain('app password');
});

test('what the gateway itself says of it is in the half’s language too', () => {
  const [en, zh] = halvesOf(new UpstreamError('transient', 'cannot reach it', { chinese: '无法连接' }));
  expect([en, zh]).toEqual([expect.stringContaining('cannot reach it'), expect.stringContaining('无法连接')]);
  expect(zh).not.toContain('cannot reach');
});

test('what no provider has said is not said to be the provider’s; the time is this machine’s', () => {
  const [en, zh] = halvesOf(new UpstreamError('auth', 'the password cannot be read', { chinese: '无法读取密码' }));
  expect(en).toContain('The gateway has not been able to sign in to A since ');
  expect(en).toContain('What happened: the password cannot be read');
  expect(en).not.toMatch(/provider (?:says|has)/);
  expect(zh).toContain('原因：无法读取密码');
  expect(zh).not.toContain('服务商');
  const local = new Date(0);
  expect(en).toContain(`${local.getFullYear()}-${String(local.getMonth() + 1).padStart(2, '0')}-`);
  expect(en).toMatch(/since \d{4}-\d\d-\d\d \d\d:\d\d\./);
});
