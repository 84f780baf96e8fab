// The notice in INBOX: both languages, each in its own half, with the same remedy.
import { expect, test } from 'vitest';
import { noticeMessage } from '../../../../src/core/outages/notice.js';

const halvesOf = (remedy: string) => {
  const notice = {
    account: 'A',
    address: 'a@example.org',
    kind: 'needsSignIn',
    reason: 'no',
    remedy,
    since: 0,
  } as const;
  const [, body = ''] = Buffer.from(noticeMessage(notice)).toString('latin1').split('\r\n\r\n');
  return Buffer.from(body, 'base64').toString('utf8').split('———');
};

test('each half has the remedy in its own language only', () => {
  const [en, zh] = halvesOf('Make an app password.\n请生成应用专用密码。');
  expect(en).toContain('How to mend it: Make an app password.');
  expect(en).not.toMatch(/\p{Script=Han}/u);
  expect(zh).toContain('解决办法：请生成应用专用密码。');
  expect(zh).not.toContain('app password');
});

test('a remedy that is known in English only is not put into the Chinese half', () => {
  expect(halvesOf('Wait.')[1]).not.toContain('Wait.');
});
