import { describe, expect, it } from 'vitest';
import { countFetches, existsIn, responsesIn, searchIn, spread } from '../../bench/responses.js';

const bytes = (...lines: string[]): Buffer => Buffer.from(lines.map((line) => `${line}\r\n`).join(''), 'latin1');
const textsIn = (data: Buffer): string[] =>
  [...responsesIn(data)].map(([start, end]) => data.toString('latin1', start, end));

describe('responsesIn', () => {
  it.each<[string, Buffer, string[]]>([
    ['nothing', Buffer.alloc(0), []],
    ['lines', bytes('* 1 EXISTS', 'a OK'), ['* 1 EXISTS', 'a OK']],
    [
      'a literal in place',
      bytes('* 1 FETCH (BODY[] {5}', 'ab\n* )', 'a OK'),
      ['* 1 FETCH (BODY[] {5}\r\nab\n* )', 'a OK'],
    ],
    ['two literals', Buffer.from('* 1 FETCH (A {1}\r\nx B {2}\r\nyz)\r\n'), ['* 1 FETCH (A {1}\r\nx B {2}\r\nyz)']],
    ['an empty literal', Buffer.from('* 1 FETCH (A {0}\r\n)\r\n'), ['* 1 FETCH (A {0}\r\n)']],
    ['braces that announce nothing', bytes('* OK {x}', '* OK }', '* OK {}'), ['* OK {x}', '* OK }', '* OK {}']],
    ['an unfinished line', Buffer.from('* 1 EXISTS\r\n* 2 EX'), ['* 1 EXISTS']],
    ['an unfinished literal', Buffer.from('* 1 FETCH (A {9}\r\nx'), []],
  ])('%s', (_, data, expected) => expect(textsIn(data)).toEqual(expected));
});

describe('counting', () => {
  const literal = '* 9 FETCH (UID 9)\r\n';
  const data = bytes(
    '* 3 EXISTS',
    '* 1 FETCH (UID 1)',
    `* 2 FETCH (BODY[] {${literal.length}}`,
    `${literal})`,
    '* 2 EXPUNGE',
    '* 2 EXISTS',
    '* SEARCH 4 5',
    '* SEARCH',
    '* SEARCH 7 ',
    'a OK FETCH (done)',
  );
  it('counts FETCH responses, not what messages hold', () => expect(countFetches(data)).toBe(2));
  it('takes the last EXISTS', () => expect(existsIn(data)).toBe(2));
  it('knows no EXISTS', () => expect(existsIn(bytes('* 1 RECENT'))).toBeUndefined());
  it('joins SEARCH responses', () => expect(searchIn(data)).toEqual([4, 5, 7]));
});

describe('spread', () => {
  it('takes all when there are few', () => expect(spread([3, 1], 5)).toEqual([3, 1]));
  it('takes some of everywhere', () => expect(spread([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 4)).toEqual([0, 2, 5, 7]));
});
