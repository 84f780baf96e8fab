import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeBodyStructure } from '../../../../src/upstream/imap/body-structure-writer.js';
import { parseFetchLine } from '../../../../src/upstream/imap/fetch-line.js';
import type { Token } from '../../../../src/upstream/imap/tokens.js';

/** The token of a body structure as a server writes it. */
function tokenOf(text: string, literals: readonly Buffer[] = []): Token | undefined {
  return parseFetchLine({ payload: Buffer.from(`* 1 FETCH (BODYSTRUCTURE ${text})`, 'latin1'), literals })?.items[1];
}

const PLAIN = '("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 12 1)';
const ENVELOPE =
  '("Thu, 1 Jan 2026 10:00:00 +0000" "s" (("A" NIL "a" "b.test")("B" NIL "b" "b.test")) NIL NIL NIL NIL NIL NIL "<1@b.test>")';

const kept: string[] = [
  PLAIN,
  '("text" "plain" NIL NIL NIL "7bit" 0 0 NIL NIL NIL NIL)',
  '("application" "pdf" ("name" "a \\"b\\" \\\\c") "<id>" "a description" "base64" 1234 NIL ("attachment" ("filename" "x.pdf")) ("en" "de") "loc")',
  `(${PLAIN}${PLAIN} "mixed" ("boundary" "b") NIL NIL NIL)`,
  `((${PLAIN}${PLAIN} "alternative" ("boundary" "i"))${PLAIN} "mixed")`,
  `("message" "rfc822" NIL NIL NIL "7bit" 500 ${ENVELOPE} ${PLAIN} 20 NIL ("inline" NIL))`,
  `("message" "rfc822" NIL NIL NIL "7bit" 500 ${ENVELOPE} (${PLAIN}${PLAIN} "digest") 20)`,
  '("image" "png" NIL NIL NIL "base64" 4294967295 NIL NIL NIL NIL ("x" (1 "y" (NIL 2))) 7)',
];

test.each(kept)('is written as it was read: %s', (text) => {
  expect(writeBodyStructure(tokenOf(text))).toBe(text);
});

const mended: [string, string][] = [
  ['(TEXT PLAIN (CHARSET utf-8) NIL NIL 7BIT 12 1)', '("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 12 1)'],
  ['("text" "plain" () NIL NIL NIL 12 -1)', '("text" "plain" NIL NIL NIL "7BIT" 12 0)'],
  ['("text" "plain" ("charset" NIL) NIL NIL "7bit" "12" "1")', '("text" "plain" ("charset" "") NIL NIL "7bit" 12 1)'],
  ['("a" "b" NIL NIL NIL "7bit" 999999999999)', '("a" "b" NIL NIL NIL "7bit" 4294967295)'],
  ['("a"  "b" NIL NIL   NIL "7bit" 1 )', '("a" "b" NIL NIL NIL "7bit" 1)'],
];

test.each(mended)('is mended: %s', (text, written) => {
  expect(writeBodyStructure(tokenOf(text))).toBe(written);
});

const broken = [
  'NIL',
  '"text"',
  '()',
  '("text")',
  '("text" "plain")',
  '("text" "plain" NIL NIL NIL "7bit" 12)',
  '("text" "plain" ("odd") NIL NIL "7bit" 12 1)',
  '("text" "plain" "charset" NIL NIL "7bit" 12 1)',
  '("text" NIL NIL NIL NIL "7bit" 12 1)',
  '("text" "plain" NIL NIL NIL "7bit" twelve 1)',
  '("message" "rfc822" NIL NIL NIL "7bit" 500)',
  '("message" "rfc822" NIL NIL NIL "7bit" 500 NIL NIL 3)',
  '("mixed" ("boundary" "b") NIL NIL)',
  `(${PLAIN}${PLAIN})`,
  `(${PLAIN} NIL)`,
  `(NIL ${PLAIN} "mixed")`,
  `(${PLAIN}("text" "plain") "mixed")`,
];

test.each(broken)('is broken: %s', (text) => {
  expect(writeBodyStructure(tokenOf(text))).toBeUndefined();
});

test('what a quoted string cannot hold goes as a literal, without NUL', () => {
  const name = Buffer.from('caf\u00e9\r\n\0.pdf', 'latin1');
  const token = tokenOf(`("application" "pdf" ("name" {${name.length}}\r\n) NIL NIL "base64" 5)`, [name]);
  expect(writeBodyStructure(token)).toBe('("application" "pdf" ("name" {10}\r\ncaf\u00e9\r\n.pdf) NIL NIL "base64" 5)');
});

test('whatever the tokens are, it answers, and what it writes it can read again', () => {
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constant('NIL'),
      fc.constantFrom('"text"', '"plain"', '"a"', '7', '-1', 'x'),
      tie('list'),
    ),
    list: fc.array(tie('value') as fc.Arbitrary<string>, { maxLength: 10 }).map((items) => `(${items.join(' ')})`),
  }));
  fc.assert(
    fc.property(value as fc.Arbitrary<string>, (text) => {
      const written = writeBodyStructure(tokenOf(text));
      if (written !== undefined) expect(writeBodyStructure(tokenOf(written))).toBe(written);
    }),
  );
});
