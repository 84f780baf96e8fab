import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Config, loadConfig } from '../../../src/config/index.js';
import { temporaryDirectories } from '../../support/temporary-directory.js';

const makeDirectory = temporaryDirectories();
afterEach(() => vi.unstubAllEnvs());

const account = { name: 'W', address: 'w@qq.com', provider: 'qq', auth: { password: 'inline-secret' } };

function load(content: object, directory = makeDirectory(), options = {}): Config {
  const file = join(directory, 'gateway.config.json');
  writeFileSync(file, JSON.stringify(content));
  return loadConfig(file, options);
}

function secretFile(directory: string, text: string, mode = 0o600): void {
  writeFileSync(join(directory, 'secret'), text);
  chmodSync(join(directory, 'secret'), mode);
}

const passwordOf = ({ accounts }: Config): string => {
  const [first] = accounts;
  return first?.kind === 'upstream' ? first.auth.password.reveal() : '';
};

describe('loadConfig', () => {
  it('fills in defaults, makes paths absolute and freezes all of it', () => {
    const directory = makeDirectory();
    const config = load({ accounts: [{ name: 'QQ', demo: 'qq' }] }, directory);
    expect(config).toMatchObject({
      file: join(directory, 'gateway.config.json'),
      dataDir: join(directory, 'data'),
      certsDir: join(directory, 'certs'),
      listen: { host: '127.0.0.1', imap: 1143, imaps: 1993, smtp: 1587, smtps: 1465, web: 8025 },
      login: {
        user: 'me',
        password: { source: 'file', path: join(directory, 'data', 'password') },
        devices: [{ name: 'me', withoutCapabilities: [] }],
      },
      accounts: [{ kind: 'demo', name: 'QQ', demo: 'qq', default: true, address: undefined }],
      mailboxes: { accountTrees: 'all', merge: {}, views: {} },
      bodies: { cacheBytes: 2_000_000_000, prefetchDays: 30, undoDays: 7 },
      log: { level: 'info' },
      warnings: [],
    });
    expect(Object.isFrozen(config) && Object.isFrozen(config.accounts[0]) && Object.isFrozen(config.listen)).toBe(true);
  });

  it('takes the first account as the default one unless another says so', () => {
    const [one, two] = [
      { name: 'A', demo: 'qq' },
      { name: 'B', demo: 'gmail' },
    ];
    const defaults = (accounts: object[]) => load({ accounts }).accounts.map((entry) => entry.default);
    expect(defaults([one, two])).toEqual([true, false]);
    expect(defaults([one, { ...two, default: true }])).toEqual([false, true]);
  });

  it.each<[entry: object, imap: object]>([
    [{}, { port: 993, tls: 'implicit' }],
    [{ port: 993 }, { port: 993, tls: 'implicit' }],
    [{ port: 143 }, { port: 143, tls: 'starttls' }],
    [{ tls: 'starttls' }, { port: 143, tls: 'starttls' }],
    [{ tls: 'implicit' }, { port: 993, tls: 'implicit' }],
    [
      { tls: 'none', port: 1 },
      { port: 1, tls: 'none' },
    ],
  ])('the port tells the TLS, and the TLS the port: %j', (entry, imap) => {
    const { accounts } = load({
      accounts: [
        { ...account, provider: 'generic', imap: { host: 'localhost', ...entry }, smtp: { host: 'localhost' } },
      ],
    });
    expect(accounts[0]).toMatchObject({ imap, smtp: { port: 465, tls: 'implicit' }, auth: { user: 'w@qq.com' } });
  });

  it('port 587 is STARTTLS, localhost is 127.0.0.1, names are NFC', () => {
    const config = load({
      listen: { host: 'localhost' },
      accounts: [{ ...account, name: 'Cafe\u0301', smtp: { host: 'x', port: 587 } }],
    });
    expect(config.listen.host).toBe('127.0.0.1');
    expect(config.accounts[0]).toMatchObject({ name: 'Café', smtp: { port: 587, tls: 'starttls' } });
  });
});

