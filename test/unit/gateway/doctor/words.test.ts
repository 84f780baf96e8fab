// Every text of the doctor is in both languages, and the Chinese one in Chinese alone.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KNOWN_PROVIDERS } from '../../../../src/config/index.js';
import * as accountWords from '../../../../src/gateway/doctor/account-words.js';
import { quoted, type Said } from '../../../../src/gateway/doctor/finding.js';
import * as networkWords from '../../../../src/gateway/doctor/network-words.js';
import * as words from '../../../../src/gateway/doctor/words.js';
import { providerOf } from '../../../../src/upstream/providers/index.js';
import { appPasswordOf, REMEDIES } from '../../../../src/upstream/providers/remedies.js';
import { englishIn, hasChinese } from '../../../support/chinese.js';

const isSaid = (value: unknown): value is Said => typeof (value as Said)?.zh === 'string';
const FACT = 1_700_000_000_000;
/** What each text that needs facts is given; the numbers it is called with otherwise. */
const FACTS: Readonly<Record<string, readonly unknown[]>> = {
  certificateSeen: ['TLSv1.3', { name: 'mail.example.org', issuer: 'mail.example.org', until: '2026-12-01' }],
  certificateWords: ['ca'],
  closeToOthers: [['/data/password']],
  clockSeen: ['2026-12-01', '2026-12-02'],
  failureSaid: [Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })],
  metToo: [quoted('no')],
  portNotReached: ['imaps'],
  portReached: ['imaps'],
  saysOtherwise: ['HTTP/1.1 400 Bad Request'],
  since: [FACT, 'the server went away'],
  waitsForIt: [quoted('no')],
  isNoTls: [''],
};
/** Those whose text depends on a code. */
const CODES: Readonly<Record<string, readonly unknown[]>> = {
  connectRemedy: ['ECONNREFUSED', 'ETIMEDOUT'],
  certificateRemedy: ['CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'EPROTO', 'SELF_SIGNED_CERT_IN_CHAIN'],
  silentRemedy: [true, false],
};

/** All the texts in it. */
function textsIn(name: string, value: unknown): [string, Said][] {
  if (isSaid(value)) return [[name, value]];
  if (typeof value === 'function' && /^class /.test(String(value))) return [];
  if (typeof value === 'function')
    return (CODES[name]?.map((code) => [code]) ?? [FACTS[name] ?? [3, 7]]).flatMap((facts) =>
      textsIn(name, value(...facts)),
    );
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => textsIn(`${name}.${key}`, part));
}

const of = (room: object) => Object.entries(room).flatMap(([name, value]) => textsIn(name, value));
const signIn = KNOWN_PROVIDERS.flatMap((name) => textsIn(name, providerOf(name)?.traits));

test.each([...of(words), ...of(networkWords), ...of(accountWords), ...of(REMEDIES), ...signIn])(
  '%s',
  (_, { en, zh }) => {
    expect(en).not.toBe('');
    expect(hasChinese(en)).toBe(false);
    expect(hasChinese(zh), zh).toBe(true);
    expect(englishIn(zh), zh).toEqual([]);
  },
);

test('there are texts of every kind; none is written anywhere else', () => {
  expect(of(words).length).toBeGreaterThan(55);
  expect(signIn.length).toBeGreaterThan(5);
  const directory = 'src/gateway/doctor';
  const others = readdirSync(directory).filter((file) => !/words\.ts$|^finding\.ts$/.test(file));
  for (const file of others) {
    const text = readFileSync(join(directory, file), 'utf8');
    expect(text.match(/\bsaid\(\s*['"].*/g), file).toBeNull();
    expect(hasChinese(text.replaceAll('：', '')), file).toBe(false);
  }
});

test('the look for English finds some', () => {
  expect(englishIn('自 10:30 起: nothing was sent（IMAP）')).toEqual(['nothing', 'was', 'sent']);
  expect(
    englishIn('服务器：“wrong password”，"gateway sync"，mail.example.org:993，/data/gateway.db，ENOTFOUND'),
  ).toEqual([]);
  expect(appPasswordOf('Gmail').zh).toMatch(/Gmail/);
});
