// Every complaint about a configuration names the field, its value and the remedy.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../../src/config/index.js';
import { expectChinese } from '../../support/chinese.js';
import { temporaryDirectories } from '../../support/temporary-directory.js';

const makeDirectory = temporaryDirectories();

/** What is wrong, without file and position. */
function complaints(content: unknown): string[] {
  const directory = makeDirectory();
  const file = join(directory, 'gateway.config.json');
  writeFileSync(file, JSON.stringify(content));
  try {
    loadConfig(file);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const line of error.message.split('\n')) expectChinese(line, file);
    return error.problems.map(({ field, text }) => `${field} ${text}`.replaceAll(directory, 'DIR'));
  }
}

const demo = { name: 'QQ', demo: 'qq' };
const real = { name: 'W', address: 'w@example.org', provider: 'qq', auth: { password: 'x' } };
const server = { host: 'mail.example.org', port: 993 };
const withAccount = (changes: object) => ({ accounts: [{ ...real, ...changes }] });
const withListen = (listen: object) => ({ accounts: [demo], listen });

describe('a mistake in the shape', () => {
  it.each<[content: unknown, says: string[]]>([
    [[], [' must be an object { … }, not a list']],
    [{}, ['accounts is missing: it must be a list [ … ]']],
    [{ accounts: [] }, ['accounts needs at least 1 entry']],
    [{ accounts: 'QQ' }, ['accounts must be a list [ … ], not "QQ"']],
    [{ accounts: [demo], acounts: 1 }, ['acounts is not a setting: did you mean "accounts"?']],
    [
      { accounts: [demo], zzz: 1 },
      ['zzz is not a setting: known here: $schema, dataDir, certsDir, listen, login, accounts, mailboxes, bodies, log'],
    ],
    [withAccount({ adress: 'a@b' }), ['accounts[0].adress is not a setting: did you mean "address"?']],
    [
      withAccount({ quirks: { trustQresync: true } }),
      ['accounts[0].quirks.trustQresync is not a setting: did you mean "trustsQresync"?'],
    ],
    [
      withAccount({ quirks: { budgets: { mesagesPerDay: 3 }, pollMs: 5 } }),
      [
        'accounts[0].quirks.budgets.mesagesPerDay is not a setting: did you mean "messagesPerDay"?',
        'accounts[0].quirks.pollMs must be 1000 or more, not 5',
      ],
    ],
    [
      withAccount({ quirks: { searchTrusted: 'no' } }),
      ['accounts[0].quirks.searchTrusted must be true or false, not "no"'],
    ],
    [withListen({ impas: 1 }), ['listen.impas is not a setting: did you mean "imaps"?']],
    [withListen({ imap: '1143' }), ['listen.imap must be a number, not "1143"']],
    [withListen({ imap: 11.5 }), ['listen.imap must be a whole number, not 11.5']],
    [withListen({ imap: -1 }), ['listen.imap must be 0 or more, not -1']],
    [withListen({ smtp: 70000 }), ['listen.smtp must be 65535 or less, not 70000']],
    [withListen({ ephemeral: 'yes' }), ['listen.ephemeral must be true or false, not "yes"']],
    [withListen({ host: null }), ['listen.host must be a text in quotation marks, not null']],
    [{ accounts: [{ name: '', demo: 'qq' }] }, ['accounts[0].name must not be empty']],
    [{ accounts: [{ name: 'x'.repeat(61), demo: 'qq' }] }, ['accounts[0].name must have at most 60 characters']],
    [
      { accounts: [{ name: 'Q', demo: 'gmial' }] },
      [
        'accounts[0].demo must be one of "163", "qq", "exmail", "gmail", "outlook", "hotmail", "icloud", "yahoo", "fastmail", "generic", not "gmial": did you mean "gmail"?',
      ],
    ],
    [withAccount({ address: 'nobody' }), ['accounts[0].address is no mail address: "nobody"']],
    [
      withAccount({ provider: 'generic', imap: { host: 'https://x' }, smtp: server }),
      ['accounts[0].imap.host is no host name: "https://x"'],
    ],
    [
      withAccount({ provider: 'generic', imap: { host: 'x', tls: 'ssl' }, smtp: server }),
      ['accounts[0].imap.tls must be one of "implicit", "starttls", "none", not "ssl"'],
    ],
    [{ accounts: [demo], mailboxes: { merge: { R: [] } } }, ['mailboxes.merge.R needs at least 1 entry']],
    [{ accounts: [demo], bodies: { prefetchDays: 40000 } }, ['bodies.prefetchDays must be 36500 or less, not 40000']],
    [
      { accounts: [demo], log: { level: 'loud' } },
      ['log.level must be one of "trace", "debug", "info", "warn", "error", "fatal", "silent", not "loud"'],
    ],
  ])('%j', (content, says) => expect(complaints(content)).toEqual(says));
});

