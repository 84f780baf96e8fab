// What providers' submission servers say when they refuse (providers.md §2–§7), said by a real server in the place where
// the provider says it, and what is made of it.
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { describe, expect, test } from 'vitest';
import { PERSONALITIES, PERSONALITY_NAMES } from '../../../../src/demo/index.js';
import { silentLogger } from '../../../../src/lib/logger.js';
import type { UpstreamError } from '../../../../src/mail/errors.js';
import type { DeliveryReceipt } from '../../../../src/upstream/connector.js';
import { PROVIDER_NAMES, providerOf } from '../../../../src/upstream/providers/index.js';
import { createSubmitter } from '../../../../src/upstream/smtp/submitter.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Where in the dialogue a server refuses. */
type Place = 'greeting' | 'login' | 'mail' | 'rcpt' | 'data';
interface Refusing {
  readonly place: Place;
  readonly code: number;
  readonly text: string;
}

/** A server that refuses so; undefined: it takes everything. Each has its own: it greets after a tenth of a second only. */
async function serve(refusing: Refusing | undefined): Promise<SMTPServer> {
  const at = (place: Place): Error | null =>
    refusing?.place === place ? Object.assign(new Error(refusing.text), { responseCode: refusing.code }) : null;
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    closeTimeout: 100,
    logger: false,
    onConnect: (_, done) => done(at('greeting')),
    onAuth: ({ username = '' }, _, done) => done(at('login'), { user: username }),
    onMailFrom: (_, __, done) => done(at('mail')),
    onRcptTo: (_, __, done) => done(at('rcpt')),
    onData: (stream, _, done) => {
      stream.resume();
      stream.on('end', () => done(at('data')));
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
  return server;
}

async function submit(provider: string, refusing?: Refusing): Promise<DeliveryReceipt> {
  const server = await serve(refusing);
  const { port } = server.server.address() as AddressInfo;
  const texts = providerOf(provider)?.traits.texts ?? [];
  const login = { user: 'me@example.org', password: () => 'x' };
  const submitter = createSubmitter({ host: '127.0.0.1', port, tls: 'none', ...login, texts, logger: silentLogger });
  const sending = submitter.submit({
    mailFrom: 'me@example.org',
    rcptTo: ['b@example.org'],
    sizeBytes: 15,
    eightBit: false,
    smtpUtf8: false,
    open: async function* () {
      yield Buffer.from('Subject: x\r\n\r\nx');
    },
  });
  return sending.finally(() => server.close());
}

const verdictOf = async (provider: string, refusing: Refusing) => {
  const { kind, details } = await submit(provider, refusing).then(
    () => Promise.reject(new Error('it was sent')),
    (error: UpstreamError) => error,
  );
  return [kind, details.meaning, details.retryAfterMs];
};

const QQ_LOGIN = PERSONALITIES.qq.smtp.loginRefused;
const rows: readonly (readonly [string, Place, number, string, string, string | undefined, number | undefined])[] = [
  ['qq', 'login', 535, QQ_LOGIN, 'auth', 'ambiguousLogin', 15 * MINUTE],
  [
    'qq',
    'login',
    535,
    'Login Fail. Please enter your authorization code to login.',
    'auth',
    'needsAppPassword',
    15 * MINUTE,
  ],
  ['qq', 'mail', 501, 'mail from address must be same as authorization user', 'permanent', 'fromNotAllowed', undefined],
  [
    'exmail',
    'mail',
    501,
    'mail from address must be same as authorization user',
    'permanent',
    'fromNotAllowed',
    undefined,
  ],
  ['qq', 'data', 550, 'Mail content denied. http://service.mail.qq.com/', 'permanent', 'contentRefused', undefined],
  ['qq', 'greeting', 550, 'Ip frequency limited', 'transient', 'throttle', HOUR],
  ['qq', 'greeting', 550, 'Connection denied', 'transient', 'throttle', HOUR],
  ['qq', 'mail', 550, 'Domain frequency limited', 'transient', 'throttle', HOUR],
  ['qq', 'data', 550, 'Sender frequency limited', 'transient', 'throttle', HOUR],
  ['exmail', 'data', 550, 'Connection frequency limited', 'transient', 'throttle', HOUR],
  ['qq', 'rcpt', 550, 'Mailbox unavailable or access denined', 'permanent', undefined, undefined],
  ['qq', 'data', 550, 'Message too large', 'permanent', undefined, undefined],
  ['gmail', 'data', 550, '5.4.5 Daily user sending limit exceeded.', 'transient', 'sendingLimit', 6 * HOUR],
  ['gmail', 'data', 550, '5.4.5 Daily user sending quota exceeded.', 'transient', 'sendingLimit', 6 * HOUR],
  ['gmail', 'mail', 421, '4.7.0 Try again later, closing connection.', 'transient', 'throttle', HOUR],
  ['gmail', 'login', 421, '4.7.0 Try again later, closing connection.', 'transient', 'throttle', HOUR],
  ['gmail', 'rcpt', 421, '4.7.0 Try again later, closing connection.', 'transient', 'throttle', HOUR],
  ['gmail', 'data', 421, '4.7.0 Try again later, closing connection.', 'transient', 'throttle', HOUR],
  ['gmail', 'login', 535, '5.7.8 Username and Password not accepted.', 'auth', 'wrongPassword', undefined],
  ['gmail', 'login', 534, '5.7.9 Application-specific password required.', 'auth', 'needsAppPassword', undefined],
  ['gmail', 'login', 534, '5.7.14 Please log in via your web browser', 'auth', 'webLoginRequired', undefined],
  [
    'outlook',
    'login',
    535,
    '5.7.139 SmtpClientAuthentication is disabled for the Tenant.',
    'auth',
    'passwordsRefused',
    undefined,
  ],
  [
    'microsoft365',
    'login',
    535,
    '5.7.139 Authentication unsuccessful, basic authentication is disabled.',
    'auth',
    'passwordsRefused',
    undefined,
  ],
  [
    'hotmail',
    'data',
    554,
    '5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied',
    'permanent',
    'fromNotAllowed',
    undefined,
  ],
  [
    'outlook',
    'data',
    554,
    '5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; WASCL UserAction verdict is not None',
    'permanent',
    'webLoginRequired',
    undefined,
  ],
  ['outlook', 'mail', 432, '4.3.2 Concurrent connections limit exceeded.', 'transient', undefined, undefined],
  ['163', 'mail', 553, 'Mail from must equal authorized user', 'permanent', 'fromNotAllowed', undefined],
  ['163', 'data', 451, 'MI:SFQ 163 smtp1,too many messages', 'transient', 'throttle', 15 * MINUTE],
  ['126', 'data', 451, 'MI:DMC too many in this connection', 'transient', 'throttle', MINUTE],
  ['163', 'rcpt', 451, 'RP:QRC too many recipients', 'transient', 'throttle', MINUTE],
  ['yeah', 'data', 451, 'DT:SPM please try again', 'transient', 'throttle', 2 * MINUTE],
  ['163', 'data', 554, 'DT:SPM 163 smtp1', 'permanent', 'contentRefused', undefined],
  ['163', 'data', 554, 'MI:STC daily cap', 'transient', 'sendingLimit', 6 * HOUR],
  ['163', 'greeting', 421, 'HL:ICC 163 smtp1', 'transient', 'throttle', HOUR],
  ['163', 'greeting', 421, 'HL:IFC 163 smtp1', 'transient', 'throttle', HOUR],
  ['163', 'login', 451, 'RP:TMA too much fail authentication', 'transient', 'loginFrequency', HOUR],
  ['163', 'login', 535, 'Error: authentication failed', 'auth', undefined, undefined],
  [
    'icloud',
    'data',
    550,
    '5.7.1 You have exceeded your daily sending limit. Please try again later.',
    'transient',
    'sendingLimit',
    6 * HOUR,
  ],
  ['icloud', 'login', 535, '5.7.8 Error: authentication failed', 'auth', undefined, undefined],
  ['yahoo', 'login', 535, '5.7.0 (#AUTH005) Too many bad auth attempts.', 'auth', undefined, undefined],
  ['generic', 'rcpt', 550, '5.1.1 User unknown', 'permanent', undefined, undefined],
  ['generic', 'data', 451, '4.7.1 Greylisted, try again in 300 seconds', 'transient', undefined, 300_000],
];

test.concurrent.each(rows)('%s, %s: %d %s', async (provider, place, code, text, kind, meaning, retryAfterMs) => {
  expect(await verdictOf(provider, { place, code, text })).toEqual([kind, meaning, retryAfterMs]);
});

test('what is refused of one provider is not known of another', async () => {
  const refusing = { place: 'data', code: 550, text: 'Sender frequency limited' } as const;
  expect(await verdictOf('generic', refusing)).toEqual(['permanent', undefined, undefined]);
});

test('sent, when nothing is refused', async () => {
  expect(await submit('qq')).toMatchObject({ accepted: ['b@example.org'], rejected: [] });
});

describe('of every line that is about sending', () => {
  const MEANINGS = ['fromNotAllowed', 'contentRefused', 'sendingLimit'];
  const lines = PROVIDER_NAMES.flatMap((name) =>
    (providerOf(name)?.traits.texts ?? [])
      .filter(({ meaning }) => MEANINGS.includes(meaning))
      .map(({ pattern }) => [name, pattern] as const),
  );
  test.each(lines)('%s %s: a text stands above', (_, pattern) => {
    expect(rows.some(([, , code, text]) => pattern.test(`${code} ${text}`))).toBe(true);
  });
});

test.concurrent.each(PERSONALITY_NAMES)('the demo of %s refuses in words that are understood', async (name) => {
  const { quirks, smtp } = PERSONALITIES[name];
  expect((await verdictOf(name, { place: 'login', code: 535, text: smtp.loginRefused }))[0]).toBe('auth');
  const { foreignFrom, sendingLimit } = quirks;
  if ('code' in foreignFrom)
    expect((await verdictOf(name, { place: 'mail', ...foreignFrom })).slice(0, 2)).toEqual([
      'permanent',
      'fromNotAllowed',
    ]);
  if (sendingLimit)
    expect((await verdictOf(name, { place: 'data', ...sendingLimit })).slice(0, 2)).toEqual([
      'transient',
      'sendingLimit',
    ]);
});
