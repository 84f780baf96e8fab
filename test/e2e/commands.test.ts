// The running program as scripts see it: the events of --json, signals, and the commands that ask it (DESIGN §13).
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { accountAt, closedPort, type Home, makeHome, type Running, runCli, startCli } from '../support/cli-process.js';
import { type ScriptedOptions, type ScriptedServer, startScriptedServer } from '../support/scripted-server.js';

/** Each run of the program takes a second or so, more on a machine that is busy. */
const MANY_RUNS = { timeout: 180_000 };

const closing: (() => PromiseLike<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** An upstream with an empty INBOX. */
async function upstream(scripts: ScriptedOptions['scripts'] = {}): Promise<ScriptedServer> {
  const server = await startScriptedServer({
    scripts: {
      LIST: '* LIST () "/" INBOX\r\n{tag} OK done\r\n',
      SELECT: '* 0 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 1] ok\r\n{tag} OK [READ-WRITE] done\r\n',
      ...scripts,
    },
  });
  closing.push(() => server.stop());
  return server;
}

interface Started {
  readonly home: Home;
  readonly gateway: Running;
  /** Runs another command with the same configuration. */
  ask(...args: string[]): ReturnType<typeof runCli>;
}

async function start(accounts: readonly object[], args: readonly string[] = ['--json']): Promise<Started> {
  const home = makeHome({ accounts });
  closing.push(() => home[Symbol.asyncDispose]());
  writeFileSync(home.path('account-password'), 'secret\n', { mode: 0o600 });
  const gateway = startCli(['start', '--config', home.config, ...args]);
  closing.push(() => gateway[Symbol.asyncDispose]());
  if (args.includes('--json')) await gateway.event(({ event }) => event === 'ready');
  return { home, gateway, ask: (...command) => runCli([...command, '--config', home.config]) };
}

const named = (event: string, account?: string) => (one: { event: string; account?: unknown }) =>
  one.event === event && one.account === account;

/** The greeting of the implicit-TLS port, with only our CA trusted. */
function greeting(port: unknown, home: Home): Promise<string> {
  const ca = readFileSync(home.path('certs', 'ca.pem'));
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: Number(port), servername: 'localhost', ca });
    socket.once('data', (chunk) => {
      socket.destroy();
      resolve(chunk.toString());
    });
    socket.once('error', reject);
  });
}

describe('start --json', () => {
  it('tells ready, synced for each account, synced for all, stopped; SIGTERM ends it within 5 s', async () => {
    const [one, two] = [await upstream(), await upstream()];
    const { home, gateway } = await start([accountAt('One', one.port), accountAt('Two', two.port)]);
    await gateway.event(named('synced'));
    const [ready] = gateway.events();
    expect(ready).toMatchObject({ event: 'ready', host: '127.0.0.1', user: 'me', ca: home.path('certs', 'ca.pem') });
    for (const port of ['imap', 'imaps', 'smtp', 'smtps']) expect(ready?.[port]).toBeGreaterThan(0);
    expect(await greeting(ready?.imaps, home)).toMatch(/^\* OK /);
    expect(await greeting(ready?.smtps, home)).toMatch(/^220 /);
    const asked = Date.now();
    gateway.kill('SIGTERM');
    const { code } = await gateway.ended;
    expect(Date.now() - asked).toBeLessThan(5_000);
    expect(code).toBe(0);
    const told = gateway.events().map(({ event, account }) => (account === undefined ? event : `${event} ${account}`));
    expect(told.slice(0, 3).sort()).toEqual(['ready', 'synced One', 'synced Two']);
    expect(told.slice(3)).toEqual(['synced', 'stopped']);
  });

  it.each(['SIGINT', 'SIGHUP'] as const)('%s ends it too', async (signal) => {
    const { gateway } = await start([accountAt('One', await closedPort())]);
    gateway.kill(signal);
    expect((await gateway.ended).code).toBe(0);
    expect(gateway.events().at(-1)).toEqual({ event: 'stopped' });
  });

  it('a data directory that is deleted under it ends it at once, with what to do', async () => {
    const server = await upstream();
    const { home, gateway } = await start([accountAt('Work', server.port)]);
    await gateway.event(named('synced'));
    rmSync(home.path('data'), { recursive: true, force: true });
    const { code, stderr } = await gateway.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/gateway: .*data was deleted, moved or replaced .* start again/);
    expect(stderr).not.toMatch(/\bat .*\.js:\d/);
    expect(existsSync(home.path('data'))).toBe(false);
  });

  it('an unreachable account is one problem; the others are served; it is tried again until it answers', async () => {
    const [port, good] = [await closedPort(), await upstream()];
    const { home, gateway } = await start([accountAt('Good', good.port), accountAt('Gone', port)]);
    const problem = await gateway.event(({ event }) => event === 'problem');
    expect(problem).toMatchObject({ account: 'Gone', text: expect.stringContaining(`127.0.0.1:${port}`) });
    expect(problem.remedy).toBe('The gateway keeps trying; cached mail stays readable.');
    await gateway.event(named('synced', 'Good'));
    expect(await greeting(gateway.events()[0]?.imaps, home)).toMatch(/^\* OK /);
    const late = await startScriptedServer({ port, scripts: { LIST: '* LIST () "/" INBOX\r\n{tag} OK done\r\n' } });
    closing.push(() => late.stop());
    await gateway.event(named('synced', 'Gone'));
    expect(gateway.events().filter(({ event }) => event === 'problem').length).toBe(1);
    expect(gateway.stderr()).not.toMatch(/\bat .*\.js:\d/);
  });

  it('a refused login is one problem with its remedy', async () => {
    const refusing = await upstream({
      LOGIN: '{tag} NO [AUTHENTICATIONFAILED] wrong password\r\n',
      AUTHENTICATE: '{tag} NO [AUTHENTICATIONFAILED] wrong password\r\n',
    });
    const { gateway, ask } = await start([accountAt('Work', refusing.port)]);
    const problem = await gateway.event(({ event }) => event === 'problem');
    expect(problem).toMatchObject({ account: 'Work', text: 'the sign-in is refused: wrong password' });
    expect(problem.remedy).toMatch(/^Check the user name and the password/);
    expect(JSON.parse((await ask('status', '--json')).stdout)).toMatchObject({
      accounts: [{ name: 'Work', state: 'needsSignIn', reason: 'wrong password', synced: false }],
    });
  });
});

