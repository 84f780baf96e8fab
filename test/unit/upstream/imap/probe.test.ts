// What trying shows of servers that keep their word and of servers that do not, and what follows from it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type DemoUpstreams,
  type PersonalityName,
  type Quirks,
  startDemoUpstreams,
} from '../../../../src/demo/index.js';
import { silentLogger } from '../../../../src/lib/logger.js';
import type { ProbeFacts } from '../../../../src/upstream/connector.js';
import { createImapConnector } from '../../../../src/upstream/imap/connector.js';
import { type ConnectorTraits, GENERIC_TRAITS } from '../../../../src/upstream/providers/index.js';
import { plainDirect } from '../../../support/plain-direct.js';
import { connectorTo } from './scripted-session.js';

const MESSAGES = ['Quarterly figures', 'Re: holidays', 'Garden party on Sunday'];
const mail = (subject: string, i: number) =>
  `From: a@example.org\r\nTo: b@example.org\r\nSubject: ${subject}\r\nMessage-ID: <${i}@test>\r\n\r\nHello ${subject}.\r\n`;

const ACCOUNTS: readonly { name: string; personality: PersonalityName; quirks?: Partial<Quirks> }[] = [
  { name: 'plain', personality: 'generic' },
  { name: 'fastmail', personality: 'fastmail' },
  { name: 'qq', personality: 'qq' },
  { name: 'liar', personality: 'fastmail', quirks: { malformedVanished: true, sizeLies: 7 } },
  { name: 'blind', personality: 'generic', quirks: { searchIgnoresTexts: true } },
  { name: 'words', personality: 'generic', quirks: { searchWholeWords: true } },
  { name: 'empty', personality: 'generic' },
];

let demo: DemoUpstreams;
beforeAll(async () => {
  demo = await startDemoUpstreams(
    ACCOUNTS.map((account) => ({ ...account, address: undefined })),
    { logger: silentLogger, sampleMail: false, newMail: false },
  );
  for (const { name } of ACCOUNTS.filter((account) => account.name !== 'empty')) {
    const { address: user, imapPort: port, password } = demo.account(name);
    const direct = plainDirect({ host: '127.0.0.1', user, port, password, delimiter: '/', prefix: '' });
    for (const [i, subject] of MESSAGES.entries()) await direct.deliver(['INBOX'], mail(subject, i));
  }
});
afterAll(() => demo[Symbol.asyncDispose]());

async function tried(name: string, overrides: Partial<ConnectorTraits> = {}, table = GENERIC_TRAITS) {
  const { address: user, imapPort: port, password } = demo.account(name);
  const connector = createImapConnector({
    account: name,
    host: '127.0.0.1',
    port,
    tls: 'none',
    user,
    password: () => password,
    traits: table,
    overrides,
    logger: silentLogger,
  });
  const session = await connector.connect();
  await session.select(['INBOX']);
  await session.probe();
  await session.close();
  const { traits, profile } = connector;
  return {
    traits,
    profile,
    facts: profile?.facts() ?? {},
    source: (trait: string) => profile?.traits().find((report) => report.name === trait)?.source,
  };
}

test.each<[name: string, facts: ProbeFacts]>([
  [
    'plain',
    { sample: 3, searchAll: 'right', searchText: 'right', sizes: 'right', namespace: { prefix: '', delimiter: '/' } },
  ],
  ['fastmail', { searchAll: 'right', searchText: 'right', sizes: 'right', condstore: 'right', qresync: 'right' }],
  ['qq', { searchAll: 'right', searchText: 'wrong', sizes: 'right' }],
  ['liar', { sizes: 'wrong', condstore: 'right' }],
  ['blind', { searchAll: 'right', searchText: 'wrong' }],
  ['words', { searchText: 'wrong' }],
  ['empty', { sample: 0 }],
])('%s: %j', async (name, facts) => {
  expect((await tried(name)).facts).toMatchObject(facts);
});

test('what is said before and after the login, and what STATUS tells, is kept', async () => {
  const { facts } = await tried('fastmail');
  expect(facts.capabilitiesBefore).toContain('IMAP4rev1');
  expect(facts.capabilities).toContain('MOVE');
  expect(facts.status).toEqual(['messages', 'uidNext', 'uidValidity', 'highestModseq']);
});

