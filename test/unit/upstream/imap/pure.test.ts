import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatRanges, mergeRanges, type NumberRanges, rangesInclude } from '../../../../src/mail/sequence-set.js';
import { loginRefusal, refusal } from '../../../../src/upstream/imap/errors.js';
import { formatInternalDate, headerBlock, parseInternalDate } from '../../../../src/upstream/imap/rows.js';
import { expandSet, rangesFrom, splitSet } from '../../../../src/upstream/imap/sets.js';
import { bigintOf, numberOf, uint32Of } from '../../../../src/upstream/imap/tokens.js';
import { retryAfterOf } from '../../../../src/upstream/providers/index.js';

const atom = (value: string) => ({ type: 'ATOM', value });

describe('sets', () => {
  test('pieces are ascending, short enough, and together the whole', () => {
    const range = fc
      .tuple(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 0, max: 50 }))
      .map(([low, span]) => [low, low + span] as const);
    fc.assert(
      fc.property(fc.array(range, { maxLength: 200 }), fc.integer({ min: 120, max: 3000 }), (ranges, max) => {
        const pieces = splitSet(ranges, 20, { maxCommandBytes: max });
        for (const { text, ranges: inside } of pieces) {
          expect(text.length).toBeLessThanOrEqual(max - 20);
          expect(text).toBe(formatRanges(inside));
        }
        expect(pieces.flatMap((piece) => piece.ranges)).toEqual(mergeRanges(ranges));
      }),
    );
  });

  const expanded: [string, number[] | undefined][] = [
    ['5', [5]],
    ['7,3:5', [7, 3, 4, 5]],
    ['5:3', [3, 4, 5]],
    ['', undefined],
    ['0', undefined],
    ['1:4294967295', undefined],
    ['4294967296', undefined],
    ['1:*', undefined],
    ['1,,2', undefined],
  ];
  test.each(expanded)('expands %j', (text, numbers) => {
    expect(expandSet(text, 1000)).toEqual(numbers);
  });

  const read: [string, NumberRanges][] = [
    [
      '41,43:116',
      [
        [41, 41],
        [43, 116],
      ],
    ],
    ['9:7,8', [[7, 9]]],
    ['1:4294967295', [[1, 4294967295]]],
    ['x,0,3', [[3, 3]]],
    ['', []],
  ];
  test.each(read)('reads %j', (text, ranges) => {
    expect(rangesFrom(text)).toEqual(ranges);
    expect(rangesInclude(rangesFrom(text), 0)).toBe(false);
  });
});

describe('dates', () => {
  const rows: [string, number][] = [
    ['17-Jul-1996 02:44:25 -0700', Date.UTC(1996, 6, 17, 9, 44, 25) / 1000],
    [' 1-Jan-2026 00:00:00 +0800', Date.UTC(2025, 11, 31, 16) / 1000],
    ['1-JAN-2026 00:00:00 +0000', Date.UTC(2026, 0, 1) / 1000],
    ['01-Xxx-2026 00:00:00 +0000', 0],
    ['yesterday', 0],
    ['', 0],
    ['01-Jan-1900 00:00:00 +0000', 0],
  ];
  test.each(rows)('%j', (text, seconds) => {
    expect(parseInternalDate(text)).toBe(seconds);
  });

  test('go out and come back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (seconds) => {
        expect(parseInternalDate(formatInternalDate(seconds).slice(1, -1))).toBe(seconds);
      }),
    );
  });
});

describe('numbers', () => {
  test.each([
    ['0', 0, 0, 0n],
    ['4294967295', 4294967295, 4294967295, 4294967295n],
    ['4294967296', 4294967296, undefined, 4294967296n],
    ['9223372036854775807', undefined, undefined, 9223372036854775807n],
    ['-1', undefined, undefined, undefined],
    ['1e3', undefined, undefined, undefined],
    ['', undefined, undefined, undefined],
    ['99999999999999999999', undefined, undefined, undefined],
  ])('%j', (text, number, uint32, bigint) => {
    expect([numberOf(atom(text)), uint32Of(atom(text)), bigintOf(atom(text))]).toEqual([number, uint32, bigint]);
  });
});

describe('header blocks', () => {
  test.each([
    ['Subject: x\r\n\r\n', 'Subject: x\r\n\r\n'],
    ['Subject: x\r\n', 'Subject: x\r\n\r\n'],
    ['Subject: x', 'Subject: x\r\n\r\n'],
    ['\r\n', '\r\n'],
    ['', '\r\n'],
  ])('%j', (text, block) => {
    expect(headerBlock({ type: 'LITERAL', value: Buffer.from(text) })).toBe(block);
  });
  test('NIL', () => {
    expect(headerBlock(null)).toBe('\r\n');
  });
});

describe('refusals', () => {
  test.each([
    ['Suggested Backoff Time: 92415 milliseconds', 92_415],
    ['Too many requests, try again in 5 minutes', 300_000],
    ['Please wait 30 seconds', 30_000],
    ['retry after 10', 10_000],
    ['retry after 99999999999 minutes', 86_400_000],
    ['message 12 not found', undefined],
  ])('%j', (text, ms) => {
    expect(retryAfterOf(text)).toBe(ms);
  });

  test('say nothing that could break a line', () => {
    const { message, details } = refusal('COPY', {
      code: 'NO\u0000PE',
      text: 'a\r\nb\u0000c'.repeat(500),
    });
    for (const text of [message, details.serverText ?? '']) {
      expect(text).not.toMatch(/[\r\n\0]/);
      expect(text.length).toBeLessThan(700);
    }
  });

  test('of a login that may be a rate limit are auth, and not to be tried at once', () => {
    const text =
      'Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy.';
    expect(loginRefusal({ code: undefined, text }, 900_000)).toMatchObject({
      kind: 'auth',
      details: { retryAfterMs: 900_000 },
    });
    expect(loginRefusal({ code: 'UNAVAILABLE', text: '' }, 900_000)).toMatchObject({ kind: 'transient' });
    expect(loginRefusal({ code: 'ALERT', text: 'Wrong' }, undefined)).toMatchObject({
      kind: 'auth',
      details: {},
    });
  });
});
