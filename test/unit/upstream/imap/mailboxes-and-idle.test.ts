// LIST, SELECT, STATUS, SEARCH and IDLE as servers really answer them.
import { describe, expect, test } from 'vitest';
import { refusalOf } from '../../../contract/contract-support.js';
import { connectorTo, cutAfter, selected } from './scripted-session.js';

describe('mailboxes and waiting', () => {
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

  test('a role is told by name below a level that only holds the own folders, too; above it first', async () => {
    const below = '* LIST () "/" "&UXZO1mWHTvZZOQ-/Archive"\r\n* LIST () "/" "&UXZO1mWHTvZZOQ-/Drafts"';
    const { session } = await selected(
      { LIST: `* LIST () "/" INBOX\r\n* LIST () "/" Drafts\r\n${below}\r\n{tag} OK done\r\n` },
      { capabilities: 'IMAP4rev1 NAMESPACE UIDPLUS' },
      { flattened: ['其他文件夹'] },
    );
    const roles = (await session.listMailboxes()).map(({ path, role }) => `${path.join('|')} ${role ?? '-'}`);
    expect(roles).toEqual(['INBOX inbox', 'Drafts drafts', '其他文件夹|Archive archive', '其他文件夹|Drafts -']);
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

test('a half-open connection is found within two polls, however long a command may take', async () => {
  const { connector } = await connectorTo(
    { scripts: { IDLE: '+ idling\r\n', DONE: () => undefined } },
    { pollMs: 200 },
    30_000,
  );
  const session = await connector.connect();
  await session.select(['INBOX']);
  const startedAt = performance.now();
  const waiting = session.waitForChange({ signal: new AbortController().signal, maxMs: 200 });
  await expect(waiting).rejects.toMatchObject({
    kind: 'transient',
    message: expect.stringContaining('IDLE was not answered'),
  });
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  await session.closed;
});
