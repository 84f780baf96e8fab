// What a server says of itself goes before the table, and the configuration before both.
import { describe, expect, test } from 'vitest';
import { createLiveTraits, traitsFrom } from '../../../../src/upstream/imap/live-traits.js';
import { type ConnectorTraits, GENERIC_TRAITS, providerOf } from '../../../../src/upstream/providers/index.js';
import { connectorTo, selected } from './scripted-session.js';

const facts = (greeting: string, words: string, id: Record<string, string> = {}) => ({
  greeting,
  words: words.split(' '),
  id,
});

describe('a generic account', () => {
  test.each([
    ['* OK [CAPABILITY IMAP4] QQMail IMAP4Server ready', 'IMAP4rev1 IDLE', {}, 'qq'],
    ['* OK Gimap ready', 'IMAP4rev1 IDLE X-GM-EXT-1', {}, 'gmail'],
    ['* OK Microsoft Exchange IMAP4 service ready. x', 'IMAP4rev1 IDLE', {}, 'outlook'],
    ['* OK The Microsoft Exchange IMAP4 service is ready.', 'IMAP4rev1 IDLE', {}, 'outlook'],
    ['* OK ready', 'IMAP4rev1 IDLE', { name: 'Coremail Imap' }, '163'],
    ['* OK ready', 'IMAP4rev1 IDLE XAPPLELITERAL', {}, 'icloud'],
    ['* OK ready', 'IMAP4rev1 IDLE XYMHIGHESTMODSEQ', {}, 'yahoo'],
  ] as const)('%s %s %j is treated as %s', (greeting, words, id, name) => {
    const found = { ...GENERIC_TRAITS, ...traitsFrom(GENERIC_TRAITS, facts(greeting, words, id)) };
    expect(found).toEqual({ ...providerOf(name)?.traits, provider: 'generic' });
  });

  test('of an unknown server is treated as the table says', () => {
    expect(traitsFrom(GENERIC_TRAITS, facts('* OK Dovecot ready.', 'IMAP4rev1 IDLE'))).toEqual({});
    expect(traitsFrom(GENERIC_TRAITS, facts('* OK', 'IMAP4rev1 MESSAGELIMIT=500'))).toEqual({
      messageLimit: 500,
      statusKeepsAlive: true,
    });
  });
});

test('a known provider keeps its table, whatever name its server goes by', () => {
  const table = providerOf('icloud')?.traits as ConnectorTraits;
  expect(traitsFrom(table, facts('* OK QQMail IMAP4Server ready', 'IMAP4rev1 IDLE'))).toEqual({});
});

test('what was learned is forgotten when the server says otherwise; what is configured stays', () => {
  const { traits, learn } = createLiveTraits(GENERIC_TRAITS, { maxCommandBytes: 3_000 });
  learn(facts('* OK', 'IMAP4rev1 IDLE MESSAGELIMIT=500 X-GM-EXT-1'));
  expect([traits.messageLimit, traits.deleteIsMoveToTrash, traits.maxCommandBytes]).toEqual([500, true, 3_000]);
  learn(facts('* OK', 'IMAP4rev1 IDLE'));
  expect([traits.messageLimit, traits.deleteIsMoveToTrash, traits.maxCommandBytes]).toEqual([undefined, false, 3_000]);
});

test('the connector learns at sign-in, and says who it is again to Coremail', async () => {
  const { connector, server } = await connectorTo({
    greeting: '* OK Coremail System IMap Server Ready(163com[x])',
    capabilities: 'IMAP4rev1 ID UIDPLUS',
  });
  expect(connector.traits).toMatchObject({ statusKeepsAlive: false, searchTrusted: true });
  const session = await connector.connect();
  expect(connector.traits).toMatchObject({ statusKeepsAlive: true, searchTrusted: false, pollMs: 55_000 });
  const [login, ids] = [server.received.findIndex((line) => line.startsWith('LOGIN')), [] as number[]];
  for (const [index, line] of server.received.entries()) if (line.startsWith('ID (')) ids.push(index);
  expect(ids.some((index) => index < login) && ids.some((index) => index > login)).toBe(true);
  await session.close();
});

describe('a server that gives no more than so many messages', () => {
  const SELECT =
    '* 5 EXISTS\r\n* FLAGS (\\Seen)\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 60] ok\r\n{tag} OK [READ-WRITE] done\r\n';
  const windows = {
    SELECT,
    'UID SEARCH 1:2': '* SEARCH 10 20\r\n{tag} OK done\r\n',
    'UID SEARCH 3:4': '* SEARCH 30 40\r\n{tag} OK done\r\n',
    'UID SEARCH 5:5': '* SEARCH 50\r\n{tag} OK done\r\n',
  };

  test('is asked window by window, by its own word', async () => {
    const { session, server } = await selected(windows, { capabilities: 'IMAP4rev1 ID IDLE MESSAGELIMIT=2' });
    expect([...(await session.uids())]).toEqual([10, 20, 30, 40, 50]);
    expect(server.received.filter((line) => line.startsWith('UID SEARCH'))).toEqual([
      'UID SEARCH 1:2',
      'UID SEARCH 3:4',
      'UID SEARCH 5:5',
    ]);
    await session.fetchFlags([[10, 14]], () => undefined);
    expect(server.received.filter((line) => line.startsWith('UID FETCH')).map((line) => line.split(' ')[2])).toEqual([
      '10:11',
      '12:13',
      '14',
    ]);
  });

  test('and says nothing of it, is found out by what it told at SELECT', async () => {
    const { session } = await selected({
      SELECT,
      'UID SEARCH ALL': '* SEARCH 10 20\r\n{tag} OK done\r\n',
      'UID SEARCH 1:5': '* SEARCH 10 20 30 40 50\r\n{tag} OK done\r\n',
    });
    expect([...(await session.uids())]).toEqual([10, 20, 30, 40, 50]);
  });

  test('an EXPUNGE between two windows begins them anew, so that none is missed', async () => {
    let round = 0;
    const { session } = await selected(
      {
        ...windows,
        'UID SEARCH 1:2': ({ tag, write }) => {
          round += 1;
          write(
            round === 1
              ? `* SEARCH 10 20\r\n* 1 EXPUNGE\r\n${tag} OK done\r\n`
              : `* SEARCH 20 30\r\n${tag} OK done\r\n`,
          );
        },
        'UID SEARCH 3:4': '* SEARCH 40 50\r\n{tag} OK done\r\n',
      },
      { capabilities: 'IMAP4rev1 ID IDLE MESSAGELIMIT=2' },
    );
    expect([...(await session.uids())]).toEqual([20, 30, 40, 50]);
  });
});