describe('a password', () => {
  it('in the file itself: works, with a warning that does not repeat it', () => {
    const config = load({ accounts: [account] });
    expect(passwordOf(config)).toBe('inline-secret');
    expect(config.warnings).toEqual([
      'accounts[0].auth.password stands in the configuration itself, readable to whoever gets the file: "env:NAME" or "file:PATH" is safer',
    ]);
  });

  it('from the environment', () => {
    vi.stubEnv('GATEWAY_TEST_SECRET', 'from-env');
    const config = load({ accounts: [{ ...account, auth: { password: 'env:GATEWAY_TEST_SECRET' } }] });
    expect(passwordOf(config)).toBe('from-env');
    expect(config.warnings).toEqual([]);
  });

  it.each<[text: string, password: string]>([
    ['from-file\n', 'from-file'],
    ['from-file\r\nsecond line\n', 'from-file'],
    ['\ufefffrom-file', 'from-file'],
    [' with spaces \n', ' with spaces '],
  ])('from the first line of a file: %j', (text, password) => {
    const directory = makeDirectory();
    secretFile(directory, text);
    const config = load({ accounts: [{ ...account, auth: { password: 'file:secret' } }] }, directory);
    expect(passwordOf(config)).toBe(password);
    expect(config.warnings).toEqual([]);
  });

  it('from a file that has been corrected since; while that is being written, what it said before', () => {
    const directory = makeDirectory();
    secretFile(directory, 'wrong\n');
    const config = load({ accounts: [{ ...account, auth: { password: 'file:secret' } }] }, directory);
    secretFile(directory, 'right\n');
    expect(passwordOf(config)).toBe('right');
    secretFile(directory, '');
    expect(passwordOf(config)).toBe('right');
  });

  it('in a file others can read: works, with a warning', () => {
    const directory = makeDirectory();
    secretFile(directory, 'x', 0o644);
    const config = load({ accounts: [{ ...account, auth: { password: 'file:secret' } }] }, directory);
    const path = join(directory, 'secret');
    expect(config.warnings).toEqual([
      `accounts[0].auth.password is in ${path}, which other users of this machine can read: chmod 600 ${path}`,
    ]);
  });

  it.each<[what: string, password: string, prepare: (directory: string) => void, says: string]>([
    [
      'an unset variable',
      'env:GATEWAY_TEST_NOT_SET',
      () => undefined,
      'names the environment variable GATEWAY_TEST_NOT_SET, which is not set: set it where the gateway is started',
    ],
    ['a missing file', 'file:secret', () => undefined, 'which does not exist: write the password into it'],
    [
      'an empty file',
      'file:secret',
      (directory) => secretFile(directory, '\n'),
      'whose first line is empty: write the password into it',
    ],
    [
      'a directory',
      'file:secret',
      (directory) => mkdirSync(join(directory, 'secret')),
      'which cannot be read (EISDIR)',
    ],
    [
      'a file below a file',
      'file:secret/x',
      (directory) => secretFile(directory, 'x'),
      'which cannot be read (ENOTDIR)',
    ],
  ])('%s', (_, password, prepare, says) => {
    const directory = makeDirectory();
    prepare(directory);
    const content = { accounts: [{ ...account, auth: { password } }] };
    expect(() => load(content, directory)).toThrow(says);
    // Commands that need no password do not ask for it.
    expect(load(content, directory, { lazySecrets: true }).accounts.length).toBe(1);
  });

  it('cannot be printed by accident', () => {
    const config = load({ accounts: [account], login: { password: 'other-secret' } });
    for (const text of [JSON.stringify(config), inspect(config, { depth: 9 }), `${config.accounts[0]}`]) {
      expect(text).not.toMatch(/inline-secret|other-secret/);
    }
  });
});

describe('the password of the mail clients', () => {
  it('is made when it is missing, for this user alone, and stays', async () => {
    const config = load({ accounts: [{ name: 'QQ', demo: 'qq' }] });
    const password = (await config.login.password.load()).reveal();
    expect(password).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
    expect((await config.login.password.load()).reveal()).toBe(password);
    const { path = '' } = config.login.password;
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual([`${password}\n`, 0o600]);
    const rotated = (await config.login.password.rotate()).reveal();
    expect(rotated).not.toBe(password);
    expect((await config.login.password.load()).reveal()).toBe(rotated);
  });

  it.each<[password: string, says: string]>([
    [
      'env:GATEWAY_TEST_SECRET',
      'login.password is the environment variable GATEWAY_TEST_SECRET: change it there, or use "file:PATH"',
    ],
    ['some words', 'login.password stands in the configuration itself: change it there, or use "file:PATH"'],
  ])('that is kept elsewhere is not changed by us: %s', async (password, says) => {
    vi.stubEnv('GATEWAY_TEST_SECRET', 'x');
    const config = load({ accounts: [{ name: 'QQ', demo: 'qq' }], login: { password } });
    await expect(config.login.password.rotate()).rejects.toThrow(says);
  });

  it('an empty file is not replaced: somebody wanted something by it', async () => {
    const directory = makeDirectory();
    secretFile(directory, '');
    const config = load({ accounts: [{ name: 'QQ', demo: 'qq' }], login: { password: 'file:secret' } }, directory);
    await expect(config.login.password.load()).rejects.toThrow('whose first line is empty');
    expect(readFileSync(join(directory, 'secret'), 'utf8')).toBe('');
  });
});

describe('warnings', () => {
  it.each<[content: object, says: RegExp]>([
    [
      { accounts: [{ ...account, provider: 'hotmail' }] },
      /^accounts\[0\]\.provider "hotmail": Microsoft takes no passwords/,
    ],
    [
      {
        accounts: [
          {
            ...account,
            provider: 'generic',
            imap: { host: 'mail.lan', tls: 'none' },
            smtp: { host: 'localhost', tls: 'none' },
          },
        ],
      },
      /^accounts\[0\]\.imap\.tls is "none": the password and the mail cross the network to mail\.lan in clear/,
    ],
    [
      { accounts: [{ ...account, serverCertificate: { verify: false } }] },
      /^accounts\[0\]\.serverCertificate\.verify is false: whoever is between/,
    ],
    [
      { accounts: [{ name: 'QQ', demo: 'qq' }], mailboxes: { views: { 'Views/Unread': 'UNSEEN' } } },
      /^mailboxes\.views is not served by this version yet/,
    ],
  ])('%j', (content, says) => {
    const others = load(content).warnings.filter((warning) => !warning.includes('stands in the configuration'));
    expect(others).toEqual([expect.stringMatching(says)]);
  });
});