describe('what the account’s server is dealt with by', () => {
  test('a fault that was seen goes before the table', async () => {
    const { traits, source } = await tried('blind');
    expect([traits.searchTrusted, source('searchTrusted')]).toEqual([false, 'probe']);
  });

  test('no fault seen confirms the table', async () => {
    const { traits, source } = await tried('plain');
    expect([traits.searchTrusted, source('searchTrusted'), source('maxCommandBytes')]).toEqual([
      true,
      'probe',
      'table',
    ]);
  });

  test('no fault seen is no proof against one that the table knows of', async () => {
    const { traits, source } = await tried('plain', {}, { ...GENERIC_TRAITS, searchTrusted: false });
    expect([traits.searchTrusted, source('searchTrusted')]).toEqual([false, 'table']);
  });

  test('the configuration goes before both', async () => {
    const { traits, source } = await tried('blind', { searchTrusted: true });
    expect([traits.searchTrusted, source('searchTrusted')]).toEqual([true, 'config']);
  });

  test('what an earlier run found out holds before anything is tried again, and until the server is another', async () => {
    const { profile } = await tried('plain');
    const trusted = () => profile?.traits().find(({ name }) => name === 'trustsQresync')?.value;
    profile?.recall({ qresync: 'wrong' });
    expect(trusted()).toBe(false);
    profile?.forget();
    expect(trusted()).toBe(true);
  });
});

test('VANISHED that names what is there, and modseqs that are none, are found out', async () => {
  const row = (i: number, more = '') =>
    `* ${i} FETCH (UID ${i} RFC822.SIZE 10${more} BODY[HEADER.FIELDS (SUBJECT)] {4}\r\n\r\n\r\n)\r\n`;
  const { connector } = await connectorTo({
    capabilities: 'IMAP4rev1 ENABLE CONDSTORE QRESYNC',
    scripts: {
      SELECT:
        '* 3 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 4] ok\r\n* OK [HIGHESTMODSEQ 9] ok\r\n{tag} OK [READ-WRITE] done\r\n',
      'FETCH 1:3': `${[1, 2, 3].map((i) => row(i, ' MODSEQ (0)')).join('')}{tag} OK done\r\n`,
      'UID FETCH 1:3 (UID FLAGS) (CHANGEDSINCE 1 VANISHED)': `* VANISHED (EARLIER) 2:3\r\n${[1, 2, 3].map((i) => `* ${i} FETCH (UID ${i} FLAGS () MODSEQ (5))\r\n`).join('')}{tag} OK done\r\n`,
    },
  });
  const session = await connector.connect();
  await session.select(['INBOX']);
  await session.probe();
  expect(connector.profile?.facts()).toMatchObject({ condstore: 'wrong', qresync: 'wrong' });
  expect(connector.traits).toMatchObject({ trustsCondstore: false, trustsQresync: false });
  expect((await connector.connect()).capabilities).toMatchObject({ condstore: false, qresync: false });
});

describe('the order of COPYUID is seen at the first move of several messages', () => {
  const moving = async (quirks: Partial<Quirks>) => {
    await using own = await startDemoUpstreams([{ name: 'x', personality: 'generic', quirks, address: undefined }], {
      logger: silentLogger,
      sampleMail: false,
      newMail: false,
    });
    const { address: user, imapPort: port, password } = own.account('x');
    const direct = plainDirect({ host: '127.0.0.1', user, port, password, delimiter: '/', prefix: '' });
    for (let i = 1; i <= 6; i++) await direct.deliver(['INBOX'], mail('x'.repeat(i), i));
    const connector = createImapConnector({
      account: 'x',
      host: '127.0.0.1',
      port,
      tls: 'none',
      user,
      password: () => password,
      traits: GENERIC_TRAITS,
      logger: silentLogger,
    });
    const session = await connector.connect();
    await session.createMailbox(['Target']);
    await session.select(['INBOX']);
    const first = await session.move([[1, 3]], ['Target']);
    const left = await session.uids();
    const second = await session.move([[4, 6]], ['Target']);
    await session.close();
    return {
      first,
      left: [...left],
      second,
      facts: connector.profile?.facts(),
      there: await direct.messages(['Target']),
    };
  };

  test('right: the pairs are told, and the source is still selected', async () => {
    const { first, left, second, facts, there } = await moving({});
    expect([first.pairs?.size, second.pairs?.size, facts?.copyOrder, facts?.copyUid]).toEqual([3, 3, 'right', 'right']);
    expect(left).toEqual([4, 5, 6]);
    expect(there.length).toBe(6);
  });

  test('permuted: no pair is told, then and later', async () => {
    const { first, left, second, facts } = await moving({ permutedCopyuid: true });
    expect([first.pairs, second.pairs, facts?.copyOrder]).toEqual([undefined, undefined, 'wrong']);
    expect(left).toEqual([4, 5, 6]);
  });
});
