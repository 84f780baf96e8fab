// Bad input from the user's side (one clear line each, no stack), and what scripts may rely on (DESIGN §13).
import { once } from 'node:events';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import Sqlite from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { accountAt, closedPort, FREE_PORTS, type Home, makeHome, runCli, startCli } from '../support/cli-process.js';

const closing: AsyncDisposable[] = [];
const use = <T extends AsyncDisposable>(resource: T): T => {
  closing.push(resource);
  return resource;
};
afterEach(async () => {
  for (const resource of closing.splice(0).reverse()) await resource[Symbol.asyncDispose]();
});

/** A home whose one account cannot be reached: enough to start with. */
async function homeWith(content: object = {}): Promise<Home> {
  const home = use(makeHome({ accounts: [accountAt('Work', await closedPort())], ...content }));
  writeFileSync(home.path('account-password'), 'secret\n', { mode: 0o600 });
  return home;
}

const NO_STACK = /^\s+at |internal error/m;

describe('gateway start with bad input', () => {
  it.each<[what: string, content: string | object, says: readonly RegExp[]]>([
    ['bad JSON', '{\n  "accounts": [,]\n}', [/gateway\.config\.json:2:16: a value should stand here/]],
    ['nothing in it', '', [/:1:1: .*the text ends/]],
    ['a comment', '{ // mine\n}', [/:1:3: JSON has no comments/]],
    [
      'an unknown field',
      { acounts: [], accounts: [{ name: 'Q', demo: 'qq' }] },
      [/acounts is not a setting: did you mean "accounts"\?/],
    ],
    ['no accounts', { accounts: [] }, [/accounts needs at least 1 entry/]],
    [
      'two mistakes, each in its line',
      '{ "accounts": [{ "name": "Q", "demo": "qqq" }],\n "listen": { "imap": 99999 } }',
      [
        /:1:31: accounts\[0\]\.demo must be one of .*"qqq": did you mean "qq"/,
        /:2:14: listen\.imap must be 65535 or less, not 99999/,
      ],
    ],
    [
      'a variable that is not set',
      {
        accounts: [{ name: 'Q', address: 'a@qq.com', provider: 'qq', auth: { password: 'env:GATEWAY_TEST_NOT_SET' } }],
      },
      [/accounts\[0\]\.auth\.password names the environment variable GATEWAY_TEST_NOT_SET, which is not set/],
    ],
  ])('%s', async (_, content, says) => {
    const home = use(makeHome(content));
    const { code, stdout, stderr } = await runCli(['start', '--config', home.config]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toEqual(says.map((text) => expect.stringMatching(text)));
    expect(existsSync(home.path('data'))).toBe(false);
  });

  it('a configuration that does not exist', async () => {
    const { code, stderr } = await runCli(['start', '--config', '/nowhere/gateway.config.json']);
    expect(code).toBe(1);
    expect(stderr).toBe('/nowhere/gateway.config.json: there is no such file: give the right one with --config FILE\n');
  });

  it('a port another program has', async () => {
    const rival = createServer().listen(0, '127.0.0.1');
    await once(rival, 'listening');
    const { port } = rival.address() as { port: number };
    try {
      const home = await homeWith({ listen: { ...FREE_PORTS, imaps: port } });
      const { code, stderr } = await runCli(['start', '--config', home.config]);
      expect(code).toBe(1);
      expect(stderr).toContain(`gateway: port ${port} on 127.0.0.1 is taken by another program`);
      expect(stderr).toContain(`"listen.imaps" in ${home.config}`);
      expect(stderr).not.toMatch(NO_STACK);
    } finally {
      rival.close();
    }
  });

  it('all the ports others have, at once', async () => {
    const rivals = [createServer(), createServer()];
    for (const rival of rivals) await once(rival.listen(0, '127.0.0.1'), 'listening');
    const [imaps, smtps] = rivals.map((rival) => (rival.address() as { port: number }).port);
    try {
      const home = await homeWith({ listen: { ...FREE_PORTS, imaps, smtps } });
      const { code, stderr } = await runCli(['start', '--config', home.config]);
      expect(code).toBe(1);
      expect(stderr).toContain(`gateway: ports ${imaps}, ${smtps} on 127.0.0.1 are taken by other programs`);
    } finally {
      for (const rival of rivals) rival.close();
    }
  });

  it.each<[what: string, field: 'dataDir' | 'certsDir']>([
    ['a data directory that is a file', 'dataDir'],
    ['a certificates directory that is a file', 'certsDir'],
  ])('%s', async (_, field) => {
    const home = await homeWith({ [field]: 'thing' });
    writeFileSync(home.path('thing'), '');
    const { code, stderr } = await runCli(['start', '--config', home.config]);
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^${home.config}:1:\\d+: ${field} names ${home.path('thing')}, which is a file`));
    expect(stderr.trimEnd().split('\n').length).toBe(1);
  });

  it.each<[what: string, dataDir: string, says: RegExp]>([
    // Root may write anywhere but here: these say EPERM, EACCES or EROFS to whoever asks.
    [
      'a data directory that cannot be made',
      '/sys/gateway-test',
      /^gateway: \/sys\/gateway-test: no permission .*"dataDir"|read-only/,
    ],
    [
      '… where there are no directories to be made',
      '/proc/gateway-test',
      /^gateway: \/proc\/gateway-test cannot be made.*"dataDir"/,
    ],
  ])('%s', async (_, dataDir, says) => {
    const home = await homeWith({ dataDir });
    const { code, stderr } = await runCli(['start', '--config', home.config]);
    expect(code).toBe(1);
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(NO_STACK);
  });

  it.each<[what: string, prepare: (home: Home) => void, says: RegExp]>([
    [
      'an index of a newer gateway',
      (home) => new Sqlite(home.path('data', 'gateway.db')).exec('PRAGMA user_version = 9999').close(),
      /^gateway: .*gateway\.db was written by a newer gateway \(schema 9999, .*\); upgrade the gateway$/m,
    ],
    [
      'a CA certificate that is none',
      (home) => {
        mkdirSync(home.path('certs'));
        writeFileSync(home.path('certs', 'ca.pem'), 'x');
      },
      /^gateway: .*ca\.pem is no CA certificate: .*"node .*cli\.js cert reissue --ca --config .*"/m,
    ],
  ])('%s', async (_, prepare, says) => {
    const home = await homeWith();
    mkdirSync(home.path('data'));
    prepare(home);
    const { code, stderr } = await runCli(['start', '--config', home.config]);
    expect(code).toBe(1);
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(NO_STACK);
  });

  it('a second gateway with the same data directory leaves the first alone', async () => {
    const home = await homeWith();
    const first = use(startCli(['start', '--config', home.config, '--json']));
    await first.event(({ event }) => event === 'ready');
    const { code, stdout, stderr } = await runCli(['start', '--config', home.config, '--json']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^gateway: a gateway is already running with the data directory .*\/data: stop it with "node .*cli\.js stop --config .*", or give this one another "dataDir"\n$/,
    );
    expect((await runCli(['status', '--config', home.config])).code).toBe(0);
  });

  it('a data directory that is missing is made, for this user alone', async () => {
    const home = await homeWith({ dataDir: 'deep/er/data' });
    const gateway = use(startCli(['start', '--config', home.config, '--json']));
    await gateway.event(({ event }) => event === 'ready');
    for (const path of [['deep', 'er', 'data'], ['certs']])
      expect(statSync(home.path(...path)).mode & 0o777).toBe(0o700);
    for (const path of ['password', 'gateway.db'])
      expect([path, statSync(home.path('deep', 'er', 'data', path)).mode & 0o777]).toEqual([path, 0o600]);
    for (const [path, mode] of [
      ['ca.key', 0o600],
      ['server.key', 0o600],
      ['ca.pem', 0o644],
    ] as const)
      expect([path, statSync(home.path('certs', path)).mode & 0o777]).toEqual([path, mode]);
  });
});
