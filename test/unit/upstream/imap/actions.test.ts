// Actions: refusals, lost answers, COPYUID that cannot be right, sets and literals on the wire.
import { describe, expect, test } from 'vitest';
import { NO_FLAGS, SystemFlag } from '../../../../src/mail/flags.js';
import { refusalOf, sourceOf } from '../../../contract/contract-support.js';
import type { Script } from '../../../support/scripted-server.js';
import { cutAfter, selected } from './scripted-session.js';

describe('actions', () => {
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

  test.each([
    ['(\\Seen Later)', [], true],
    ['(\\Seen)', ['later'], false],
  ])('a new keyword is looked for once: %s', async (has, dropped, keeps) => {
    const { session, server } = await selected({
      SELECT:
        '* 2 EXISTS\r\n* FLAGS (\\Seen)\r\n* OK [PERMANENTFLAGS (\\Seen $Junk \\*)] x\r\n* OK [UIDVALIDITY 1] x\r\n{tag} OK x\r\n',
      'UID STORE': '{tag} OK x\r\n',
      'UID FETCH': `* 2 FETCH (UID 2 FLAGS ${has})\r\n{tag} OK x\r\n`,
    });
    const said = (command: string) => server.received.filter((line) => line.startsWith(command));
    expect(await session.storeFlags([[1, 2]], 'add', { system: SystemFlag.Seen, keywords: ['$Junk'] })).toEqual([]);
    expect(said('UID FETCH')).toEqual([]);
    expect(await session.storeFlags([[1, 2]], 'add', { system: 0, keywords: ['Later'] })).toEqual(dropped);
    expect(said('UID FETCH').map((line) => line.split(' ')[2])).toEqual(keeps ? ['2'] : ['2', '2']);
    if (keeps) await session.storeFlags([[1, 1]], 'add', { system: 0, keywords: ['later'] });
    expect(said('UID FETCH')).toHaveLength(keeps ? 1 : 2);
    expect(await session.select(['INBOX'])).toMatchObject({ keepsNewKeywords: keeps, keepsKeywords: ['$junk'] });
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
});
