// Whether a Chinese text is wholly Chinese: what may stand in it in Latin letters is named here.
import { expect } from 'vitest';
import { configurationInChinese } from '../../src/config/index.js';

/** Names of protocols, formats and units, the providers' own names, and words of the configuration that are told bare. */
const ALLOWED = new Set(
  `AOL API CA CONDSTORE COPYUID APPENDUID DNS EHLO Exmail Fastmail FILE GB Gmail Google Hotmail ID IDLE IMAP IMAPS INBOX IP JSON JavaScript MB
  Microsoft NAMESPACE NAME Node OAuth PEM PARTIAL QQ QRESYNC RFC822 SIZE SMTP SMTPS SPF DKIM SQLite SSL STARTTLS STATUS SEARCH TLS
  Recovered UIDPLUS UTC Yahoo Tencent Workspace UIDVALIDITY CAPABILITY PERMANENTFLAGS Outlook com iCloud
  kB ms s min h true false null schema`.split(/\s+/),
);

/** Commands and settings, servers' words, paths, addresses, host names, codes in capitals. */
const QUOTED = [/"[^"]*"/g, /“[^”]*”/g, /(?<![\w.])(?:\/|\.{1,2}\/|[A-Z]:\\)[^\s，：（）]*/g, /\S+@\S+/g];
const FACTS = [
  /\b(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?\b/g,
  /\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g,
  /\bE[A-Z]{4,}\b/g,
  /--[a-z-]+/g,
  /[a-z]+\[\d+\][\w.[\]]*/g,
  /TLSv[\d.]+/g,
];

/** The English words in it that are not allowed. */
export function englishIn(chinese: string): string[] {
  const bare = [...QUOTED, ...FACTS].reduce((text, pattern) => text.replace(pattern, ' '), chinese);
  return (bare.match(/[A-Za-z][A-Za-z0-9'’-]*/g) ?? []).filter((word) => !ALLOWED.has(word));
}

export const hasChinese = (text: string): boolean => /\p{Script=Han}/u.test(text);

/** A complaint or warning of the configuration has a Chinese form, with the field's name and what it quotes as they are. */
export function expectChinese(line: string, file: string): void {
  const chinese = configurationInChinese(line);
  expect(chinese, line).toBeDefined();
  const [, text = ''] =
    /^(?:\d+:\d+ )?(?:[\w.[\]$]+|\S*".*?"\S*)?(.*)$/.exec(
      (chinese ?? '').replace(file, '').replace(/^:\d+:\d+: /, ''),
    ) ?? [];
  expect(englishIn(text), chinese).toEqual([]);
}