describe('start in a pipe, for a person', () => {
  it('says what to type into a mail client, not the password, and one line a problem without a stack', async () => {
    const port = await closedPort();
    const { home, gateway } = await start([accountAt('Gone', port)], []);
    await gateway.output((text) => text.includes('Gone: cannot reach'));
    const password = readFileSync(home.path('data', 'password'), 'utf8').trim();
    expect(gateway.stdout()).toMatch(/Incoming mail, IMAP +port \d+ with SSL\/TLS, or port \d+ with STARTTLS/);
    expect(gateway.stdout()).toMatch(/User name +me/);
    expect(gateway.stdout()).toContain(home.path('data', 'password'));
    expect(gateway.stdout() + gateway.stderr()).not.toContain(password);
    expect(gateway.stdout()).toContain(
      `Gone: cannot reach 127.0.0.1:${port} (nobody listens there: ECONNREFUSED) — The gateway keeps trying`,
    );
    gateway.kill();
    expect((await gateway.ended).stdout).toMatch(/The gateway has stopped\.\n$/);
    expect(gateway.stdout() + gateway.stderr()).not.toMatch(/\bat .*\.js:\d/);
  });

  it('an account that is told to be up to date is so in the same line', async () => {
    const server = await upstream();
    const { gateway } = await start([accountAt('Work', server.port)], []);
    await gateway.output((text) => text.includes('All accounts are up to date'));
    expect(gateway.stdout()).toMatch(/^Work: \d+ messages, up to date$/m);
  });
});

