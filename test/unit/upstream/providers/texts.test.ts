// The refusals that providers.md quotes, and what is made of each.
import { describe, expect, test } from 'vitest';
import { remedyFor } from '../../../../src/mail/problems.js';
import { loginRefusal, lost, refusal } from '../../../../src/upstream/imap/errors.js';
import { type ConnectorTraits, PROVIDER_NAMES, providerOf } from '../../../../src/upstream/providers/index.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const traitsOf = (name: string): ConnectorTraits => {
  const provider = providerOf(name);
  if (!provider) throw new Error(name);
  return provider.traits;
};

const QQ_LOGIN =
  'Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy. More information at https://help.mail.qq.com/detail/108/1023';

describe('at sign-in', () => {
  test.each([
    ['qq', undefined, QQ_LOGIN, 'ambiguousLogin', 'auth', 15 * MINUTE],
    ['exmail', undefined, QQ_LOGIN, 'ambiguousLogin', 'auth', 15 * MINUTE],
    [
      'qq',
      undefined,
      'Login Fail. Please enter your authorization code to login. More information in http://service.mail.qq.com/',
      'needsAppPassword',
      'auth',
      15 * MINUTE,
    ],
    ['gmail', 'ALERT', 'Too many simultaneous connections. (Failure)', 'tooManyConnections', 'transient', 5 * MINUTE],
    ['gmail', 'ALERT', 'Application-specific password required', 'needsAppPassword', 'auth', undefined],
    ['gmail', 'ALERT', 'Please log in via your web browser: …', 'webLoginRequired', 'auth', undefined],
    ['gmail', 'AUTHENTICATIONFAILED', 'Invalid credentials (Failure)', 'wrongPassword', 'auth', undefined],
    ['outlook', undefined, 'Basic authentication is disabled.', 'passwordsRefused', 'auth', undefined],
    ['hotmail', undefined, 'AUTHENTICATE failed.', 'wrongPassword', 'auth', undefined],
    ['microsoft365', undefined, 'User is authenticated but not connected.', 'notConnected', 'transient', 5 * MINUTE],
    ['163', undefined, 'login frequency limited', 'loginFrequency', 'transient', 15 * MINUTE],
    ['yahoo', 'LIMIT', 'CAPABILITY Rate limit hit.', 'throttle', 'transient', 5 * MINUTE],
    [
      'generic',
      'UNAVAILABLE',
      'Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)',
      'tooManyConnections',
      'transient',
      MINUTE,
    ],
  ] as const)('%s [%s] %s', (name, code, text, meaning, kind, retryAfterMs) => {
    const { texts, loginRetryMs } = traitsOf(name);
    const error = loginRefusal({ code, text, texts }, loginRetryMs);
    expect({ kind: error.kind, meaning: error.details.meaning, retryAfterMs: error.details.retryAfterMs }).toEqual({
      kind,
      meaning,
      retryAfterMs,
    });
  });
});

describe('of a command, or in a BYE', () => {
  test.each([
    ['outlook', 'Request is throttled. Suggested Backoff Time: 299961 milliseconds', 'throttle', 'transient', 299_961],
    ['outlook', 'User is authenticated but not connected.', 'notConnected', 'transient', 5 * MINUTE],
    ['outlook', 'Server Unavailable. 15', 'unavailable', 'transient', MINUTE],
    ['163', 'SELECT Unsafe Login. Please contact kefu@188.com for help', 'unsafeLogin', 'auth', 15 * MINUTE],
    ['generic', 'EXAMINE Unsafe Login. Please contact kefu@188.com for help', 'unsafeLogin', 'auth', 15 * MINUTE],
    ['gmail', 'Account exceeded command or bandwidth limits. (Failure)', 'downloadLimit', 'transient', HOUR],
    ['generic', 'the mailbox is open elsewhere', undefined, 'permanent', undefined],
  ] as const)('%s %s', (name, text, meaning, kind, retryAfterMs) => {
    const error = refusal('FETCH', { code: undefined, text, texts: traitsOf(name).texts });
    expect({ kind: error.kind, meaning: error.details.meaning, retryAfterMs: error.details.retryAfterMs }).toEqual({
      kind,
      meaning,
      retryAfterMs,
    });
  });

  test.each([
    ['gmail', 'Session expired, please login again', 'throttle', 5 * MINUTE],
    ['outlook', 'Connection closed. 14', 'notConnected', 5 * MINUTE],
    ['generic', 'Session expired, please login again', undefined, undefined],
  ] as const)('BYE of %s: %s', (name, bye, meaning, retryAfterMs) => {
    const { kind, details } = lost('gone', { bye, texts: traitsOf(name).texts });
    expect([kind, details.meaning, details.retryAfterMs]).toEqual(['transient', meaning, retryAfterMs]);
  });

  test('OVERQUOTA of a full mailbox is no limit of downloads', () => {
    const error = refusal('APPEND', {
      code: 'OVERQUOTA',
      text: 'Not enough disk quota',
      texts: traitsOf('gmail').texts,
    });
    expect([error.kind, error.details.meaning]).toEqual(['transient', undefined]);
  });
});

test('what to do is told in English and Chinese, for every line of every provider', () => {
  for (const name of PROVIDER_NAMES)
    for (const { remedy, pattern, kind, meaning } of traitsOf(name).texts) {
      expect(remedy.en, `${name} ${pattern}`).toMatch(/^[\x20-\x7e’]+$/);
      expect(remedy.zh, `${name} ${pattern}`).toMatch(/\p{Script=Han}/u);
      expect([kind, meaning]).not.toContain('');
    }
  const error = loginRefusal({ code: undefined, text: QQ_LOGIN, texts: traitsOf('qq').texts }, undefined);
  expect(remedyFor(error).en).toContain('authorization code');
  expect(remedyFor(error).zh).toContain('授权码');
});
