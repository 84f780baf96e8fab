// What a broken or hostile server may send: the connector answers with an UpstreamError or with what can be saved, in
// bounded memory and time, and never with an unhandled rejection or a hang.
import { afterEach, describe, expect, test } from 'vitest';
import { silentLogger } from '../../../../src/lib/logger.js';
import { NO_FLAGS, SystemFlag } from '../../../../src/mail/flags.js';
import { asUpstreamUid } from '../../../../src/mail/ids.js';
import type { HeaderRow, ListingRow, UpstreamSession } from '../../../../src/upstream/connector.js';
import { createImapConnector } from '../../../../src/upstream/imap/connector.js';
import { GENERIC_TRAITS } from '../../../../src/upstream/providers/index.js';
import type { ConnectorTraits } from '../../../../src/upstream/providers/provider.js';
import { bodiesOf, EVERYTHING, gather, refusalOf, sourceOf } from '../../../contract/contract-support.js';
import {
  type Script,
  type ScriptedOptions,
  type ScriptedServer,
  startScriptedServer,
} from '../../../support/scripted-server.js';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function connectorTo(options: ScriptedOptions, traits: Partial<ConnectorTraits> = {}) {
  const server = await startScriptedServer(options);
  stops.push(server.stop);
  const connector = createImapConnector({
    account: 'test',
    host: '127.0.0.1',
    port: server.port,
    tls: 'none',
    user: 'u',
    password: () => 'p w"\\',
    traits: { ...GENERIC_TRAITS, ...traits },
    logger: silentLogger,
    connectTimeoutMs: 1_000,
    commandTimeoutMs: 300,
  });
  return { server, connector };
}

async function selected(
  scripts: Readonly<Record<string, string | Script>>,
  options: ScriptedOptions = {},
  traits: Partial<ConnectorTraits> = {},
): Promise<{ session: UpstreamSession; server: ScriptedServer }> {
  const { server, connector } = await connectorTo({ ...options, scripts }, traits);
  const session = await connector.connect();
  stops.unshift(() => session.close());
  await session.select(['INBOX']);
  return { session, server };
}

/** Says something, then cuts the connection. */
const cutAfter =
  (text: string, ms: number): Script =>
  ({ write, destroy }) => {
    write(text);
    setTimeout(destroy, ms);
  };

const LISTED = 'FLAGS (\\Seen) INTERNALDATE " 1-Jan-2026 00:00:00 +0000" RFC822.SIZE 10';
const row = (seq: number, uid: number | string): string => `* ${seq} FETCH (UID ${uid} ${LISTED})\r\n`;
const listing = (session: UpstreamSession): Promise<ListingRow[]> =>
  gather((onBatch) => session.fetchListing(EVERYTHING, onBatch));

