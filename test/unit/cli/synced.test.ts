// What `gateway sync` says when it has come to its end.
import { expect, test } from 'vitest';
import { syncedLines } from '../../../src/cli/asking.js';

const owed = [
  { account: 'Work', changes: 1, reason: 'the server is busy' },
  { account: 'Home', changes: 1200, reason: undefined },
];

test.each([
  [undefined, [], ['All accounts: up to date.']],
  ['Work', [], ['Work: up to date.']],
  [
    undefined,
    owed,
    [
      'All accounts: up to date, but',
      '  Work: 1 change has yet to be carried out: the server is busy',
      '  Home: 1,200 changes have yet to be carried out',
    ],
  ],
])('%s, %j', (name, waiting, lines) => {
  expect(syncedLines(name, waiting, 'en')).toEqual(lines);
});

test('in Chinese', () => {
  const own = { account: 'Home', changes: 2, reason: 'cannot reach it\n无法连接' };
  expect(syncedLines(undefined, [...owed.slice(0, 1), own], 'zh')).toEqual([
    '所有账号：已是最新，但',
    '  Work：1 项更改尚待执行：“the server is busy”',
    '  Home：2 项更改尚待执行：无法连接',
  ]);
  expect(syncedLines('Work', [], 'zh')).toEqual(['Work：已是最新。']);
});
