// A problem's remedy at the start: in the language of the environment, never in two.
import { afterEach, expect, test, vi } from 'vitest';
import { follow } from '../../../src/cli/start.js';
import type { Gateway } from '../../../src/gateway.js';

afterEach(() => vi.unstubAllEnvs());

test.each([
  ['zh_CN.UTF-8', '请等待。'],
  ['en_GB.UTF-8', 'Wait.'],
])('%s: %s', (locale, expected) => {
  vi.stubEnv('LC_ALL', locale);
  const remedies: string[] = [];
  const problems = [{ account: 'A', text: 'no', remedy: 'Wait.\n请等待。', since: 0 }];
  const gateway = {
    onEvent: () => () => undefined,
    status: () => ({ accounts: [], problems }),
  } as unknown as Gateway;
  follow(gateway, {
    synced: () => undefined,
    problem: ({ remedy }) => void remedies.push(remedy),
    progress: () => undefined,
    stopped: () => undefined,
  });
  expect(remedies).toEqual([expected]);
});
