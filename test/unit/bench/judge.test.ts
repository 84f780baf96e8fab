import { describe, expect, it } from 'vitest';
import { type Figure, figureOf, figureOfTimings, median } from '../../bench/figures.js';
import { type Columns, goalText, shortfallsOf } from '../../bench/judge.js';
import type { Row } from '../../bench/rows.js';
import { tableOf } from '../../bench/table.js';

const rate: Row = { key: 'a', title: 'A', unit: 'msg/s', goals: { gateway: 1_000 }, isLocal: true };
const time: Row = { key: 'a', title: 'A', unit: 'ms', goals: { gateway: 30, delayed: 40 } };
const columns = (values: Partial<Record<keyof Columns, number>>): Columns =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, new Map([['a', { value }]])]));
const short = (row: Row, of: Columns): string[] =>
  shortfallsOf(row, of).map(({ column, text }) => `${column}: ${text}`);

describe('median', () => {
  it.each<[number[], number]>([
    [[5], 5],
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 100], 10],
  ])('%j is %d', (values, expected) => expect(median(values)).toBe(expected));
  it('has none of nothing', () => expect(() => median([])).toThrow(RangeError));
});

describe('figureOf', () => {
  it.each<[number[], Figure]>([
    [[7], { value: 7, runs: [7] }],
    [[9, 1, 3, 2], { value: 2, first: 9, runs: [9, 1, 3, 2] }],
  ])('%j', (runs, expected) => expect(figureOf(runs)).toEqual(expected));
  it('needs a run', () => expect(() => figureOf([])).toThrow(RangeError));
});

describe('figureOfTimings', () => {
  const rate = (ms: number): number => 1_000 / ms;
  it('makes figures of both times, the first run apart', () => {
    const timings = [
      { ms: 100, cpuMs: 50 },
      { ms: 20, cpuMs: 10 },
      { ms: 10, cpuMs: 8 },
      { ms: 25, cpuMs: 20 },
    ];
    expect(figureOfTimings(timings, rate)).toEqual({ value: 50, first: 10, runs: [10, 50, 100, 40], byCpu: 100 });
  });
  it('goes without processor time, and never divides by none', () => {
    expect(figureOfTimings([{ ms: 10, cpuMs: undefined }], rate)).toEqual({ value: 100, runs: [100] });
    expect(figureOfTimings([{ ms: 10, cpuMs: 0 }], rate).byCpu).toBe(1_000_000);
  });
});

describe('shortfallsOf', () => {
  it.each<[string, Row, Columns, string[]]>([
    ['a rate that is reached', rate, columns({ gateway: 1_000 }), []],
    ['a rate that is not', rate, columns({ gateway: 999 }), ['gateway: 999, asked ≥ 1,000 msg/s']],
    ['a time that is kept', time, columns({ gateway: 30, delayed: 40 }), []],
    ['a time that is not, in one column', time, columns({ gateway: 29, delayed: 41 }), ['delayed: 41, asked ≤ 40 ms']],
    ['nothing is asked of the upstream itself', rate, columns({ direct: 1 }), []],
    ['distance that is not felt', rate, columns({ gateway: 3_000, delayed: 2_000 }), []],
    [
      'distance that is felt',
      rate,
      columns({ gateway: 3_000, delayed: 1_999 }),
      ['delayed: 1,999 msg/s, without 3,000'],
    ],
    ['nothing measured', rate, {}, []],
  ])('%s', (_, row, of, expected) => expect(short(row, of)).toEqual(expected));

  it('names a step that has failed', () => {
    const failed: Columns = { oneDown: new Map([['a', { failure: 'SELECT: NO' }]]) };
    expect(short(rate, failed)).toEqual(['oneDown: failed: SELECT: NO']);
  });

  it('holds a later figure against an earlier one, forgiving a few milliseconds', () => {
    const after: Row = { key: 'after', title: 'After', unit: 'ms', asFastAs: 'a' };
    const both = (before: number, now: number): Columns => ({
      gateway: new Map([
        ['a', { value: before }],
        ['after', { value: now }],
      ]),
    });
    expect(short(after, both(1, 6))).toEqual([]);
    expect(short(after, both(1, 6.5))).toEqual(['gateway: 6.5 ms, before 1']);
    expect(short(after, both(100, 150))).toEqual([]);
    expect(short(after, both(100, 151))).toEqual(['gateway: 151 ms, before 100']);
  });
});

describe('the table', () => {
  it.each<[Row, string]>([
    [rate, '≥ 1,000 msg/s'],
    [time, '≤ 30 ms, delayed ≤ 40 ms'],
    [{ key: 'a', title: 'A', unit: 'count', goals: { gateway: 0, delayed: 0 } }, '≤ 0'],
    [{ key: 'a', title: 'A', unit: 'ms' }, ''],
  ])('says what is asked of %j', (row, expected) => expect(goalText(row)).toBe(expected));

  it('shows first and later runs, failures and verdicts, and leaves out what was not measured', () => {
    const of: Columns = {
      gateway: new Map<string, Figure>([['a', { value: 2_000, first: 500, byCpu: 4_000 }]]),
      direct: new Map([['a', { failure: 'NO' }]]),
    };
    const titles = [
      { name: 'gateway', title: 'gateway' },
      { name: 'gateway', title: 'cpu', byCpu: true },
      { name: 'direct', title: 'direct' },
    ] as const;
    const lines = tableOf([rate, { key: 'b', title: 'B', unit: 'ms' }], titles, of).split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[2]?.split('|').map((one) => one.trim())).toEqual([
      'A',
      'msg/s',
      '2,000 (first 500)',
      '4,000',
      'FAILED',
      '≥ 1,000 msg/s',
      'short',
    ]);
  });
});
