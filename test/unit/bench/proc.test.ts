import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { cpuSecondsOf, memoryOf } from '../../bench/gateway.js';

it('reads resident memory now and at most', () => {
  const status = 'Name:\tnode\nVmPeak:\t  999999 kB\nVmHWM:\t  204800 kB\nVmRSS:\t  102400 kB\n';
  expect(memoryOf(status)).toEqual({ now: 100, peak: 200 });
});

it('reads processor time after a name with spaces and parentheses', () => {
  expect(cpuSecondsOf('12 (a) b (c) S 1 12 12 0 -1 4194304 10 0 0 0 250 50 0 0 20 0')).toBe(3);
});

it('reads what the kernel really writes', () => {
  const { now, peak } = memoryOf(readFileSync('/proc/self/status', 'utf8'));
  expect(now).toBeGreaterThan(1);
  expect(peak).toBeGreaterThanOrEqual(now);
  expect(cpuSecondsOf(readFileSync('/proc/self/stat', 'utf8'))).toBeGreaterThan(0);
});
