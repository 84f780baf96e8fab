import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dayOf,
  formatInternalDate,
  parseDateHeader,
  parseInternalDate,
  parseSearchDay,
} from '../../../src/mail/dates.js';

const iso = (raw: string): string | undefined => {
  const date = parseDateHeader(raw);
  return date && new Date(date.unixSeconds * 1000).toISOString().slice(0, 19);
};

describe('parseDateHeader', () => {
  it.each<[string, string | undefined]>([
    ['Tue, 3 Feb 2026 09:30:00 +0800', '2026-02-03T01:30:00'],
    ['3 Feb 2026 09:30 GMT', '2026-02-03T09:30:00'],
    ['Tue,3 Feb 2026 09:30:00 -0330 (NST)', '2026-02-03T13:00:00'],
    ['Tue, 03 February 2026 09:30:00 EST', '2026-02-03T14:30:00'],
    ['3-Feb-2026 09:30:00 Z', '2026-02-03T09:30:00'],
    ['3 Feb 26 09:30:00 UT', '2026-02-03T09:30:00'],
    ['3 Feb 99 09:30:00 +0000', '1999-02-03T09:30:00'],
    ['3 Feb 126 09:30:00 +0000', '2026-02-03T09:30:00'],
    ['3 Feb 2026', '2026-02-03T00:00:00'],
    ['3 Feb 2026 09:30:00', '2026-02-03T09:30:00'],
    ['3 Feb 2026 09:30:00 NOWHERE', '2026-02-03T09:30:00'],
    ['', undefined],
    ['yesterday', undefined],
    ['32 Feb 2026 00:00:00 +0000', undefined],
    ['3 Foo 2026 00:00:00 +0000', undefined],
    ['3 Feb 2026 25:00:00 +0000', '2026-02-03T00:00:00'],
    ['3 Feb 2026 09:61 +0800', '2026-02-02T16:00:00'],
    ['31 Jan 2026 24:00:00 +0000', '2026-01-31T00:00:00'],
    ['31 Dec 2025 23:59:60 +0000', '2026-01-01T00:00:00'],
    ['30 Feb 2026 10:00:00 +0000', undefined],
    [`${'('.repeat(50_000)} 3 Feb 2026`, undefined],
  ])('%.60s', (raw, expected) => {
    expect(iso(raw)).toBe(expected);
  });

  it('makes something or nothing of any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (raw) => {
        const date = parseDateHeader(raw);
        if (date) expect(Number.isFinite(date.unixSeconds)).toBe(true);
      }),
    );
  });
});

describe('INTERNALDATE', () => {
  it.each<[number, string]>([
    [0, '"01-Jan-1970 00:00:00 +0000"'],
    [-1, '"31-Dec-1969 23:59:59 +0000"'],
    [1_770_084_600, '"03-Feb-2026 02:10:00 +0000"'],
    [253_402_300_799, '"31-Dec-9999 23:59:59 +0000"'],
  ])('%d', (seconds, expected) => {
    expect(formatInternalDate(seconds)).toBe(expected);
    expect(parseInternalDate(expected)).toBe(seconds);
  });

  it('what is written is read again', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2_000_000_000, max: 250_000_000_000 }), (seconds) => {
        expect(parseInternalDate(formatInternalDate(seconds))).toBe(seconds);
      }),
    );
  });

  it.each(['', '3-Feb-2026', '03-Foo-2026 00:00:00 +0000', '03-Feb-2026 00:00:00 GMT', 'x'.repeat(100_000)])(
    '%.30s is none',
    (text) => {
      expect(parseInternalDate(text)).toBeUndefined();
    },
  );
});

describe('days', () => {
  it.each([
    ['1-Feb-2026', { year: 2026, month: 2, day: 1 }],
    ['01-feb-2026', { year: 2026, month: 2, day: 1 }],
    ['0-Feb-2026', undefined],
    ['32-Feb-2026', undefined],
    ['1-Foo-2026', undefined],
    ['1-Feb-26', undefined],
    ['1 Feb 2026', undefined],
  ])('%s', (text, day) => {
    expect(parseSearchDay(text)).toEqual(day);
  });

  it('at an offset', () => {
    const seconds = Date.UTC(2026, 1, 3, 23, 30) / 1000;
    expect(dayOf(seconds, 0)).toEqual({ year: 2026, month: 2, day: 3 });
    expect(dayOf(seconds, 480)).toEqual({ year: 2026, month: 2, day: 4 });
  });
});
