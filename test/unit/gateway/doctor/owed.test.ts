// What the gateway itself has found wrong is told, but not what the doctor has just found of the account too.
import { expect, test } from 'vitest';
import { findings, said } from '../../../../src/gateway/doctor/finding.js';
import { toldProblems } from '../../../../src/gateway/doctor/owed.js';

const problem = (account: string, text: string) => ({ account, text, remedy: 'Wait.\n请等待。', since: 0 });
const found = [findings('imap', 'A').bad(said('signing in', '登录'), said('Mend it.', '请改正。'), 'wrong password')];

test('a fault that has been told of the account is not told again; of another it is, each language by itself', () => {
  const problems = [
    problem('A', 'wrong password'),
    problem('A', 'sending is refused: wrong password'),
    problem('A', 'a mailbox cannot be read'),
    problem('B', 'wrong password'),
  ];
  const told = toldProblems({ problems }, found);
  expect(told.map(({ account, what }) => `${account}: ${what.en}`)).toEqual([
    'A: a mailbox cannot be read',
    'B: wrong password',
  ]);
  expect(told[0]?.remedy).toEqual({ en: 'Wait.', zh: '请等待。' });
});
