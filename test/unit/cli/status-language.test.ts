// A problem and its remedy at the start: in the language of the environment, never in two.
import { afterEach, expect, test, vi } from 'vitest';
import { follow } from '../../../src/cli/start.js';
import type { Gateway } from '../../../src/gateway.js';

afterEach(() => vi.unstubAllEnvs());

test.each([
  ['zh_CN.UTF-8', '不行', '请等待。'],
  ['en_GB.UTF-8', 'no', 'Wait.'],
])('%s: %s', (locale, ...expected) => {
  vi.stubEnv('LC_ALL', locale);
  const told: string[] = [];
  const problems = [{ account: 'A', text: 'no\n不行', remedy: 'Wait.\n请等待。', since: 0 }];
  const gateway = {
    onEvent: () => () => undefined,
    status: () => ({ accounts: [], problems }),
  } as unknown as Gateway;
  follow(gateway, {
    synced: () => undefined,
    problem: ({ text, remedy }) => void told.push(text, remedy),
    progress: () => undefined,
    stopped: () => undefined,
  });
  expect(told).toEqual(expected);
});
