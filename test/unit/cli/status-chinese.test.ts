// `gateway status --language zh`: all of it in Chinese, and texts that are kept in both languages in the reader's alone.
import { expect, test } from 'vitest';
import { statusLines } from '../../../src/cli/asking.js';
import { explain } from '../../../src/cli/explain.js';
import * as words from '../../../src/cli/status-words.js';
import { ConfigError } from '../../../src/config/index.js';
import type { AccountStatus, GatewayStatus } from '../../../src/gateway.js';
import { whenText } from '../../../src/lib/when.js';
import { NotRunningError } from '../../../src/status-socket/index.js';
import { providerOf } from '../../../src/upstream/providers/index.js';
import { englishIn } from '../../support/chinese.js';

const NOW = Date.now();
const gmail = providerOf('gmail')?.traits ?? {};
const account = (changes: Partial<AccountStatus> = {}): AccountStatus => ({
  ...{ name: 'A', address: 'a@example.org', provider: 'gmail', state: 'syncing', reason: undefined, synced: false },
  ...{ sources: [{ path: 'INBOX', done: 1_000, total: 2_000 }], messagesPerSecond: 1_500, lastError: undefined },
  ...{ journalDepth: 3, oldestJournalMs: 3_700_000, upstreamConnections: 2, pausedUntil: NOW + 86_400_000 },
  budgets: [
    { name: 'downloadBytesPerDay', used: 12, limit: 2_500_000_000 },
    ...(['loginsPer15Minutes', 'messagesPerMinute', 'messagesPerDay', 'recipientsPerDay'] as const).map((name) => ({
      ...{ name, used: 7, limit: 50 },
    })),
  ],
  facts: { searchAll: 'right', searchText: 'wrong', namespace: { prefix: '', delimiter: '/' }, idle: [] },
  traits: Object.entries(gmail).map(([name, value]) => ({ name, value, source: 'table' as const })),
  keywords: { kept: 4, of: 5 },
  ...changes,
});
const STATES = Object.keys(words.STATES) as AccountStatus['state'][];

const facts: GatewayStatus = {
  ...{ pid: 77, startedAt: NOW - 3_700_000, ports: { imaps: 1993 } },
  accounts: [
    ...STATES.map((state) => account({ state })),
    account({ name: 'B', state: 'offline', reason: 'cannot reach it\n无法连接' }),
    account({ name: 'C', state: 'offline', lastError: 'come back later' }),
  ],
  problems: [
    { account: 'B', subject: 'connection', text: 'cannot reach it\n无法连接', remedy: 'Wait.\n请等待。', since: NOW },
  ],
  submissions: {
    ...{ queued: 2, failed: 1 },
    waiting: [
      { account: 'A', messages: 2, reason: 'try again later', nextAttemptAt: NOW, heldUntil: undefined },
      { account: 'B', messages: 1, reason: 'cannot reach it\n无法连接', nextAttemptAt: undefined, heldUntil: NOW },
      { account: 'C', messages: 1, reason: 'no', nextAttemptAt: undefined, heldUntil: undefined },
    ],
  },
  clients: { imap: 4, smtp: 0, devices: [{ name: 'K', connections: 3, programs: [] }] },
};

test('in Chinese there is no English in it, traits and all', () => {
  const lines = statusLines(facts, '127.0.0.1', true, 'zh');
  expect(lines.join('\n')).toMatch(/B .*离线，至 .* 见下$/m);
  expect(lines.join('\n')).toMatch(/C .*“come back later”$/m);
  const at = whenText(NOW);
  expect(lines.filter((line) => line.includes('尚未发出'))).toEqual([
    `  A：2 封尚未发出，下次尝试 ${at}：“try again later”`,
    `  B：1 封尚未发出，暂停发信至 ${at}：无法连接`,
    '  C：1 封尚未发出：“no”',
  ]);
  expect(lines.slice(-2)).toEqual(['! B：无法连接', '  请等待。']);
  // Of the table of traits only what is said of them: their names and values are those of the configuration.
  const names = new Set(Object.keys(gmail));
  const told = lines
    .filter((line) => !names.has(line.trim().split(' ')[0] ?? ''))
    .map((line) => line.replace(/\b[ABCK]\b|\bimaps\b/g, ''));
  for (const line of told) expect(englishIn(line), line).toEqual([]);
});

test('mail not sent so far: no time is told where there is none', () => {
  const at = whenText(NOW);
  const lines = statusLines(facts, '127.0.0.1').filter((line) => line.includes('not sent so far'));
  expect(lines).toEqual([
    `  A: 2 not sent so far, next at ${at}: try again later`,
    `  B: 1 not sent so far, held back until ${at}: cannot reach it`,
    '  C: 1 not sent so far: no',
  ]);
});

test('a text in both languages among the traits is shown in one', () => {
  for (const [language, own, other] of [
    ['en', /app password/, /密码/],
    ['zh', /应用专用密码/, /app password/],
  ] as const) {
    const row = statusLines(facts, '127.0.0.1', true, language).find((line) => line.trim().startsWith('signInRemedy'));
    expect(row).toMatch(own);
    expect(row).not.toMatch(other);
    expect(row).not.toMatch(/[{}]|\\"/);
  }
});

test('what hinders the command is said in the same language', () => {
  expect(explain(new NotRunningError('/data'), undefined, 'zh')?.text).toBe(
    '没有使用数据目录 /data 的网关在运行：请用 "gateway start" 启动',
  );
  const error = new ConfigError('/c.json', [
    { field: 'accounts', text: 'needs at least 1 entry', position: undefined },
  ]);
  expect(explain(error, undefined, 'zh')?.text).toBe('/c.json: accounts 至少需要 1 项');
  expect(explain(error)?.text).toBe('/c.json: accounts needs at least 1 entry');
});

test.each<[AccountStatus['budgets'][number], string, string]>([
  [{ name: 'messagesPerMinute', used: 1, limit: undefined }, '1 message sent in a minute', '一分钟内发信 1 封'],
  [{ name: 'recipientsPerDay', used: 1, limit: undefined }, '1 recipient in 24 h', '24 小时内收件人 1 个'],
  [{ name: 'loginsPer15Minutes', used: 1, limit: 16 }, '1 of 16 sign-ins in 15 min', '15 分钟内登录 1 / 16 次'],
  [{ name: 'messagesPerDay', used: 2, limit: undefined }, '2 messages sent in 24 h', '24 小时内发信 2 封'],
  [{ name: 'downloadBytesPerDay', used: 12, limit: undefined }, 'under 1 MB down in 24 h', '24 小时内下载不足 1 MB'],
  [{ name: 'uploadBytesPerDay', used: 5e6, limit: undefined }, '5 MB up in 24 h', '24 小时内上传 5 MB'],
])('$name: $used', (use, en, zh) => {
  expect(words.used(use)).toEqual({ en, zh });
});
