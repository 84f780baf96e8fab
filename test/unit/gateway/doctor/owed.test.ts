// What the gateway itself has found wrong is told; of what the doctor has just found of the account too it is no second fault.
import { expect, test } from 'vitest';
import { findings, said, same } from '../../../../src/gateway/doctor/finding.js';
import { toldProblems } from '../../../../src/gateway/doctor/owed.js';

const problem = (account: string, subject: string, text: string) => ({
  account,
  subject,
  text,
  remedy: 'Wait.\n请等待。',
  since: 0,
});
const [imap, smtp] = [findings('imap', 'A'), findings('smtp', 'A')];
const refused = imap.bad(said('signing in fails', '登录失败'), said('Mend it.', '请改正。'), same('wrong password'));
const told = (found: Parameters<typeof toldProblems>[1], ...problems: ReturnType<typeof problem>[]) =>
  toldProblems({ problems }, found).map(({ account, level, what }) => `${level} ${account}: ${what.en}`);

test('a fault that has been told of the account is no second one; each language by itself', () => {
  const problems = [
    problem('A', 'connection', 'wrong password, in other words'),
    problem('A', 'journal waits', 'changes wait'),
    problem('A', 'smtp', 'sending is refused'),
    problem('A', 'source 3', 'a mailbox cannot be read'),
    problem('B', 'connection', 'wrong password'),
  ];
  expect(told([refused, smtp.note(said('not tried', '未尝试'))], ...problems)).toEqual([
    'note A: the gateway has met the same: wrong password, in other words',
    'note A: the gateway has met the same: changes wait',
    'note A: the gateway has met the same: sending is refused',
    'bad A: a mailbox cannot be read',
    'bad B: wrong password',
  ]);
  const [one] = toldProblems({ problems: [problem('B', 'smtp', 'no\n不行')] }, [refused]);
  expect(one).toMatchObject({ what: said('no', '不行'), remedy: said('Wait.', '请等待。') });
});

test('what the doctor finds well is no reason to keep quiet', () => {
  const problems = [problem('A', 'connection', 'away'), problem('A', 'smtp', 'sending is refused')];
  expect(told([imap.ok(said('well', '好'))], ...problems)).toEqual(['bad A: away', 'bad A: sending is refused']);
  expect(told([refused, smtp.ok(said('well', '好'))], ...problems)).toEqual([
    'note A: the gateway has met the same: away',
    'bad A: sending is refused',
  ]);
});

test('what is shown again after a restore is nothing that is wrong', () => {
  const [one] = toldProblems({ problems: [problem('A', 'restored', 'shown again')] }, []);
  expect(one).toMatchObject({ level: 'note', remedy: said('Wait.', '请等待。') });
});
