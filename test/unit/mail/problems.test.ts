// Whatever the user is told is told in English and in Chinese.
import { expect, test } from 'vitest';
import { inLanguage } from '../../../src/lib/languages.js';
import { UpstreamError } from '../../../src/mail/errors.js';
import { problemTexts, type Trouble } from '../../../src/mail/problems.js';
import { englishIn } from '../../support/chinese.js';

const refused = new UpstreamError('auth', 'the server refused the login', { serverText: 'Login fail' });
const away = new UpstreamError('transient', 'cannot reach it', { chinese: '无法连接' });
const pause = new UpstreamError('transient', 'throttled', { serverText: 'slow\r\n down', retryAfterMs: 1 });
const tls = new UpstreamError('permanent', 'no secure connection', { code: 'TLS' });
const kinds = ['flags', 'move', 'copy', 'expunge', 'append', 'create', 'rename', 'delete', 'spool'];

const troubles: readonly Trouble[] = [
  ...[refused, away, pause, tls].map((error) => ({ code: 'connection', error }) as const),
  ...(['broken', 'refused', 'spent'] as const).map((how) => ({ code: 'sending', how, error: refused }) as const),
  { code: 'sending', how: 'paused', error: pause, until: '12:00' },
  { code: 'saving', used: '800 MB', limit: '1,000 MB' },
  ...(['full', 'readOnly', 'io', 'damaged'] as const).map((trouble) => ({ code: 'disk', trouble }) as const),
  {
    ...{ code: 'salvaged', fault: 'row 3', damagedFile: '/data/x', messages: 7, owed: 1 },
    ...{ lost: { en: 'annotations', zh: '批注' }, unnamed: { count: 2, directory: '/data/unnamed' } },
  },
  { code: 'stillOwed', account: 'Work', address: 'old@example.org', changes: 2, messages: 1 },
  { code: 'shownAgain', count: 1, first: [{ mailbox: 'INBOX', subject: 'Hello' }] },
  { code: 'shownAgain', count: 5, first: [{ mailbox: 'Work', subject: '' }] },
  ...kinds.map((kind) => ({ code: 'refused', kind, error: tls }) as const),
  { code: 'waiting', error: away },
  { code: 'mailbox', path: 'A/B', error: new Error('two\nlines') },
];

test.each(troubles)('$code: English in the one line, Chinese in the other', (trouble) => {
  const texts = problemTexts(trouble);
  for (const text of [texts.text, texts.remedy]) {
    expect(text.split('\n')).toHaveLength(2);
    expect(inLanguage(text, 'en')).not.toMatch(/\p{Script=Han}/u);
    expect(inLanguage(text, 'zh')).toMatch(/\p{Script=Han}/u);
    expect(englishIn(inLanguage(text, 'zh')), text).toEqual([]);
  }
});

test.each<[Trouble, string, string]>([
  [{ code: 'connection', error: refused }, 'the sign-in is refused: Login fail', '登录被拒绝：“Login fail”'],
  [
    { code: 'sending', how: 'refused', error: refused },
    'the sign-in for sending is refused: Login fail',
    '发信登录被拒绝：“Login fail”',
  ],
  [{ code: 'connection', error: away }, 'cannot reach it', '无法连接'],
  [
    { code: 'sending', how: 'paused', error: pause, until: '12:00' },
    'sending is paused: slow down (until 12:00)',
    '发信已暂停：“slow down”（至 12:00）',
  ],
  [
    { code: 'shownAgain', count: 1, first: [{ mailbox: 'INBOX', subject: 'Hello\n!' }] },
    '1 message is shown again whose deletion had not been carried out when the backup was made: "Hello !" in INBOX',
    '1 封邮件重新显示：备份时尚未执行对它的删除：“INBOX”中的“Hello !”',
  ],
  [
    { code: 'shownAgain', count: 5, first: ['a', '', 'c'].map((subject) => ({ mailbox: 'B', subject })) },
    '5 messages are shown again whose deletions had not been carried out when the backup was made: "a" in B, one without a subject in B, "c" in B, and 2 more',
    '5 封邮件重新显示：备份时尚未执行对它们的删除：“B”中的“a”、“B”中一封无主题的邮件、“B”中的“c”，另有 2 封',
  ],
  [
    { code: 'refused', kind: 'append', error: refused },
    'the provider refused to store a message: Login fail',
    '服务商拒绝保存邮件：“Login fail”',
  ],
])('%o: the server’s words stay, the gateway’s own are Chinese', (trouble, en, zh) => {
  const { text } = problemTexts(trouble);
  expect([inLanguage(text, 'en'), inLanguage(text, 'zh')]).toEqual([en, zh]);
});

test('a row of an older version, English only, is read as it is', () => {
  expect(inLanguage('the disk is full', 'zh')).toBe('the disk is full');
});
