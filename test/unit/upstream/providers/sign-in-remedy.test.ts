// What to do about a refused sign-in: in the words of the provider in question, each language by itself.
import { expect, test } from 'vitest';
import { inLanguage, languageOf } from '../../../../src/lib/languages.js';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { remedyFor } from '../../../../src/mail/problems.js';
import { loginRefusal, refusal } from '../../../../src/upstream/imap/errors.js';
import { providerOf } from '../../../../src/upstream/providers/index.js';
import { REMEDIES } from '../../../../src/upstream/providers/remedies.js';

const refusedBy = (name: string, text: string) => {
  const traits = providerOf(name)?.traits;
  if (!traits) throw new Error(`no provider ${name}`);
  const { texts, signInRemedy } = traits;
  return remedyFor(loginRefusal({ code: 'AUTHENTICATIONFAILED', text, texts, signInRemedy }, undefined));
};

test.each([
  ['yahoo', 'Yahoo'],
  ['aol', 'AOL'],
  ['gmail', 'Google'],
  ['icloud', 'iCloud'],
  ['fastmail', 'Fastmail'],
])('%s: its app password, nothing of QQ', (name, called) => {
  for (const text of ['LOGIN Invalid credentials', 'Application-specific password required', 'no']) {
    const remedy = refusedBy(name, text);
    expect(remedy.en).toMatch(new RegExp(`${called} wants an app password`));
    expect(remedy.zh).toMatch(new RegExp(`${called} 要求使用应用专用密码`));
    expect(`${remedy.en}${remedy.zh}`).not.toMatch(/QQ|163/);
  }
});

test('where neither the provider nor its text says more: what many want', () => {
  for (const text of ['no', 'Invalid credentials']) expect(refusedBy('generic', text)).toEqual(REMEDIES.wrongPassword);
});

test('a command that is refused because the sign-in holds no more has a remedy of its own too', () => {
  const { kind, details } = refusal('SELECT', { code: 'AUTHORIZATIONFAILED', text: 'expired' });
  expect([kind, details.remedy]).toEqual(['auth', REMEDIES.wrongPassword]);
});

test('what is no matter of the password keeps its own remedy', () => {
  expect(refusedBy('yahoo', 'Please log in via your web browser').en).toMatch(/^Sign in once at the provider/);
});

test.each(['auth', 'transient', 'permanent'] as const)(
  '%s: no Chinese in the English, and Chinese in the Chinese',
  (kind) => {
    for (const code of ['CERTIFICATE', 'TLS', 'X']) {
      const remedy = remedyFor(new UpstreamError(kind, 'no', { code }));
      expect(remedy.en).not.toMatch(/\p{Script=Han}/u);
      expect(remedy.zh).toMatch(/\p{Script=Han}/u);
    }
  },
);

test('the language is that of the first variable that is set; a text of one line is the same in both', () => {
  expect(languageOf({ LC_ALL: '', LANG: 'zh_CN.UTF-8' })).toBe('zh');
  expect(languageOf({ LC_ALL: 'en_GB.UTF-8', LANG: 'zh_CN.UTF-8' })).toBe('en');
  expect(inLanguage('Wait.', 'zh')).toBe('Wait.');
});
