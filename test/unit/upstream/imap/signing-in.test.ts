// Connecting and signing in to servers that refuse, lie, hang or vanish.
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { silentLogger } from '../../../../src/lib/logger.js';
import { remedyFor } from '../../../../src/mail/problems.js';
import { createImapConnector } from '../../../../src/upstream/imap/connector.js';
import { GENERIC_TRAITS } from '../../../../src/upstream/providers/index.js';
import { REMEDIES } from '../../../../src/upstream/providers/remedies.js';
import { refusalOf } from '../../../contract/contract-support.js';
import { serverTls } from '../../../support/harness.js';
import type { ScriptedOptions } from '../../../support/scripted-server.js';
import { connectorTo } from './scripted-session.js';

test('a certificate nobody vouches for: the remedy names the field', async () => {
  const server = createServer({ ...(await serverTls()) }, (socket) => socket.end());
  // It is cut off by the client.
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const at = { account: 'test', host: '127.0.0.1', port, tls: 'implicit', user: 'u', password: () => 'p' } as const;
    const connector = createImapConnector({ ...at, traits: GENERIC_TRAITS, logger: silentLogger });
    const error = await refusalOf(connector.connect());
    expect(error).toMatchObject({ kind: 'permanent', details: { code: 'CERTIFICATE' } });
    expect(remedyFor(error).en).toContain('"serverCertificate"');
  } finally {
    server.close();
  }
});

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
    const error = await refusalOf(locked.connect());
    expect([error.kind, error.details.remedy]).toEqual(['auth', REMEDIES.noPassword]);
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
