import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type SecureVersion, type TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/lib/logger.js';
import {
  type Certificates,
  certificateNames,
  certificatePaths,
  ensureCertificates,
  TlsError,
  tlsServerOptions,
} from '../../../src/tls/index.js';
import { temporaryDirectories } from '../../support/temporary-directory.js';

const makeDirectory = temporaryDirectories();
const DAY_MS = 86_400_000;
const NAMES = ['localhost', '127.0.0.1', '::1', 'desk', 'desk.local', '192.168.1.20'];

interface Asked {
  readonly names?: readonly string[];
  readonly force?: 'server' | 'ca';
  readonly now?: Date;
}
const ensure = (certsDir: string, { names = NAMES, ...rest }: Asked = {}): Promise<Certificates> =>
  ensureCertificates({ certsDir, names, logger: silentLogger, ...rest });

/** Made once: a key takes a while. */
let seed: { readonly directory: string; readonly made: Certificates };
beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), 'gateway-certs-'));
  seed = { directory, made: await ensure(directory) };
  return () => rmSync(directory, { recursive: true });
});

/** A directory with the certificates of `seed`. */
function seeded(): string {
  const directory = makeDirectory();
  cpSync(seed.directory, directory, { recursive: true });
  return directory;
}

const text = (path: string): string => readFileSync(path, 'utf8');

describe('the first start', () => {
  it('makes a CA and a server certificate it has signed, keys for this user alone', async () => {
    const directory = `${makeDirectory()}/certs`;
    const made = await ensure(directory, { names: NAMES });
    const paths = certificatePaths(directory);
    expect(made).toMatchObject({
      ca: text(paths.ca),
      cert: text(paths.server),
      key: text(paths.serverKey),
      reissued: true,
    });
    const modes = [paths.caKey, paths.serverKey, paths.ca, paths.server].map((path) => statSync(path).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600, 0o644, 0o644]);
    expect(statSync(directory).mode & 0o777).toBe(0o700);

    const [ca, server] = [new X509Certificate(made.ca), new X509Certificate(made.cert)];
    expect([ca.ca, server.ca]).toEqual([true, false]);
    expect(server.checkIssued(ca) && server.verify(ca.publicKey)).toBe(true);
    expect(made.names).toEqual(expect.arrayContaining(['localhost', '127.0.0.1', '::1']));
    expect([server.checkHost('localhost'), server.checkIP('127.0.0.1'), server.checkIP('::1')]).toEqual([
      'localhost',
      '127.0.0.1',
      '::1',
    ]);
    expect(server.checkIP('192.168.1.20')).toBe('192.168.1.20');
    const days = (made.expiresAt.getTime() - made.issuedAt.getTime()) / DAY_MS;
    expect(days).toBeGreaterThan(390);
    expect(days).toBeLessThan(398);
  });

  it('makes nothing anew at the second', async () => {
    expect(await ensure(seeded())).toEqual({ ...seed.made, reissued: false });
  });
});

describe('renewal', () => {
  it.each<[what: string, asked: Asked, server: boolean, ca: boolean]>([
    ['a year on', { now: new Date(Date.now() + 370 * DAY_MS) }, true, false],
    ['ten years on', { now: new Date(Date.now() + 3640 * DAY_MS) }, true, true],
    ['ten months on, nothing', { now: new Date(Date.now() + 300 * DAY_MS) }, false, false],
    ['a new name', { names: [...NAMES, '192.168.1.21'] }, true, false],
    ['one name less', { names: NAMES.slice(0, 4) }, false, false],
    ['asked for', { force: 'server' }, true, false],
    ['the CA too', { force: 'ca' }, true, true],
  ])('%s', async (_, asked, server, ca) => {
    const before = seed.made;
    const after = await ensure(seeded(), asked);
    expect([after.reissued, after.cert !== before.cert, after.ca !== before.ca]).toEqual([server, server, ca]);
    const [issuer, issued] = [new X509Certificate(after.ca), new X509Certificate(after.cert)];
    expect(issued.verify(issuer.publicKey)).toBe(true);
  });

  it('keeps the old addresses: a laptop goes to and fro', async () => {
    const directory = makeDirectory();
    await ensure(directory, { names: ['localhost', '192.168.1.20'] });
    const { names } = await ensure(directory, { names: ['localhost', '10.0.0.7'] });
    expect(names).toEqual(['localhost', '10.0.0.7', '192.168.1.20']);
    expect((await ensure(directory, { names: ['localhost', '192.168.1.20'] })).reissued).toBe(false);
  });

  it('knows an IPv6 address in any spelling', async () => {
    const directory = makeDirectory();
    await ensure(directory, { names: ['localhost', 'fd00::1'] });
    expect((await ensure(directory, { names: ['localhost', 'FD00:0:0:0:0:0:0:1'] })).reissued).toBe(false);
  });

  it('leaves out what the CA may not vouch for', async () => {
    const { names } = await ensure(makeDirectory(), {
      names: ['localhost', 'www.bank.example', '8.8.8.8', '10.1.2.3'],
    });
    expect(names).toEqual(['localhost', '10.1.2.3']);
  });
});

