// GETQUOTAROOT as servers answer it (RFC 9208 §5.1: units of 1024 octets).
import { expect, test } from 'vitest';
import { refusalOf } from '../../../contract/contract-support.js';
import { connectorTo, cutAfter } from './scripted-session.js';

const quotaBy = async (script: string | ReturnType<typeof cutAfter>, capabilities = 'IMAP4rev1 QUOTA') => {
  const { connector, server } = await connectorTo({ capabilities, scripts: { GETQUOTAROOT: script } });
  const session = await connector.connect();
  return { session, server };
};

test.each<[string, string, { usedBytes: number; limitBytes: number } | undefined]>([
  ['one root', '* QUOTAROOT INBOX ""\r\n* QUOTA "" (STORAGE 10 512)\r\n', { usedBytes: 10_240, limitBytes: 524_288 }],
  [
    'the fullest of several',
    '* QUOTAROOT INBOX a b\r\n* QUOTA a (STORAGE 1 9)\r\n* QUOTA b (MESSAGE 1 2 storage 7 9)\r\n',
    { usedBytes: 7168, limitBytes: 9216 },
  ],
  ['no root', '* QUOTAROOT INBOX\r\n', undefined],
  ['no storage', '* QUOTA "" (MESSAGE 3 4)\r\n', undefined],
  ['an empty list', '* QUOTA "" ()\r\n', undefined],
  ['nonsense', '* QUOTA\r\n* QUOTA "" STORAGE\r\n* QUOTA "" (STORAGE -1 x)\r\n* QUOTA "" (STORAGE 1)\r\n', undefined],
])('%s', async (_, lines, expected) => {
  const { session } = await quotaBy(`${lines}{tag} OK done\r\n`);
  expect(await session.quota()).toEqual(expected);
  await session.close();
});

test('a refusal is no quota, a lost connection is an error, and who has no QUOTA is not asked', async () => {
  const refusing = await quotaBy('{tag} NO not for you\r\n');
  expect(await refusing.session.quota()).toBeUndefined();
  const dying = await quotaBy(cutAfter('* QUOTAROOT INBOX ""\r\n', 5));
  expect(await refusalOf(dying.session.quota())).toMatchObject({ kind: 'transient' });
  const without = await quotaBy('* QUOTA "" (STORAGE 1 2)\r\n{tag} OK done\r\n', 'IMAP4rev1');
  expect(await without.session.quota()).toBeUndefined();
  expect(without.server.received.join()).not.toContain('QUOTA');
});
