import { describe, expect, test } from 'vitest';
import { isTooMuch, matcher } from '../../../src/imap/commands/list-pattern.js';

describe('a pattern', () => {
  test.each([
    ['*', 'a/b', true],
    ['%', 'a/b', false],
    ['%', 'a', true],
    ['%/%', 'a/b', true],
    ['%/%', 'a/b/c', false],
    ['a%*', 'a/b', true],
    ['*/b', 'a/b', true],
    ['*%', 'a/b', true],
    ['', '', true],
    ['', 'a', false],
    ['a', 'A', false],
    ['inbox', 'INBOX', true],
    ['iN%', 'INBOX', true],
    ['i%x/SUB', 'INBOX/sub', false],
    ['i%x/sub', 'INBOX/sub', true],
    ['inboxes', 'INBOXES', false],
    ['INBOXES', 'INBOXES', true],
    ['qq/inbox', 'QQ/INBOX', false],
    // Beyond the basic plane: two code units, one character.
    ['\u{1f600}', '\u{1f600}', true],
    ['\u{1f600}/%', '\u{1f600}/x', true],
    ['%\u{1f600}', 'x\u{1f600}', true],
    // Decomposed in the pattern, composed in the name.
    ['caf\u0065\u0301', 'caf\u00e9', true],
  ])('%s on %s: %s', (pattern, path, matches) => expect(matcher(pattern)(path)).toBe(matches));

  test('costs no more than pattern × path', () => {
    const wild = matcher(`${'a*'.repeat(2_000)}b`);
    expect(wild('a'.repeat(1_000))).toBe(false);
    expect(matcher('%a'.repeat(400))(`${'a'.repeat(999)}b`)).toBe(false);
  });
});

test('more patterns than any client has names for are too much', () => {
  expect(isTooMuch(['*', 'INBOX', 'x'.repeat(1_000)])).toBe(false);
  expect(isTooMuch(['x'.repeat(10_000)])).toBe(true);
  expect(isTooMuch(Array.from({ length: 500 }, () => '*'))).toBe(true);
});
