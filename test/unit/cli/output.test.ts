// What a person sees: progress in a pipe and at a terminal, the status table, the welcome.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { statusLines } from '../../../src/cli/asking.js';
import { barLine, createProgress, progressText } from '../../../src/cli/progress.js';
import { count, duration, printable, table, width } from '../../../src/cli/text.js';
import { welcomeLines } from '../../../src/cli/welcome.js';
import type { Config } from '../../../src/config/index.js';
import type { AccountStatus, GatewayStatus } from '../../../src/gateway.js';
import { fakeIo } from './fake-io.js';

const account = (changes: Partial<AccountStatus> = {}): AccountStatus => ({
  name: 'QQ',
  address: 'a@qq.com',
  provider: 'qq',
  state: 'syncing',
  reason: undefined,
  synced: false,
  sources: [
    { path: 'INBOX', done: 1_000, total: 2_000 },
    { path: 'Sent', done: 234, total: 468 },
  ],
  messagesPerSecond: 1_500,
  journalDepth: 0,
  oldestJournalMs: 0,
  lastError: undefined,
  upstreamConnections: 2,
  pausedUntil: undefined,
  budgets: [],
  facts: {},
  traits: [],
  keywords: { kept: 0, of: 0 },
  ...changes,
});
const done = {
  synced: true,
  state: 'ready',
  messagesPerSecond: 0,
  sources: [{ path: 'INBOX', done: 5, total: 5 }],
} as const;

describe('the status of limits and of servers', () => {
  const facts = (changes: Partial<AccountStatus>): GatewayStatus => ({
    pid: 1,
    startedAt: Date.now(),
    ports: {},
    accounts: [account({ ...done, ...changes })],
    problems: [],
    submissions: { queued: 0, failed: 0, waiting: [] },
    clients: { imap: 0, smtp: 0, devices: [] },
  });
  const budgets: AccountStatus['budgets'] = [
    { name: 'downloadBytesPerDay', used: 120e6, limit: 2_500e6 },
    { name: 'uploadBytesPerDay', used: 10, limit: undefined },
    { name: 'loginsPer15Minutes', used: 3, limit: 16 },
  ];

  it('tells what is used of what is granted; with --verbose of all', () => {
    expect(statusLines(facts({ budgets }), 'h')).toContain(
      'QQ: 120 MB of 2,500 MB down in 24 h, 3 of 16 sign-ins in 15 min.',
    );
    expect(statusLines(facts({ budgets }), 'h', true).join('\n')).toContain('under 1 MB up in 24 h');
    expect(statusLines(facts({}), 'h').join('\n')).not.toContain('sign-ins');
  });

  it('tells until when an account is left alone', () => {
    const at = new Date();
    at.setHours(23, 59, 0, 0);
    expect(statusLines(facts({ state: 'throttled', pausedUntil: at.getTime() }), 'h').join('\n')).toContain(
      'throttled until 23:59',
    );
  });

  it('tells with --verbose, and only then, what is gone by and why', () => {
    const traits = [
      { name: 'searchTrusted', value: false, source: 'probe' as const },
      { name: 'pollMs', value: 5_000, source: 'config' as const },
      { name: 'messageLimit', value: undefined, source: 'table' as const },
    ];
    const status = facts({ traits, facts: { searchText: 'wrong', idle: ['exists'] }, keywords: { kept: 2, of: 3 } });
    const text = statusLines(status, 'h', true).join('\n');
    for (const part of [
      'SEARCH finds texts: wrong',
      'QRESYNC: not known',
      'IDLE has told: exists',
      'keep new keywords: 2 of 3',
    ])
      expect(text).toContain(part);
    expect(text).toMatch(/searchTrusted +probe +false/);
    expect(text).toMatch(/pollMs +config +5000/);
    expect(text).toMatch(/messageLimit +table +none/);
    expect(statusLines(status, 'h').join('\n')).not.toContain('searchTrusted');
  });
});

describe('text', () => {
  it.each([
    [0, '0 s'],
    [59_400, '59 s'],
    [60_000, '1 min'],
    [90_000, '1 min 30 s'],
    [3_600_000, '1 h 0 min'],
    [7_260_000, '2 h 1 min'],
    [259_200_000, '3 days'],
  ])('%d ms is %s', (ms, text) => expect(duration(ms)).toBe(text));
  it.each([
    [0, '0'],
    [12345.6, '12,346'],
  ])('%d is %s', (value, text) => expect(count(value)).toBe(text));
  it.each([
    ['Gmail', 5],
    ['工作', 4],
    ['한글', 4],
    ['📬', 2],
    ['Café', 4],
  ])('%s takes %d columns', (text, columns) => expect(width(text)).toBe(columns));
  it('what a server said cannot steer the terminal', () => {
    expect(printable('a\x1b[31mb\r\nc\u202ed')).toBe('a [31mb c d');
  });
  it('columns are aligned, also beside Chinese', () => {
    expect(
      table(
        ['Account', 'State'],
        [
          ['工作', 'ready'],
          ['x', ''],
        ],
      ),
    ).toEqual(['Account  State', '工作     ready', 'x']);
  });
});