describe('signing in', () => {
  const rows: [string, ScriptedOptions, object][] = [
    ['a refused password', { scripts: { LOGIN: '{tag} NO [AUTHENTICATIONFAILED] no\r\n' } }, { kind: 'auth' }],
    [
      'a refusal without a code',
      { scripts: { LOGIN: '{tag} NO Login fail. Password is incorrect or login frequency limited\r\n' } },
      { kind: 'auth' },
    ],
    [
      'a server that is full',
      { scripts: { LOGIN: '{tag} NO [UNAVAILABLE] Maximum number of connections exceeded\r\n' } },
      { kind: 'transient' },
    ],
    [
      'a rate limit',
      { scripts: { LOGIN: '{tag} NO [LIMIT] LOGIN Rate limit hit.\r\n* BYE\r\n' } },
      { kind: 'transient' },
    ],
    [
      'BAD at the login',
      { scripts: { LOGIN: '{tag} BAD Request is throttled. Suggested Backoff Time: 89117 milliseconds\r\n' } },
      { kind: 'transient', details: { retryAfterMs: 89_117 } },
    ],
    ['LOGINDISABLED', { capabilities: 'IMAP4rev1 LOGINDISABLED' }, { kind: 'auth' }],
    ['a BYE for a greeting', { greeting: '* BYE too many connections, try again later' }, { kind: 'transient' }],
    ['a greeting of garbage', { greeting: '\u0000\u00ff\u0001 SSH-2.0-OpenSSH' }, { kind: 'transient' }],
    ['a cut at the login', { scripts: { LOGIN: ({ destroy }) => destroy() } }, { kind: 'transient' }],
    ['silence at the login', { scripts: { LOGIN: () => undefined } }, { kind: 'transient' }],
  ];
  test.each(rows)('%s', async (_what, options, expected) => {
    const { connector, server } = await connectorTo(options);
    expect(await refusalOf(connector.connect())).toMatchObject(expected);
    if (options.capabilities) expect(server.received.some((line) => line.startsWith('LOGIN'))).toBe(false);
    await expect.poll(() => server.connections()).toBe(0);
  });

  test('LOGIN is used where AUTH=PLAIN is missing, the password quoted, CAPABILITY asked again, and ID sent', async () => {
    const { connector, server } = await connectorTo({
      greeting: '* OK [CAPABILITY IMAP4 IMAP4rev1 ID AUTH=XOAUTH2 NAMESPACE] hello',
      capabilities: 'IMAP4rev1 XLIST MOVE IDLE UIDPLUS ID',
    });
    const session = await connector.connect();
    expect(session.capabilities).toMatchObject({ move: true, uidplus: true, idle: true, condstore: false });
    expect(server.received).toContain('LOGIN "u" "p w\\"\\\\"');
    expect(server.received.indexOf('CAPABILITY')).toBeGreaterThan(
      server.received.findIndex((line) => line.startsWith('LOGIN')),
    );
    expect(server.received.find((line) => line.startsWith('ID '))).toMatch(/^ID \("name" "mail-gateway"/);
    expect(server.received.some((line) => /^(ENABLE|COMPRESS|IDLE)/.test(line))).toBe(false);
    await session.close();
  });

  test('an unreachable port, an abort and a password that cannot be read', async () => {
    const { connector, server } = await connectorTo({});
    expect(await refusalOf(connector.connect(AbortSignal.abort()))).toMatchObject({ kind: 'transient' });
    await server.stop();
    expect(await refusalOf(connector.connect())).toMatchObject({ kind: 'transient' });
    const locked = createImapConnector({
      account: 'x',
      host: '127.0.0.1',
      port: 1,
      tls: 'none',
      user: 'u',
      traits: GENERIC_TRAITS,
      logger: silentLogger,
      password: () => Promise.reject(new Error('locked')),
    });
    expect(await refusalOf(locked.connect())).toMatchObject({ kind: 'auth' });
  });

  test('no password goes over a connection that was to be encrypted and is not', async () => {
    const { server } = await connectorTo({});
    const connector = createImapConnector({
      account: 'x',
      host: '127.0.0.1',
      port: server.port,
      tls: 'starttls',
      user: 'u',
      password: () => 'secret',
      traits: GENERIC_TRAITS,
      logger: silentLogger,
    });
    expect(await refusalOf(connector.connect())).toMatchObject({ kind: 'permanent' });
    expect(server.raw()).not.toContain('secret');
  });
});

describe('FETCH', () => {
  const salvaged: [string, string, number[]][] = [
    ['garbage lines between', `* garbage ( { \r\n\u00ff\u00fe\r\n${row(1, 1)}* \r\n*\r\n)(\r\n${row(2, 2)}`, [1, 2]],
    ['a FETCH without UID', `* 1 FETCH (${LISTED})\r\n${row(2, 2)}`, [2]],
    [
      'UIDs that are none',
      `${row(1, 0)}${row(1, -5)}${row(1, 'x')}${row(1, 99999999999)}${row(1, 4294967296)}${row(2, 2)}`,
      [2],
    ],
    [
      'EXISTS of four billion, and less than nothing',
      `* 4294967295 EXISTS\r\n* -1 EXISTS\r\n* 0 EXPUNGE\r\n* 99999999999999999999 EXISTS\r\n${row(1, 1)}`,
      [1],
    ],
    [
      'NIL for everything',
      `* 1 FETCH NIL\r\n* 2 FETCH (NIL NIL)\r\n* 3 FETCH (UID NIL FLAGS NIL)\r\n* 4 FETCH (UID 4 FLAGS NIL INTERNALDATE NIL RFC822.SIZE NIL)\r\n`,
      [4],
    ],
    ['items that do not pair up', `* 1 FETCH (UID 1 FLAGS)\r\n* 2 FETCH ()\r\n* 3 FETCH (UID)\r\n${row(4, 4)}`, [4]],
    [
      'other items, in another order',
      `* 1 FETCH (X-ODD (((("deep")))) RFC822.SIZE 5 INTERNALDATE "1-Jan-2026 00:00:00 +0000" FLAGS () UID 1)\r\n`,
      [1],
    ],
    ['NO for a message that is gone', `${row(1, 1)}{tag} NO [EXPUNGEISSUED] some are gone\r\n`, [1]],
    [
      'nested beyond reason',
      `* 1 FETCH (UID 1 ${LISTED} BODYSTRUCTURE ${'('.repeat(5000)}${')'.repeat(5000)})\r\n`,
      [1],
    ],
  ];
  test.each(salvaged)('%s', async (_what, text, uids) => {
    const { session } = await selected({ 'UID FETCH': text.includes('{tag}') ? text : `${text}{tag} OK done\r\n` });
    expect((await listing(session)).map(({ uid }) => uid)).toEqual(uids);
    expect((await session.select(['INBOX'])).exists).toBe(3);
  });

  const fatal: [string, Script | string][] = [
    ['a literal larger than any we take', `* 1 FETCH (UID 1 BODY[] {99999999999}\r\n`],
    ['a literal whose size is no number we know', `* 1 FETCH (UID 1 BODY[] {${'9'.repeat(400)}}\r\n`],
    ['a cut in the middle of a literal', cutAfter('* 1 FETCH (UID 1 BODY[] {1000}\r\nabc', 20)],
    ['silence', () => undefined],
    ['silence in the middle of a literal', '* 1 FETCH (UID 1 BODY[] {1000}\r\nabc'],
    ['a BYE', '* BYE Connection closed. 14\r\n'],
    ['a flood of tokens', `* 1 FETCH (UID 1 ${'NIL '.repeat(300_000)})\r\n{tag} OK done\r\n`],
  ];
  test.each(fatal)('%s ends the connection, not the process', async (_what, script) => {
    const { session } = await selected({ 'UID FETCH': script });
    expect(await refusalOf(bodiesOf(session, [1]))).toMatchObject({ kind: 'transient' });
    await session.closed;
    expect(await refusalOf(session.uids())).toMatchObject({ kind: 'transient' });
  });

  test('a slow server that goes on is not given up', async () => {
    const piece = 'x'.repeat(50);
    const { session } = await selected({
      'UID FETCH': ({ write }) => {
        write('* 1 FETCH (UID 1 BODY[]<0> {500}\r\n');
        let sent = 0;
        const timer = setInterval(() => {
          write(piece);
          sent += 1;
          if (sent < 10) return;
          clearInterval(timer);
          write(')\r\n{tag} OK done\r\n');
        }, 80);
      },
    });
    expect((await bodiesOf(session, [1])).get(asUpstreamUid(1))).toBe(piece.repeat(10));
  });

  test('a slow consumer is not held against the server', async () => {
    const { session } = await selected({
      'UID FETCH': `${Array.from({ length: 1200 }, (_, i) => row(i + 1, i + 1)).join('')}{tag} OK done\r\n`,
    });
    let rows = 0;
    await session.fetchListing(EVERYTHING, async (batch) => {
      rows += batch.length;
      await new Promise((resolve) => setTimeout(resolve, 500));
    });
    expect(rows).toBe(1200);
  });

  test('keeps 8-bit bytes of a structure and a header as they came, and drops a broken structure', async () => {
    const gbk = '\u00d6\u00d0\u00ce\u00c4';
    const structures: [string, string | undefined][] = [
      [
        `("TEXT" "PLAIN" ("NAME" "${gbk}") NIL NIL "8BIT" 4 1)`,
        `("TEXT" "PLAIN" ("NAME" {4}\r\n${gbk}) NIL NIL "8BIT" 4 1)`,
      ],
      ['("TEXT" "PLAIN" NIL NIL NIL NIL 4 -1)', '("TEXT" "PLAIN" NIL NIL NIL "7BIT" 4 0)'],
      ['NIL', undefined],
      ['"TEXT"', undefined],
    ];
    const lines = structures.map(
      ([text], i) =>
        `* ${i + 1} FETCH (UID ${i + 1} ${LISTED} BODYSTRUCTURE ${text} BODY[HEADER.FIELDS (SUBJECT)] {15}\r\nSubject: ${gbk}\r\n)\r\n`,
    );
    const { session } = await selected({ 'UID FETCH': `${lines.join('')}{tag} OK done\r\n` });
    const rows = await gather<HeaderRow>((onBatch) => session.fetchHeaders(EVERYTHING, onBatch));
    expect(rows.map(({ bodyStructure }) => bodyStructure)).toEqual(structures.map(([, written]) => written));
    expect(rows.map(({ headers }) => headers)).toEqual(structures.map(() => `Subject: ${gbk}\r\n\r\n`));
  });

  test('a message for which there is only OK, or NIL, has no body', async () => {
    const { session } = await selected({
      'UID FETCH 1': '{tag} OK done\r\n',
      'UID FETCH 2': '* 2 FETCH (UID 2 BODY[] NIL)\r\n{tag} OK done\r\n',
    });
    expect(await bodiesOf(session, [1])).toEqual(new Map());
    expect(await bodiesOf(session, [2])).toEqual(new Map());
  });
});

describe('the rest', () => {
  test('an action whose answer is lost has an unknown outcome; one that never left has not', async () => {
    const { session } = await selected({ 'UID STORE': ({ destroy }) => destroy() });
    const refused = await refusalOf(session.storeFlags([[1, 2]], 'add', { system: SystemFlag.Seen, keywords: [] }));
    expect(refused).toMatchObject({ kind: 'transient', details: { outcomeUnknown: true } });
    const late = await refusalOf(session.storeFlags([[1, 2]], 'add', { system: SystemFlag.Seen, keywords: [] }));
    expect(late.details.outcomeUnknown).toBeUndefined();
  });

  const refusals: [string, object][] = [
    ['NO [OVERQUOTA] full', { kind: 'transient', details: { code: 'OVERQUOTA' } }],
    ['NO [NOPERM] no', { kind: 'permanent', details: { code: 'NOPERM' } }],
    ['NO [INUSE] wait', { kind: 'transient' }],
    ['NO [SERVERBUG] oops', { kind: 'transient' }],
    ['NO [EXPIRED] who are you', { kind: 'auth' }],
    ['NO Some reason', { kind: 'permanent', details: { serverText: 'Some reason' } }],
    ['NO Server Unavailable. 15', { kind: 'transient' }],
    ['BAD User is authenticated but not connected.', { kind: 'transient', details: { retryAfterMs: 300_000 } }],
    [
      'BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds',
      { kind: 'transient', details: { retryAfterMs: 299_961 } },
    ],
    ['BAD Command Argument Error. 11', { kind: 'permanent' }],
    ['NO [TRYCREATE] a\u0007\u001b[31mb', { kind: 'permanent', details: { code: 'TRYCREATE', serverText: 'a [31mb' } }],
    ['NO', { kind: 'permanent' }],
    ['BYE', { kind: 'transient' }],
  ];
  test.each(refusals)('a COPY answered by %j', async (answer, expected) => {
    const { session } = await selected({ 'UID COPY': `{tag} ${answer}\r\n` });
    expect(await refusalOf(session.copy([[1, 1]], ['Box']))).toMatchObject(expected);
  });

  const copyuids: [string, object][] = [
    [
      '{tag} OK [COPYUID 55 1:3 31:33] done',
      {
        uidValidity: 55,
        pairs: new Map([
          [1, 31],
          [2, 32],
          [3, 33],
        ]),
      },
    ],
    [
      '* OK [COPYUID 55 1,3 9,8] moved\r\n{tag} OK done',
      {
        uidValidity: 55,
        pairs: new Map([
          [1, 9],
          [3, 8],
        ]),
      },
    ],
    ['[COPYUID 55 31 6]\r\n{tag} OK done', { pairs: undefined }],
    ['{tag} OK [COPYUID 55  ] done', { pairs: undefined }],
    ['{tag} OK [COPYUID 55 1:3 31:32] done', { pairs: undefined }],
    ['{tag} OK [COPYUID 0 1 2] done', { pairs: undefined }],
    ['{tag} OK [COPYUID 55 1:4294967295 1:4294967295] done', { pairs: undefined }],
    ['{tag} OK done', { pairs: undefined }],
  ];
  test.each(copyuids)('a MOVE answered by %j', async (answer, expected) => {
    const { session } = await selected({ 'UID MOVE': `${answer}\r\n` });
    expect(await session.move([[1, 3]], ['Box'])).toMatchObject(expected);
  });

  test('COPYUID is not believed where it is known to be permuted, but for a single message', async () => {
    const answer = ({ write, line }: Parameters<Script>[0]) =>
      write(line.includes('1:2') ? '{tag} OK [COPYUID 5 1:2 8:9] x\r\n' : '{tag} OK [COPYUID 5 1 8] x\r\n');
    const { session } = await selected({ 'UID COPY': answer }, {}, { trustsCopyUid: false });
    expect((await session.copy([[1, 2]], ['Box'])).pairs).toBeUndefined();
    expect((await session.copy([[1, 1]], ['Box'])).pairs).toEqual(new Map([[1, 8]]));
  });

  test('sets are ascending, merged and cut to the length the server takes', async () => {
    const { session, server } = await selected({}, {}, { maxCommandBytes: 200 });
    const scattered = Array.from({ length: 100 }, (_, i) => [1_000_000 - i * 7, 1_000_000 - i * 7] as const);
    await session.storeFlags(scattered, 'add', { system: SystemFlag.Seen, keywords: [] });
    const stores = server.received.filter((line) => line.startsWith('UID STORE'));
    expect(Math.max(...stores.map((line) => line.length))).toBeLessThanOrEqual(198);
    const uids = stores.flatMap((line) => (line.split(' ')[2] ?? '').split(',').map(Number));
    expect(uids).toEqual(scattered.map(([uid]) => uid).sort((a, b) => a - b));
    expect(server.raw()).not.toContain('*');
  });

  test('LIST: odd names, doubles and strangers', async () => {
    const lines = [
      '* LIST (\\HasNoChildren) "/" INBOX',
      '* LIST () "/" Inbox',
      '* LIST (\\NoSelect \\HasChildren) "/" "&UXZO1mWHTvZZOQ-"',
      '* LIST () "/" "&UXZO1mWHTvZZOQ-/QQ&kK5O9ouilgU-"',
      '* LIST () "/" "Sent Messages"',
      '* LIST () "/" "Deleted Messages"',
      '* LIST (\\Drafts) "/" {6}\r\nEntw"1',
      '* LIST () "/" ""',
      '* LIST () "/" "a//b"',
      '* LIST () NIL flat',
      '* LIST (\\Sent\\HasNoChildren) "/" gesendet',
      '* LIST',
      '* LIST () "/"',
    ];
    const { session } = await selected({ LIST: `${lines.join('\r\n')}\r\n{tag} OK done\r\n` });
    const listed = (await session.listMailboxes()).map(
      ({ path, role, selectable }) => `${path.join('|')} ${role ?? '-'} ${selectable}`,
    );
    expect(listed).toEqual([
      'INBOX inbox true',
      '其他文件夹 - false',
      '其他文件夹|QQ邮件订阅 - true',
      'Sent Messages - true',
      'Deleted Messages trash true',
      'Entw"1 drafts true',
      'flat - true',
      'gesendet sent true',
    ]);
  });

  test('a namespace prefix comes off and goes on again', async () => {
    const { session, server } = await selected(
      {
        NAMESPACE: '* NAMESPACE (("INBOX." ".")) (("user." ".")) (("shared." "."))\r\n{tag} OK done\r\n',
        LIST: '* LIST () "." INBOX\r\n* LIST () "." "INBOX.a/b.c"\r\n* LIST () "." "INBOX.INBOX"\r\n* LIST () "." "user.eve"\r\n* LIST () "." "shared.x"\r\n* LIST () "." "other"\r\n{tag} OK done\r\n',
      },
      { capabilities: 'IMAP4rev1 NAMESPACE UIDPLUS' },
    );
    expect((await session.listMailboxes()).map(({ path }) => path)).toEqual([['INBOX'], ['a/b', 'c']]);
    await session.createMailbox(['new', '项目']);
    expect(server.received).toContain('CREATE "INBOX.new.&mHl27g-"');
    expect(await refusalOf(session.createMailbox(['a.b']))).toMatchObject({ kind: 'permanent' });
  });

  test('a change is told within 5 ms, and DONE goes out at once', async () => {
    const { session, server } = await selected({});
    const signal = new AbortController().signal;
    const lags: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      const waiting = session.waitForChange({ signal, maxMs: 5_000 });
      await expect.poll(() => server.received.filter((line) => line === 'IDLE').length).toBe(i + 1);
      const saidAt = performance.now();
      server.say(`* ${10 + i} EXISTS\r\n`);
      expect(await waiting).toBe('changed');
      lags.push(performance.now() - saidAt);
      await session.status(['INBOX']);
    }
    expect(Math.min(...lags)).toBeLessThan(5);
  });

  test('IDLE that is refused becomes polling; IDLE that dies is found', async () => {
    const polled = await selected(
      { IDLE: '{tag} BAD what\r\n', NOOP: '* 9 EXISTS\r\n{tag} OK done\r\n' },
      {},
      { pollMs: 20 },
    );
    const signal = new AbortController().signal;
    expect(await polled.session.waitForChange({ signal, maxMs: 2_000 })).toBe('changed');
    const dead = await selected({ IDLE: () => undefined });
    expect(await refusalOf(dead.session.waitForChange({ signal, maxMs: 5_000 }))).toMatchObject({ kind: 'transient' });
    const short = await selected(
      { IDLE: '{tag} OK that was all\r\n', NOOP: '* 9 EXISTS\r\n{tag} OK done\r\n' },
      {},
      { pollMs: 20 },
    );
    expect(await short.session.waitForChange({ signal, maxMs: 2_000 })).toBe('changed');
    expect(short.server.received.filter((line) => line === 'IDLE').length).toBe(1);
    const cut = await selected({ IDLE: cutAfter('+ ok\r\n', 30) });
    expect(await refusalOf(cut.session.waitForChange({ signal, maxMs: 5_000 }))).toMatchObject({ kind: 'transient' });
  });

  test('APPEND: refused before the literal, refused within it, and cut within it', async () => {
    const message = sourceOf('x'.repeat(200_000), 10_000);
    const early = await selected({ APPEND: '{tag} NO [TOOBIG] no\r\n' });
    expect(await refusalOf(early.session.append(['Box'], message, NO_FLAGS, undefined))).toMatchObject({
      kind: 'permanent',
      details: { code: 'TOOBIG' },
    });
    expect(early.server.raw()).not.toContain('xxx');
    const cut = await selected({ APPEND: cutAfter('+ go\r\n', 30) });
    expect(await refusalOf(cut.session.append(['Box'], message, NO_FLAGS, undefined))).toMatchObject({
      kind: 'transient',
    });
    const limited = await selected({}, { capabilities: 'IMAP4rev1 APPENDLIMIT=1000' });
    expect(await refusalOf(limited.session.append(['Box'], message, NO_FLAGS, undefined))).toMatchObject({
      details: { code: 'TOOBIG' },
    });
    expect(limited.server.received.some((line) => line.startsWith('APPEND'))).toBe(false);
  });

  test('SELECT without UIDVALIDITY, STATUS without anything, SEARCH with nonsense', async () => {
    const { connector } = await connectorTo({
      scripts: { SELECT: '* 3 EXISTS\r\n{tag} OK done\r\n', STATUS: '* STATUS INBOX ()\r\n{tag} OK done\r\n' },
    });
    const bare = await connector.connect();
    expect(await refusalOf(bare.select(['INBOX']))).toMatchObject({ kind: 'permanent' });
    expect(await bare.status(['INBOX'])).toEqual({
      messages: undefined,
      uidNext: undefined,
      uidValidity: undefined,
      highestModseq: undefined,
    });
    await bare.close();
    const { session } = await selected({
      'UID SEARCH': '* SEARCH 5 3 0 -1 x 4294967296 3\r\n* SEARCH\r\n* SEARCH 9\r\n{tag} OK done\r\n',
    });
    expect([...(await session.uids())]).toEqual([3, 5, 9]);
  });
});
