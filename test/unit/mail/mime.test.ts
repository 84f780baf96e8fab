import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodyOf, bodyStructureOf } from '../../../src/mail/body-structure.js';
import { parseMime } from '../../../src/mail/mime.js';
import { parseContentType } from '../../../src/mail/mime-parameters.js';
import { type SectionKind, sectionRange } from '../../../src/mail/sections.js';
import { BROKEN } from '../../support/broken-messages.js';
import { checkStructure, ResponseReader } from '../../support/imap-grammar.js';

const bytesOf = (text: string) => Buffer.from(text, 'latin1');
const structure = (text: string) => bodyStructureOf(bytesOf(text), parseMime(bytesOf(text)));
const part = (text: string, numbers: number[], what: SectionKind = 'ALL') => {
  const range = sectionRange(parseMime(bytesOf(text)), numbers, what);
  return range && text.slice(range.start, range.end);
};
const checked = (text: string) => {
  const made = structure(text);
  for (const [value, extended] of [
    [made, true],
    [bodyOf(made), false],
  ] as const) {
    const reader = new ResponseReader(value);
    checkStructure(reader.value(), extended);
    expect(reader.atEnd).toBe(true);
  }
};

describe('BODYSTRUCTURE', () => {
  it.each<[string, string]>([
    ['Subject: x\r\n\r\na\r\nb\r\n', '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 6 2 NIL NIL NIL NIL)'],
    [
      'Content-Type: Text/HTML; CHARSET="utf-8"\r\n\r\n',
      '("Text" "HTML" ("CHARSET" "utf-8") NIL NIL "7bit" 0 0 NIL NIL NIL NIL)',
    ],
    [
      'Content-Type: application/pdf; name="a b.pdf"\r\nContent-Disposition: attachment; filename="a b.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA',
      '("application" "pdf" ("name" "a b.pdf") NIL NIL "base64" 4 NIL ("attachment" ("filename" "a b.pdf")) NIL NIL)',
    ],
    // A multipart without parts is told as one with an empty part: the grammar wants one.
    [
      'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b--',
      '(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0 NIL NIL NIL NIL) "mixed" ("boundary" "b") NIL NIL NIL)',
    ],
  ])('%j', (message, expected) => {
    expect(structure(message)).toBe(expected);
  });

  it.each(BROKEN)('%s: what a client can read', (_, message) => checked(message));

  it('of any bytes at all: what a client can read', () => {
    const words = [
      'Content-Type: multipart/mixed; boundary=b\r\n',
      'Content-Type: message/rfc822\r\n',
      'Content-Type: text/html; charset="x\r\n',
      'Content-Transfer-Encoding: base64\r\n',
      'Content-Disposition: x; y=\xff\r\n',
      'Content-Language: a, b\r\n',
      ...['\r\n', '--b\r\n', '--b--\r\n', '\n', 'text\r\n', '\0', '"', '(', ';', 'From: a@b\r\n'],
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 40 }), (parts) => checked(parts.join(''))),
      { numRuns: 500 },
    );
  });
});

describe('sections', () => {
  const text = readFileSync(new URL('../../fixtures/multipart.eml', import.meta.url)).toString('latin1');

  it.each<[number[], SectionKind, RegExp | undefined]>([
    [[], 'ALL', /^From: [\s\S]*epilogue\r\n$/],
    [[], 'HEADER', /^From: [\s\S]*boundary="outer"\r\n\r\n$/],
    [[], 'TEXT', /^preamble[\s\S]*epilogue\r\n$/],
    [[1], 'ALL', /^--inner[\s\S]*--inner--$/],
    [[1, 1], 'ALL', /^5L2g5aW9IHdvcmxkCg==$/],
    [[1, 1], 'MIME', /^Content-Type: text\/plain[\s\S]*base64\r\n\r\n$/],
    [[1, 2], 'ALL', /^<p>hello<\/p>$/],
    [[2], 'HEADER', /^From: old@[\s\S]*deep\r\n\r\n$/],
    [[2], 'TEXT', /^--deep[\s\S]*--deep--$/],
    [[2, 1], 'ALL', /^deep text$/],
    [[2, 2], 'MIME', /^Content-Type: application\/pdf[\s\S]*de\r\n\r\n$/],
    [[3], 'ALL', /^R0lGODlhAQABAAAAACw=$/],
    [[4], 'ALL', undefined],
    [[1, 1, 1], 'ALL', undefined],
    [[1], 'HEADER', undefined],
    [[3], 'TEXT', undefined],
    [[2, 3], 'ALL', undefined],
  ])('%j %s', (numbers, what, expected) => {
    const found = part(text, numbers, what);
    if (expected) expect(found).toMatch(expected);
    else expect(found).toBeUndefined();
  });

  it('part 1 of a message that is no multipart is its body', () => {
    expect(part('Subject: x\r\n\r\nbody', [1])).toBe('body');
    expect(part('Subject: x\r\n\r\nbody', [2])).toBeUndefined();
    expect(part('Subject: x\r\n\r\nbody', [1, 1])).toBeUndefined();
  });

  it.each(BROKEN)('header and text of %s are the whole of it', (_, message) => {
    expect(`${part(message, [], 'HEADER')}${part(message, [], 'TEXT')}`).toBe(message);
  });
});

describe('time', () => {
  it.each([
    ['delimiters', `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n'.repeat(100_000)}`],
    ['dashes', `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'\n--'.repeat(300_000)}`],
    ['levels', 'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n'.repeat(5_000)],
    ['messages', 'Content-Type: message/rfc822\r\n\r\n'.repeat(20_000)],
    ['parameters', `Content-Type: text/plain${'; a=b'.repeat(100_000)}\r\n\r\nx`],
    ['comments', `Content-Type: text/plain${'('.repeat(100_000)}\r\n\r\nx`],
    ['fields', `${'X: y\r\n'.repeat(100_000)}\r\nx`],
  ])('a megabyte of %s is taken apart in no time', (_, message) => {
    const started = performance.now();
    checked(message);
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});

describe('parseContentType', () => {
  it.each<[string, string, [string, string][]]>([
    ['text/plain', 'text/plain', []],
    ['text/plain; charset=utf-8', 'text/plain', [['charset', 'utf-8']]],
    [
      'a/b; N="x; y\\"z" (note); m = 1',
      'a/b',
      [
        ['N', 'x; y"z'],
        ['m', '1'],
      ],
    ],
    ['a/b (c; d); e=f', 'a/b', [['e', 'f']]],
    ['a/b;;; =x; y; z=', 'a/b', [['z', '']]],
    ['a/b; n="open', 'a/b', []],
    [
      'a/b; n=x y; m=1',
      'a/b',
      [
        ['n', 'x'],
        ['m', '1'],
      ],
    ],
    ['a/b c; n=x', '', []],
    ['a', '', []],
    ['"a"/b', '', []],
    // RFC 2231 §3 and §4.1: continuations are one value; an incomplete one stays as it is.
    [
      'a/b; n*1=two; n*0="one "; m=1',
      'a/b',
      [
        ['m', '1'],
        ['n', 'one two'],
      ],
    ],
    ["a/b; n*0*=utf-8''%e4; n*1=x", 'a/b', [['n*', "utf-8''%e4x"]]],
    [
      'a/b; n*0=one; n*2=three',
      'a/b',
      [
        ['n*0', 'one'],
        ['n*2', 'three'],
      ],
    ],
    ['', '', []],
  ])('%j', (text, value, params) => {
    expect(parseContentType(text)).toEqual({ value, params });
  });
});