describe('damaged files', () => {
  it.each<[what: string, damage: (paths: ReturnType<typeof certificatePaths>) => void, says: RegExp]>([
    [
      'a CA that is none',
      ({ ca }) => writeFileSync(ca, 'x'),
      /ca\.pem is no CA certificate: restore it, or make a new one with "gateway cert reissue --ca"/,
    ],
    ['an empty CA', ({ ca }) => writeFileSync(ca, ''), /ca\.pem is no CA certificate/],
    ['a server certificate as CA', ({ ca, server }) => writeFileSync(ca, text(server)), /ca\.pem is no CA certificate/],
    [
      'the CA key and the server key gone wrong together',
      ({ caKey, serverKey }) => {
        writeFileSync(caKey, 'x');
        writeFileSync(serverKey, 'x');
      },
      /ca\.key is missing or does not fit .*ca\.pem: restore it, or make a new CA with "gateway cert reissue --ca"/,
    ],
  ])('%s: refused in one line; reissue --ca mends it', async (_, damage, says) => {
    const directory = seeded();
    damage(certificatePaths(directory));
    const failure = await ensure(directory).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(TlsError);
    expect((failure as Error).message).toMatch(says);
    expect((failure as Error).message).not.toContain('\n');
    expect((await ensure(directory, { force: 'ca' })).reissued).toBe(true);
    expect((await ensure(directory)).reissued).toBe(false);
  });

  it.each<[what: string, damage: (paths: ReturnType<typeof certificatePaths>) => void]>([
    ['a server certificate that is none', ({ server }) => writeFileSync(server, 'x')],
    ['a server key that is none', ({ serverKey }) => writeFileSync(serverKey, 'x')],
    ['another key', ({ caKey, serverKey }) => writeFileSync(serverKey, text(caKey))],
  ])('%s: made anew, the CA stays', async (_, damage) => {
    const before = seed.made;
    const directory = seeded();
    damage(certificatePaths(directory));
    const after = await ensure(directory);
    expect([after.reissued, after.ca]).toEqual([true, before.ca]);
  });

  it('only the CA key is lost: what is there still serves, until it must be signed anew', async () => {
    const directory = seeded();
    writeFileSync(certificatePaths(directory).caKey, '');
    expect((await ensure(directory)).reissued).toBe(false);
    await expect(ensure(directory, { force: 'server' })).rejects.toThrow(
      'a server certificate must be made (asked for)',
    );
  });

  it("somebody's own certificate is never overwritten", async () => {
    const ours = seeded();
    // Signed by a CA that does not bear our name.
    const foreign = text(new URL('../../fixtures/foreign-certificate.pem', import.meta.url).pathname);
    writeFileSync(certificatePaths(ours).server, foreign);
    await expect(ensure(ours, { force: 'ca' })).rejects.toThrow('was not made by the gateway: move it elsewhere');
    expect(text(certificatePaths(ours).server)).toBe(foreign);
  });

  it('a directory that is a file', async () => {
    const file = `${makeDirectory()}/file`;
    writeFileSync(file, '');
    await expect(ensure(file)).rejects.toThrow(`cannot read or write the certificates in ${file} (`);
  });
});

describe('names', () => {
  const machine = {
    hostname: 'Desk.home.arpa.',
    addresses: ['127.0.0.1', '192.168.1.20', '203.0.113.5', 'fe80::1%eth0', 'fd00::5'],
  };
  it.each<[host: string, names: string[]]>([
    ['127.0.0.1', []],
    ['192.168.1.20', ['192.168.1.20']],
    ['0.0.0.0', ['192.168.1.20', 'fd00::5']],
    ['::', ['192.168.1.20', 'fd00::5']],
    ['FD00::5', ['fd00::5']],
  ])('for %s', (host, names) => {
    const own = ['localhost', '127.0.0.1', '::1', 'desk.home.arpa', 'desk.local'];
    expect(certificateNames(host, machine)).toEqual([...own, ...names]);
  });

  it('a host name that cannot stand in a certificate is left out', () => {
    expect(certificateNames('127.0.0.1', { hostname: 'my_pc', addresses: [] })).toEqual([
      'localhost',
      '127.0.0.1',
      '::1',
    ]);
  });
});

describe('the TLS the front ends speak', () => {
  it.each<[version: SecureVersion, accepted: boolean]>([
    ['TLSv1.3', true],
    ['TLSv1.2', true],
    ['TLSv1.1', false],
    ['TLSv1', false],
  ])('%s: %s', async (version, accepted) => {
    const server = createServer(tlsServerOptions(seed.made), (socket) => socket.end('hello'));
    server.on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    // SECLEVEL=0: else the client's own library would refuse to speak the old versions.
    const socket: TLSSocket = connect({
      port,
      host: '127.0.0.1',
      ca: seed.made.ca,
      minVersion: version,
      maxVersion: version,
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const outcome = await Promise.race([
      once(socket, 'secureConnect').then(() => socket.getProtocol()),
      once(socket, 'error').then(() => 'refused'),
    ]).catch(() => 'refused');
    expect(outcome).toBe(accepted ? version : 'refused');
    socket.destroy();
    server.close();
  });
});