describe('a password is never repeated', () => {
  it.each<[content: unknown, says: string[]]>([
    [
      { accounts: [demo], login: { password: 12345 } },
      ['login.password must be a text in quotation marks, not a number'],
    ],
    [{ accounts: [demo], login: 'hunter2' }, ['login must be an object { … }, not a text']],
    [withAccount({ auth: 'hunter2' }), ['accounts[0].auth must be an object { … }, not a text']],
    [
      withAccount({ auth: { password: ['hunter2'] } }),
      ['accounts[0].auth.password must be a text in quotation marks, not a list'],
    ],
    [withAccount({ auth: { password: '' } }), ['accounts[0].auth.password must not be empty']],
  ])('%j', (content, says) => {
    expect(complaints(content)).toEqual(says);
    expect(says.join()).not.toContain('hunter2');
  });
});

describe('a mistake in the sense', () => {
  it.each<[content: unknown, says: string[]]>([
    [
      withListen({ host: 'gateway.example.org' }),
      [
        'listen.host must be an IP address of this machine ("127.0.0.1", "192.168.1.20", "0.0.0.0" for all), not "gateway.example.org"',
      ],
    ],
    [
      withListen({ host: '8.8.8.8' }),
      [
        'listen.host 8.8.8.8 is a public address; the gateway serves this machine and the home network only: give a private address, or 0.0.0.0',
      ],
    ],
    [
      withListen({ host: '0.0.0.0', plaintextOnLoopback: true }),
      [
        'listen.plaintextOnLoopback cannot be true while listen.host is "0.0.0.0": passwords would cross the network in clear; set it to false, or listen on 127.0.0.1',
      ],
    ],
    [withListen({ imap: 1993 }), ['listen.imaps is the same port as listen.imap (1993): give each its own']],
    [
      withListen({ imap: 0, imaps: 0, smtp: 0, smtps: 0 }),
      ['listen.imap and all the other ports are 0, so no mail client could connect: give at least one'],
    ],
    [
      { accounts: [demo, { name: 'qq', demo: 'gmail' }] },
      ['accounts[1].name "qq" is already the name of accounts[0]: each may occur once'],
    ],
    [
      { accounts: [real, { ...real, name: 'V', address: 'W@Example.org' }] },
      ['accounts[1].address "W@Example.org" is already an address of accounts[0]: each may occur once'],
    ],
    [
      { accounts: [real, { ...real, name: 'V', address: 'v@x', identities: ['w@example.org'] }] },
      ['accounts[1].identities[0] "w@example.org" is already an address of accounts[0]: each may occur once'],
    ],
    [
      {
        accounts: [
          { ...demo, default: true },
          { ...real, default: true },
        ],
      },
      ['accounts[1].default is true, and so is that of accounts[0]: only one account can be the default'],
    ],
    [
      { accounts: [{ ...demo, name: 'a/b' }] },
      ['accounts[0].name must not contain "/", which separates levels of the mailbox list'],
    ],
    [
      { accounts: [{ ...demo, name: 'a*' }] },
      ['accounts[0].name must not contain control characters or any of % * " \\'],
    ],
    [{ accounts: [{ ...demo, name: ' a' }] }, ['accounts[0].name must not begin or end with a space']],
    [
      { accounts: [{ ...demo, name: 'inbox' }] },
      ['accounts[0].name "inbox" is a mailbox of the gateway\'s own: choose another name'],
    ],
    [
      { accounts: [{ ...demo, auth: { password: 'x' } }] },
      ['accounts[0].auth has no place in a demo account: take it out, or take "demo" out to make it a real account'],
    ],
    [
      { accounts: [{ name: 'W', provider: 'qq' }] },
      [
        'accounts[0].address is missing: the mail address of the account (or "demo" to make it a demo account)',
        'accounts[0].auth is missing: {"user": …, "password": "env:NAME" or "file:PATH"}',
      ],
    ],
    [
      withAccount({ provider: 'generic' }),
      ['accounts[0].imap is missing for a "generic" account', 'accounts[0].smtp is missing for a "generic" account'],
    ],
    [
      withAccount({ provider: undefined, imap: server }),
      ['accounts[0].smtp is missing: give it, or a known "provider" such as "qq" or "gmail"'],
    ],
    [
      { accounts: [demo], mailboxes: { merge: { 'INBOX/x': ['QQ/x'] } } },
      ['mailboxes.merge."INBOX/x" stands below "INBOX", which is taken: choose a name of its own'],
    ],
    [
      { accounts: [demo], mailboxes: { merge: { 'a//b': ['QQ/x'] } } },
      ['mailboxes.merge."a//b" has an empty level in its name'],
    ],
    [
      { accounts: [demo], mailboxes: { merge: { R: ['Work/R'] } } },
      ['mailboxes.merge.R[0] "Work/R" must begin with the name of an account, as in "QQ/Receipts"'],
    ],
    [
      { accounts: [demo], mailboxes: { views: { Unread: 'UNSEEN' } } },
      ['mailboxes.views.Unread must be called "Views/" and one name, as in "Views/Unread"'],
    ],
    [
      { accounts: [demo], mailboxes: { views: { 'Views/A': 'UNSEEN\nALL' } } },
      ['mailboxes.views."Views/A" must be one line'],
    ],
    [
      withAccount({ serverCertificate: { ca: 'nope.pem' } }),
      ['accounts[0].serverCertificate.ca names the file DIR/nope.pem, which cannot be read (ENOENT)'],
    ],
  ])('%j', (content, says) => expect(complaints(content)).toEqual(says));

  it('all of it is said at once, in the order of the file, with line and column', () => {
    const file = join(makeDirectory(), 'c.json');
    writeFileSync(
      file,
      '{\n  "listen": { "imap": 1993 },\n  "accounts": [\n    { "name": "Sent", "demo": "qq" }\n  ]\n}\n',
    );
    expect(() => loadConfig(file)).toThrow(
      new RegExp(
        `^${file}:2:15: listen\\.imaps .*\\n${file}:4:7: accounts\\[0\\]\\.name .*$`.replace('2:15', '2:\\d+'),
      ),
    );
  });

  it('a CA file that holds no certificate, a configuration that is a directory', () => {
    const directory = makeDirectory();
    writeFileSync(join(directory, 'ca.pem'), 'x');
    mkdirSync(join(directory, 'c.json'));
    const file = join(directory, 'g.json');
    writeFileSync(file, JSON.stringify(withAccount({ serverCertificate: { ca: 'ca.pem' } })));
    expect(() => loadConfig(file)).toThrow('which holds no PEM certificate');
    expect(() => loadConfig(join(directory, 'c.json'))).toThrow(
      'is a directory: give the file in it with --config FILE',
    );
  });
});