describe('one account in words', () => {
  it.each<[changes: Partial<AccountStatus>, text: string]>([
    [{}, 'QQ: 1,234 of 2,468 messages, 1,500 a second'],
    [{ messagesPerSecond: 0 }, 'QQ: 1,234 of 2,468 messages'],
    [{ ...done }, 'QQ: 5 messages, up to date'],
    [{ state: 'offline', reason: 'cannot reach it' }, 'QQ: offline (cannot reach it)'],
    [{ state: 'needsSignIn', reason: 'no\x1b[2J' }, 'QQ: needsSignIn (no [2J)'],
    [{ sources: [], messagesPerSecond: 0 }, 'QQ: looking what is there'],
    [{ state: 'connecting' }, 'QQ: connecting'],
  ])('%j', (changes, text) => expect(progressText(account(changes))).toBe(text));
});

describe('progress at a terminal', () => {
  it('is a bar, cut to the width', () => {
    expect(barLine(account(), 4, 80)).toBe('  QQ   [############------------] 1,234 of 2,468 messages, 1,500 a second');
    expect(barLine(account(), 4, 30).length).toBe(29);
    expect(barLine(account(done), 2, 80)).toBe('  QQ [########################] 5 messages, up to date');
    expect(barLine(account({ sources: [] }), 2, 80)).toContain('[------------------------]');
  });

  it('is drawn over itself, and lines go above it', () => {
    vi.useFakeTimers();
    try {
      const io = fakeIo({ interactive: true });
      const progress = createProgress(io);
      progress.update([account(), account({ name: 'Gmail' })]);
      progress.update([account(), account({ name: 'Gmail' })]);
      expect(io.out).toEqual([]);
      vi.advanceTimersByTime(150);
      expect(io.out.length).toBe(1);
      expect(io.out[0]).toMatch(/^ {2}QQ {4}\[.*\n {2}Gmail \[/);
      progress.print('a line');
      expect(io.out[1]).toMatch(/^\x1b\[2A\r\x1b\[Ja line\n {2}QQ/);
      progress.end();
      progress.print('the last line');
      progress.update([account()]);
      vi.advanceTimersByTime(150);
      expect(io.out.at(-1)).toBe('the last line');
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('progress of an account that stops', () => {
  it('is told as it is now, without any event, and drawn only when it differs', () => {
    vi.useFakeTimers();
    try {
      const io = fakeIo({ interactive: true });
      const progress = createProgress(io);
      let now = account();
      progress.watch(() => [now]);
      progress.update([now]);
      vi.advanceTimersByTime(5_000);
      expect(io.out.length).toBe(1);
      now = account({ messagesPerSecond: 0 });
      vi.advanceTimersByTime(1_000);
      expect(io.out.at(-1)).toMatch(/1,234 of 2,468 messages$/);
      now = account({ state: 'offline', reason: 'cannot reach it' });
      vi.advanceTimersByTime(1_000);
      expect(io.out.at(-1)).toMatch(/offline \(cannot reach it\)$/);
      expect(io.out.length).toBe(3);
      progress.end();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('progress in a pipe', () => {
  it('is a plain line an account, now and then', () => {
    vi.useFakeTimers();
    try {
      const io = fakeIo();
      const progress = createProgress(io);
      for (let i = 0; i < 70; i++) {
        progress.update([account(), account({ name: 'Gmail', ...done }), account({ name: 'X', state: 'offline' })]);
        vi.advanceTimersByTime(100);
      }
      expect(io.out).toEqual(Array.from({ length: 2 }, () => 'QQ: 1,234 of 2,468 messages, 1,500 a second'));
      expect(io.out.join()).not.toContain('\x1b');
    } finally {
      vi.useRealTimers();
    }
  });
});

const NOW = Date.UTC(2026, 2, 1);

describe('gateway status', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const facts: GatewayStatus = {
    pid: 77,
    startedAt: NOW - 90_000,
    ports: { imaps: 1993, smtps: 1465 },
    accounts: [
      account({ journalDepth: 3, oldestJournalMs: 61_000 }),
      account({ name: '工作', address: 'w@x.org', ...done, state: 'offline', reason: 'gone\x07' }),
    ],
    problems: [
      {
        account: '工作',
        subject: 'connection',
        text: 'cannot reach it',
        remedy: 'The gateway keeps trying.',
        since: 0,
      },
    ],
    submissions: { queued: 2, failed: 1, waiting: [] },
    clients: {
      imap: 4,
      smtp: 0,
      devices: [
        { name: 'me', connections: 3, programs: ['K-9', 'Thunderbird 153'] },
        { name: 'phone', connections: 1, programs: [] },
      ],
    },
  };

  it('is a table, then the problems', () => {
    expect(statusLines(facts, '127.0.0.1')).toEqual([
      'Running for 1 min 30 s (process 77), listening on 127.0.0.1: imaps 1993, smtps 1465.',
      'Mail clients connected: 4 by IMAP, 0 by SMTP.',
      'Devices: me 3 (K-9, Thunderbird 153); phone 1.',
      'Messages to be sent: 2; failed: 1.',
      '',
      'Account  Address   State    Messages                Changes owed          Why',
      'QQ       a@qq.com  syncing  1,234 of 2,468 1,500/s  3 (oldest 1 min 1 s)',
      '工作     w@x.org   offline  5                       0                     gone',
      '',
      '! 工作: cannot reach it',
      '  The gateway keeps trying.',
    ]);
  });

  it('tells what is served of an account that has been away since the start', () => {
    const away = account({
      state: 'offline',
      sources: [{ path: 'INBOX', done: 1_234, total: 1_234 }],
      messagesPerSecond: 0,
    });
    const text = statusLines({ ...facts, accounts: [away] }, '127.0.0.1').join('\n');
    expect(text).toMatch(/ offline {2}1,234 {2}/);
  });

  it('tells a reason once, and no count of an account that was never reached', () => {
    const never = account({ state: 'offline', reason: 'cannot reach it', sources: [], messagesPerSecond: 0 });
    const problem = {
      account: 'QQ',
      subject: 'connection',
      text: 'cannot reach it',
      remedy: 'The gateway keeps trying.',
      since: 0,
    };
    const text = statusLines({ ...facts, accounts: [never], problems: [problem] }, '127.0.0.1').join('\n');
    expect(text).toMatch(/^QQ +a@qq\.com +offline +- +0 +see below$/m);
    expect(text.split('cannot reach it').length - 1).toBe(1);
  });

  it('says nothing of what is not', () => {
    const quiet = {
      ...facts,
      clients: { imap: 0, smtp: 0, devices: [] },
      problems: [],
      submissions: { queued: 0, failed: 0, waiting: [] },
      accounts: [account(done)],
    };
    expect(statusLines(quiet, '127.0.0.1').slice(2)).toEqual([
      '',
      'Account  Address   State  Messages  Changes owed  Why',
      'QQ       a@qq.com  ready  5         0',
    ]);
  });
});

describe('the welcome', () => {
  const config = {
    file: '/g/gateway.config.json',
    certsDir: '/g/certs',
    listen: { host: '127.0.0.1' },
    login: { user: 'me', password: { source: 'file', path: '/g/data/password' } },
    accounts: [{ kind: 'demo', name: 'QQ' }],
  } as unknown as Config;
  const facts = {
    config,
    ports: { imap: 1143, imaps: 1993, smtp: 1587 },
    password: undefined,
    address: 'a@qq.com',
    addresses: [],
  };

  it('says what to type into a mail client', () => {
    const text = welcomeLines(facts).join('\n');
    expect(text).toMatch(/Server +localhost {3}\(or 127\.0\.0\.1\)$/m);
    expect(text).toMatch(/IMAP +port 1993 with SSL\/TLS, or port 1143 with STARTTLS$/m);
    expect(text).toMatch(/SMTP +port 1587 with STARTTLS$/m);
    expect(text).toMatch(/User name +me {3}\(the same for both\)$/m);
    expect(text).toMatch(/Password +in the file \/g\/data\/password$/m);
    expect(text).toMatch(/E-mail address +a@qq\.com$/m);
    expect(text).toMatch(/trust \/g\/certs\/ca\.pem/);
    expect(text).toContain('QQ: built-in demo account with sample mail;\nnothing leaves this machine.');
    // A terminal of 80 columns breaks none of its lines.
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('shows the password only to who asks at a terminal', () => {
    expect(welcomeLines({ ...facts, password: 'abcde' }).join('\n')).toContain(
      'abcde   (in the file /g/data/password)',
    );
  });

  it.each<[host: string, others: string[]]>([
    // 0.0.0.0 is every IPv4 address and no other.
    ['0.0.0.0', ['192.168.1.20']],
    ['::', ['192.168.1.20', 'fd00::5']],
  ])('on %s: this machine, and every private address for the phone', (host, others) => {
    const listen = { ...config.listen, host };
    const addresses = ['127.0.0.1', '192.168.1.20', 'fe80::1', 'fd00::5', '203.0.113.9'];
    const lines = welcomeLines({ ...facts, config: { ...config, listen }, addresses });
    const servers = lines.slice(
      2,
      lines.findIndex((line) => line.includes('Incoming')),
    );
    expect(servers.map((line) => line.trim())).toEqual([
      'Server               localhost   (on this machine)',
      ...others.map((address) => `${address}   (on another device)`),
    ]);
  });

  it.each(['0.0.0.0', '::'])('on %s without a LAN: says that there is none', (host) => {
    const listen = { ...config.listen, host };
    const addresses = ['127.0.0.1', '::1', 'fe80::1', '203.0.113.9'];
    const lines = welcomeLines({ ...facts, config: { ...config, listen }, addresses });
    expect(lines.join(' ')).toMatch(/no LAN address of this machine was found .*start again\)/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('without demo accounts has nothing to say of them', () => {
    const accounts = [{ kind: 'upstream', name: 'W' }] as unknown as Config['accounts'];
    expect(welcomeLines({ ...facts, config: { ...config, accounts } }).join('\n')).not.toContain('demo');
  });
});
