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
  expect(syncedLines('Work', owed.slice(0, 1), 'zh')[1]).toBe('  Work：1 项更改尚待执行：the server is busy');
});
