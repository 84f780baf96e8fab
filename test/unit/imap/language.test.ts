import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { inLanguage, lookUpLanguage } from '../../../src/imap/language.js';

it.each<[ranges: string[], language: string | undefined]>([
  [['zh'], 'zh'],
  [['ZH-hant-TW'], 'zh'],
  [['de', 'en-GB', 'zh'], 'en'],
  [['i-default'], 'i-default'],
  [['I-Default'], 'i-default'],
  [['default'], 'i-default'],
  [['*'], 'i-default'],
  [['de', 'fr'], undefined],
  // No prefix of letters: whole subtags.
  [['zhx'], undefined],
  [['e'], undefined],
  [[''], undefined],
  [['-zh'], undefined],
])('RFC 4647 §3.4: %j is %s', (ranges, language) => expect(lookUpLanguage(ranges)).toBe(language));

const utf8 = (wireText: string): string => Buffer.from(wireText, 'latin1').toString('utf8');

it.each([
  ['OK NOOP completed', 'OK NOOP 已完成'],
  ['OK UID FETCH completed', 'OK UID FETCH 已完成'],
  ['OK [READ-WRITE] SELECT completed', 'OK [READ-WRITE] SELECT 已完成'],
  ['OK [COPYUID 1 2:3 4:5] done', 'OK [COPYUID 1 2:3 4:5] done'],
  ['NO [TOOBIG] messages may have at most 50000000 bytes here', 'NO [TOOBIG] 这里的邮件最大 50000000 字节'],
  ['NO [UNAVAILABLE] QQ is not what anybody has translated', 'NO [UNAVAILABLE] QQ is not what anybody has translated'],
  ['BYE the gateway is stopping', 'BYE 网关正在停止'],
  ['NO constructor', 'NO constructor'],
])('%s', (english, chinese) => {
  expect(utf8(inLanguage(english, 'zh'))).toBe(chinese);
  expect(inLanguage(english, 'en')).toBe(english);
  expect(inLanguage(english, 'i-default')).toBe(english);
});

const sources = ['imap', 'core', 'mail'].flatMap((room) => {
  const directory = new URL(`../../../src/${room}/`, import.meta.url);
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(new URL(name, directory), 'utf8'));
});
const texts = (pattern: RegExp): string[] =>
  sources.flatMap((source) => [...source.matchAll(pattern)].map(([, text = '']) => text));
const untold = (refusals: readonly string[]): string[] =>
  refusals.filter((text) => inLanguage(`NO ${text}`, 'zh') === `NO ${text}`);

it('every refusal and goodbye that is told in fixed words is told in Chinese too', () => {
  const refusals = texts(/(?:MailboxError\(\s*'[A-Z]+',|BadCommandError\(|ByeError\(|bye\()\s*'([^'\n]+)'/g);
  expect(refusals.length).toBeGreaterThan(80);
  expect(untold(refusals)).toEqual([]);
});

it('so is every one with a name or a number in it', () => {
  const refusals = texts(/(?:MailboxError\([^`(]*,|BadCommandError\(|ByeError\()\s*`([^`\n]+)`/g);
  expect(refusals.length).toBeGreaterThan(10);
  expect(untold(refusals.map((text) => text.replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '5')))).toEqual([]);
});
