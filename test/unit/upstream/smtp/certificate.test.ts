// A submission server whose certificate cannot be trusted: said so, and no fault of the message.
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../../../src/lib/logger.js';
import { issueCa, issueServer, type KeyAndCertificate } from '../../../../src/tls/issue.js';
import { createSubmitter } from '../../../../src/upstream/smtp/submitter.js';

let ca: KeyAndCertificate;
const servers: SMTPServer[] = [];
beforeAll(async () => {
  ca = await issueCa('test', new Date());
});
afterAll(() => Promise.all(servers.map((server) => new Promise<void>((done) => server.close(() => done())))));

async function serve(secure: boolean, names: readonly string[], options: object = {}): Promise<number> {
  const { key, cert } = await issueServer(ca, names, new Date());
  const server = new SMTPServer({
    secure,
    key,
    cert,
    authOptional: true,
    onAuth: (auth, _, done) => done(null, { user: auth.username ?? '' }),
    ...options,
  });
  servers.push(server);
  server.on('error', () => undefined);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
  return (server.server.address() as AddressInfo).port;
}

const submit = (port: number, tls: 'implicit' | 'starttls', tlsOptions = {}) =>
  createSubmitter({
    host: '127.0.0.1',
    port,
    tls,
    user: 'a',
    password: () => 'x',
    logger: silentLogger,
    tlsOptions,
  }).submit({
    mailFrom: 'a@example.org',
    rcptTo: ['b@example.org'],
    sizeBytes: 6,
    eightBit: false,
    smtpUtf8: false,
    open: async function* () {
      yield Buffer.from('a\r\n\r\nb');
    },
  });

describe.each(['implicit', 'starttls'] as const)('%s TLS', (tls) => {
  test('a certificate of an unknown CA', async () => {
    const port = await serve(tls === 'implicit', ['127.0.0.1']);
    await expect(submit(port, tls)).rejects.toMatchObject({ kind: 'transient', details: { code: 'CERTIFICATE' } });
    await expect(submit(port, tls, { ca: ca.cert })).resolves.toMatchObject({ accepted: ['b@example.org'] });
  });

  test('a certificate of another host', async () => {
    const port = await serve(tls === 'implicit', ['127.0.0.2']);
    await expect(submit(port, tls, { ca: ca.cert })).rejects.toMatchObject({
      kind: 'transient',
      details: { code: 'CERTIFICATE' },
    });
  });
});

test('no STARTTLS where there has to be: something to mend, and not the message’s fault', async () => {
  const port = await serve(false, ['127.0.0.1'], { disabledCommands: ['STARTTLS'] });
  await expect(submit(port, 'starttls')).rejects.toMatchObject({ kind: 'transient', details: { code: 'TLS' } });
});

test('a server that is not there is no matter of TLS', async () => {
  const port = await serve(true, ['127.0.0.1']);
  await new Promise<void>((done) => servers.at(-1)?.close(() => done()));
  const error = await submit(port, 'implicit').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ kind: 'transient' });
  expect((error as { details: object }).details).not.toHaveProperty('code');
  expect(error).toMatchObject({
    message: `cannot reach 127.0.0.1:${port} (nobody listens there: ECONNREFUSED)`,
    details: { chinese: `无法连接 127.0.0.1:${port}（该端口无人监听：ECONNREFUSED）` },
  });
  expect((error as { details: object }).details).not.toHaveProperty('serverText');
});