describe('the commands that ask a running gateway', () => {
  it('status, status --json, accounts, sync, password --rotate, stop', MANY_RUNS, async () => {
    const server = await upstream();
    const { gateway, home, ask } = await start([accountAt('Work', server.port)]);
    await gateway.event(named('synced'));
    const facts = JSON.parse((await ask('status', '--json')).stdout);
    expect(facts).toMatchObject({
      pid: gateway.pid,
      ports: { imaps: gateway.events()[0]?.imaps },
      accounts: [{ name: 'Work', address: 'work@example.test', provider: 'generic', synced: true, journalDepth: 0 }],
      problems: [],
      submissions: { queued: 0, failed: 0, waiting: [] },
      clients: { imap: 0, smtp: 0 },
    });
    expect((await ask('status')).stdout).toMatch(
      /^Running for .*\nMail clients connected: 0 by IMAP.*\n\nAccount .*\nWork /,
    );
    expect(JSON.parse((await ask('accounts', '--json')).stdout)).toMatchObject([
      { name: 'Work', provider: 'generic', demo: false, default: true },
    ]);
    const before = server.received.length;
    expect(await ask('sync', 'work')).toMatchObject({ code: 0, stdout: 'Work: up to date.\n', stderr: '' });
    expect(server.received.length).toBeGreaterThan(before);
    expect(await ask('sync', 'Wrok')).toMatchObject({ code: 1, stderr: expect.stringContaining('has Work') });
    const old = (await ask('password')).stdout;
    const rotated = await ask('password', '--rotate');
    expect(rotated.stdout).not.toBe(old);
    expect(rotated.stdout.trim()).toBe(readFileSync(home.path('data', 'password'), 'utf8').trim());
    expect(rotated.stderr).toBe('The old password is no longer valid: give every mail program the new one.\n');
    expect(await ask('stop')).toEqual({ code: 0, stdout: 'The gateway has stopped.\n', stderr: '' });
    expect((await gateway.ended).code).toBe(0);
    expect(gateway.events().at(-1)).toEqual({ event: 'stopped' });
  });

  it.each([['status'], ['sync'], ['stop']])('%s without one: exit 3, and what to do', async (command) => {
    const home = makeHome({ accounts: [{ name: 'QQ', demo: 'qq' }] });
    closing.push(() => home[Symbol.asyncDispose]());
    expect(await runCli([command, '--config', home.config])).toEqual({
      code: 3,
      stdout: '',
      // The program is not installed under its own name here: the text names what works.
      stderr: expect.stringMatching(
        /^gateway: no gateway is running with the data directory .*\/data: start it with "node .*cli\.js start --config .*"\n$/,
      ),
    });
  });

  it('sync with several accounts unreachable: a line for each', async () => {
    const [one, two] = [await closedPort(), await closedPort()];
    const { gateway, ask } = await start([accountAt('One', one), accountAt('Two', two)]);
    await gateway.event(({ event }) => event === 'problem');
    const { code, stderr } = await ask('sync');
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n')).toEqual([
      'gateway: not all accounts are up to date:',
      `  One: cannot reach 127.0.0.1:${one} (nobody listens there: ECONNREFUSED)`,
      `  Two: cannot reach 127.0.0.1:${two} (nobody listens there: ECONNREFUSED)`,
    ]);
  });

  it('sync with one account unreachable brings the others up to date, then names it', async () => {
    const [port, good] = [await closedPort(), await upstream()];
    const { gateway, ask } = await start([accountAt('Gone', port), accountAt('Good', good.port)]);
    await gateway.event(named('synced', 'Good'));
    const { code, stderr } = await ask('sync');
    expect(code).toBe(1);
    expect(stderr).toBe(`gateway: Gone: cannot reach 127.0.0.1:${port} (nobody listens there: ECONNREFUSED)\n`);
  });
});

describe('the commands that need no running gateway', () => {
  it('accounts, password, cert', MANY_RUNS, async () => {
    const home = makeHome({
      accounts: [
        { name: 'QQ', demo: 'qq' },
        { name: 'Mine', demo: 'gmail', default: true },
      ],
    });
    closing.push(() => home[Symbol.asyncDispose]());
    const ask = (...args: string[]) => runCli([...args, '--config', home.config]);
    expect((await ask('accounts')).stdout).toMatch(/QQ +qq \(demo\) +not running\nMine \(default\) +gmail \(demo\)/);
    const password = await ask('password');
    expect(password.stdout).toMatch(/^([a-z0-9]{5}-){3}[a-z0-9]{5}\n$/);
    expect((await ask('password')).stdout).toBe(password.stdout);
    const facts = JSON.parse((await ask('cert', '--json')).stdout);
    expect(facts).toMatchObject({
      ca: home.path('certs', 'ca.pem'),
      names: expect.arrayContaining(['localhost', '::1']),
    });
    const pem = await ask('cert', 'export');
    expect(new X509Certificate(pem.stdout).fingerprint256).toBe(facts.caFingerprint256);
    const out = home.path('ca.mobileconfig');
    expect(await ask('cert', 'export', '--format', 'mobileconfig', '--out', out)).toMatchObject({
      code: 0,
      stdout: '',
    });
    expect(readFileSync(out, 'utf8')).toContain('com.apple.security.root');
    expect(await ask('cert', 'export', '--out', '/nowhere/ca.pem')).toMatchObject({
      code: 1,
      stderr: 'gateway: cannot write /nowhere/ca.pem (ENOENT)\n',
    });
    const again = JSON.parse((await ask('cert', 'reissue', '--json')).stdout);
    expect(again.caFingerprint256).toBe(facts.caFingerprint256);
    expect(again.serverFingerprint256).not.toBe(facts.serverFingerprint256);
  });
});
