import { describe, expect, it } from 'vitest';
import { BenchError } from '../../bench/failure.js';
import { parseOptions } from '../../bench/options.js';

const DEFAULTS = { messages: 20_000, rttMs: 40, quick: false, jsonFile: undefined };

describe('parseOptions', () => {
  it.each<[string, object | undefined]>([
    ['', DEFAULTS],
    ['--messages 3000 --quick', { ...DEFAULTS, messages: 3_000, quick: true }],
    ['--rtt 120 --json figures.json', { ...DEFAULTS, rttMs: 120, jsonFile: 'figures.json' }],
    ['--help', undefined],
  ])('%j', (line, expected) => expect(parseOptions(line.split(' ').filter(Boolean))).toEqual(expected));

  it.each(['--messages 100', '--messages many', '--messages 1e5', '--rtt 0', '--rtt -1', '--what', 'file'])(
    'refuses %j',
    (line) => expect(() => parseOptions(line.split(' '))).toThrow(BenchError),
  );
});
