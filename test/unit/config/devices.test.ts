// login.devices: what is wrong with them, where, and what comes of good ones.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MASKABLE_WORDS, UNMASKABLE_WORDS } from '../../../src/config/capability-words.js';
import { ConfigError, loadConfig } from '../../../src/config/index.js';
import { expectChinese } from '../../support/chinese.js';
import { temporaryDirectories } from '../../support/temporary-directory.js';

const makeDirectory = temporaryDirectories();

function configOf(login: object, directory = makeDirectory()) {
  const file = join(directory, 'gateway.config.json');
  writeFileSync(file, JSON.stringify({ accounts: [{ name: 'QQ', demo: 'qq' }], login }, undefined, 1));
  return loadConfig(file);
}

function complaints(login: object): string[] {
  try {
    configOf(login);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const line of error.message.split('\n')) expectChinese(line, error.file);
    return error.problems.map(({ field, text, position }) => `${position?.line}: ${field} ${text}`);
  }
}

const phone = { name: 'phone', password: 'hush' };
const withWords = (...withoutCapabilities: string[]) => ({ devices: [{ ...phone, withoutCapabilities }] });

describe('a mistake in login.devices', () => {
  it.each<[login: object, says: string[]]>([
    [
      { devices: [{ name: 'phone' }] },
      ['10: login.devices[0].password is missing: it must be a text in quotation marks'],
    ],
    [{ devices: [{ password: 'x' }] }, ['10: login.devices[0].name is missing: it must be a text in quotation marks']],
    [
      { devices: [{ ...phone, pasword: 1 }] },
      ['13: login.devices[0].pasword is not a setting: did you mean "password"?'],
    ],
    [{ devices: [{ name: '', password: 'x' }] }, ['11: login.devices[0].name must not be empty']],
    [{ devices: [{ name: 'a\nb', password: 'x' }] }, ['11: login.devices[0].name must not contain control characters']],
    [
      { devices: [phone, { name: 'Phone', password: 'other' }] },
      ['15: login.devices[1].name "Phone" is taken: login.devices[0] is called so; give each device its own name'],
    ],
    [
      { user: 'Li', devices: [{ name: 'li', password: 'other' }] },
      [
        '12: login.devices[0].name "li" is taken: login.user is called so, and is a device too; give each device its own name',
      ],
    ],
    [
      { devices: [phone, { name: 'tablet', password: 'hush' }] },
      [
        '16: login.devices[1].password is the password of "phone" too: the password tells the devices apart, so give each its own',
      ],
    ],
    [
      { password: 'file:data/p', devices: [{ name: 'phone', password: 'file:./data/../data/p' }] },
      [
        '13: login.devices[0].password is the password of "me" too: the password tells the devices apart, so give each its own',
      ],
    ],
    [
      withWords('QRESINC'),
      [
        '14: login.devices[0].withoutCapabilities[0] "QRESINC" is no capability this gateway knows: did you mean "QRESYNC"?',
      ],
    ],
    [
      withWords('MOVE', 'xyzzyplugh'),
      [
        `15: login.devices[0].withoutCapabilities[1] "xyzzyplugh" is no capability this gateway knows; IMAP's CAPABILITY command lists them`,
      ],
    ],
    [
      withWords('imap4rev1'),
      [
        '14: login.devices[0].withoutCapabilities[0] "imap4rev1" cannot be left out: it is what everything else stands on',
      ],
    ],
    [
      { withoutCapabilities: ['AUTH=PLAIN'] },
      [
        '10: login.withoutCapabilities[0] "AUTH=PLAIN" cannot be left out: it is told before it is known which device it is',
      ],
    ],
    [withWords('MOVE', 'move'), ['15: login.devices[0].withoutCapabilities[1] "move" stands here a second time']],
  ])('%j', (login, says) => expect(complaints(login)).toEqual(says));

  it('two files with the same password', () => {
    const directory = makeDirectory();
    mkdirSync(join(directory, 'data'));
    for (const name of ['password', 'phone']) writeFileSync(join(directory, 'data', name), 'the same\n');
    expect(() => configOf({ devices: [{ name: 'phone', password: 'file:data/phone' }] }, directory)).toThrow(
      'login.devices[0].password is the password of "me" too',
    );
  });
});

describe('devices', () => {
  it('are the one named after the user, and the others', () => {
    const { login } = configOf({
      withoutCapabilities: ['Thread'],
      devices: [{ ...phone, withoutCapabilities: ['qresync', 'COMPRESS=DEFLATE', 'IMAP4rev2'] }],
    });
    expect(login.devices.map(({ name, withoutCapabilities }) => [name, withoutCapabilities])).toEqual([
      ['me', ['THREAD']],
      ['phone', ['QRESYNC', 'COMPRESS=DEFLATE', 'IMAP4REV2']],
    ]);
    expect(login.password).toBe(login.devices[0]?.password);
  });

  it('get a random password of their own in the file they name', async () => {
    const { login } = configOf({ devices: [{ name: 'phone', password: 'file:data/phone' }] });
    const [mine, phones] = await Promise.all(
      login.devices.map(async ({ password }) => (await password.load()).reveal()),
    );
    expect(phones).toMatch(/^([a-z0-9]{5}-){3}[a-z0-9]{5}$/);
    expect(phones).not.toBe(mine);
  });

  it('no word is both', () => {
    expect(MASKABLE_WORDS.filter((word) => word in UNMASKABLE_WORDS)).toEqual([]);
  });
});
