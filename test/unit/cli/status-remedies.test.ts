// A refused sign-in shows at reading and at sending: what to do about it is said once.
import { expect, test } from 'vitest';
import { statusLines } from '../../../src/cli/asking.js';
import type { AccountStatus, GatewayStatus } from '../../../src/gateway.js';
import { UpstreamError } from '../../../src/mail/errors.js';
import { problemTexts, reasonText } from '../../../src/mail/problems.js';
import { REMEDIES } from '../../../src/upstream/providers/remedies.js';

const error = new UpstreamError('auth', 'the server refused the login: no', {
  serverText: 'no',
  remedy: REMEDIES.wrongPassword,
});
const problem = (account: string, subject: string, trouble: Parameters<typeof problemTexts>[0]) => ({
  ...{ account, subject, since: 0 },
  ...problemTexts(trouble),
});
const refused = (name: string) => [
  problem(name, 'smtp', { code: 'sending', how: 'refused', error }),
  problem(name, 'connection', { code: 'connection', error }),
];
const account: AccountStatus = {
  ...{ name: 'A', address: 'a@example.org', provider: 'generic', state: 'needsSignIn', reason: reasonText(error) },
  ...{ synced: true, sources: [], messagesPerSecond: 0, lastError: undefined, journalDepth: 0, oldestJournalMs: 0 },
  ...{ upstreamConnections: 0, pausedUntil: undefined, budgets: [], traits: [], keywords: { kept: 0, of: 0 } },
  facts: {},
};
const facts: GatewayStatus = {
  ...{ pid: 77, startedAt: Date.now(), ports: { imaps: 1993 }, accounts: [account] },
  problems: [...refused('A'), ...refused('B')],
  submissions: { queued: 0, failed: 0, waiting: [] },
  clients: { imap: 0, smtp: 0, devices: [] },
};

test.each(['en', 'zh'] as const)('%s: once for each account, and the table points to it', (language) => {
  const lines = statusLines(facts, '127.0.0.1', false, language);
  const remedy = `  ${REMEDIES.wrongPassword[language]}`;
  const [sending, reading] =
    language === 'en'
      ? ['the sign-in for sending is refused: no', 'the sign-in is refused: no']
      : ['发信登录被拒绝：“no”', '登录被拒绝：“no”'];
  const colon = language === 'en' ? ': ' : '：';
  const told = (name: string) => ['', `! ${name}${colon}${sending}`, remedy, '', `! ${name}${colon}${reading}`];
  expect(lines.slice(-10)).toEqual([...told('A'), ...told('B')]);
  expect(lines.find((line) => line.startsWith('A '))).toMatch(/see below$|见下$/);
});

test('no remedy sends its reader to where it is read', () => {
  for (const { en, zh } of Object.values(REMEDIES)) expect(`${en} ${zh}`).not.toContain('gateway status');
});
