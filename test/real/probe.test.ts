// What trying shows of real servers, which keep their word: no fault may be seen where there is none.
import { expect, test } from 'vitest';
import { silentLogger } from '../../src/lib/logger.js';
import type { ProbeFacts } from '../../src/upstream/connector.js';
import { createImapConnector } from '../../src/upstream/imap/connector.js';
import { GENERIC_TRAITS } from '../../src/upstream/providers/index.js';
import { sampleMessage } from '../contract/contract-support.js';
import { plainDirect } from '../support/plain-direct.js';
import { startCourier } from '../support/real/courier.js';
import { startCyrus } from '../support/real/cyrus.js';
import { startDovecot } from '../support/real/dovecot.js';
import type { RealServer } from '../support/real/server.js';

const user = 'probe';
const users = [user];
const RIGHT: ProbeFacts = { searchAll: 'right', searchText: 'right', sizes: 'right' };

test.each<[name: string, start: () => Promise<RealServer>, facts: ProbeFacts]>([
  ['Dovecot', () => startDovecot({ users }), { ...RIGHT, condstore: 'right', qresync: 'right', copyOrder: 'right' }],
  ['Cyrus', () => startCyrus({ users }), { ...RIGHT, condstore: 'right', qresync: 'right', copyOrder: 'right' }],
  ['Courier', () => startCourier({ users }), { ...RIGHT, copyOrder: 'right' }],
])('%s', async (_, start, facts) => {
  const server = await start();
  try {
    const { host, port, password, delimiter, prefix } = server;
    const direct = plainDirect({ host, port, user, password, delimiter, prefix });
    for (let i = 1; i <= 5; i++) await direct.deliver(['INBOX'], sampleMessage(`holidays ${'x'.repeat(i)}`));
    // Modseqs and uids with a history.
    await direct.setFlags(['INBOX'], 2, '+', ['\\Flagged']);
    await direct.expunge(['INBOX'], 1);
    const connector = createImapConnector({
      ...{ account: 'x', host, port, user, traits: GENERIC_TRAITS, logger: silentLogger },
      tls: 'none',
      password: () => password,
    });
    const session = await connector.connect();
    await session.createMailbox(['Target']);
    await session.select(['INBOX']);
    await session.probe();
    expect((await session.copy([[2, 5]], ['Target'])).pairs?.size).toBe(4);
    await session.close();
    expect(connector.profile?.facts()).toMatchObject(facts);
    expect(Object.values(connector.profile?.facts() ?? {})).not.toContain('wrong');
  } finally {
    await server.stop();
  }
});
