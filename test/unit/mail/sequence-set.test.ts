import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countRanges,
  formatRanges,
  mergeRanges,
  parseSequenceSet,
  rangesInclude,
  rangesOf,
  resolveSet,
} from '../../../src/mail/sequence-set.js';

describe('parse and resolve', () => {
  it.each<[string, number, string]>([
    ['1', 9, '1'],
    ['2:4', 9, '2:4'],
    ['4:2', 9, '2:4'],
    ['*', 9, '9'],
    ['7:*', 9, '7:9'],
    ['*:7', 9, '7:9'],
    // RFC 9051 §9, seq-range: n:* holds the last one, whatever n is.
    ['12:*', 9, '9:12'],
    ['1,3,2', 9, '1:3'],
    ['5,1:2,4', 9, '1:2,4:5'],
    ['1:4294967295', 9, '1:4294967295'],
    ['*', 0, ''],
  ])('%s of %d', (text, largest, expected) => {
    expect(formatRanges(resolveSet(parseSequenceSet(text), largest))).toBe(expected);
  });

  it.each(['', '0', '1:0', '4294967296', '1:2:3', ',', '1,', '01', '-1', '1-2', ' 1', 'x', '**', '1'.repeat(30)])(
    '%j is none',
    (text) => {
      expect(() => parseSequenceSet(text)).toThrow(RangeError);
    },
  );

  it('at most ten thousand elements', () => {
    expect(parseSequenceSet(Array(10_000).fill('1').join(',')).ranges).toHaveLength(10_000);
    expect(() => parseSequenceSet(Array(10_001).fill('1').join(','))).toThrow('too many');
  });
});

describe('ranges', () => {
  const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 300 }), { maxLength: 60 });

  it('hold exactly the numbers they were made of', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const ascending = [...values].sort((a, b) => a - b);
        const ranges = rangesOf(ascending);
        expect(countRanges(ranges)).toBe(values.length);
        for (let i = 0; i <= 301; i++) expect(rangesInclude(ranges, i)).toBe(values.includes(i));
        if (values.length > 0) expect(resolveSet(parseSequenceSet(formatRanges(ranges)), 1)).toEqual(ranges);
      }),
    );
  });

  it('are merged whatever their order', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        expect(mergeRanges(values.map((value) => [value, value] as const))).toEqual(
          rangesOf([...values].sort((a, b) => a - b)),
        );
      }),
    );
  });
});
