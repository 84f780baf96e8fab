import { expect, test } from 'vitest';
import { asideLines } from '../../../src/cli/backup.js';

const none = { changes: 0, unsent: 0, sentCopies: 0, recovered: 0 };

test('what has been put aside is not to be deleted while it owes anything', () => {
  expect(asideLines({ path: '/d/before', owed: none, owedText: '' })).toEqual([
    'What was there before is in /d/before; it owed nothing: delete it when all is well.',
  ]);
  const lines = asideLines({ path: '/d/before', owed: { ...none, unsent: 2 }, owedText: '2 messages not yet sent' });
  expect(lines[0]).toMatch(
    /^What was there before is in \/d\/before\. It still held 2 messages not yet sent: none of this/,
  );
  expect(lines[1]).toMatch(/run "gateway restore \/d\/before --force"\. Do not delete it/);
  expect(asideLines({ path: '/d/before', owed: undefined, owedText: '' })[0]).toMatch(/cannot be read.*keep it\.$/);
});
