// gateway doctor over real sockets: accounts that are well, and one of each kind that is not.
import { createServer, type Server } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { issueCa, issueServer } from '../../src/tls/issue.js';
import { englishIn } from '../support/chinese.js';
import { closedPort, type Home, makeHome, runCli, startCli } from '../support/cli-process.js';

interface Found {
  readonly area: string;
  readonly account?: string;
  readonly level: 'ok' | 'note' | 'bad';
  readonly what: { readonly en: string; readonly zh: string };
  readonly evidence?: { readonly en: string; readonly zh: string };
  readonly ms?: number;
  readonly remedy?: { readonly en: string; readonly zh: string };
}

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

let servers: { imap: number; smtp: number; user: string };
beforeEach(async () => {
  const upstream = startCli(['demo-server', '--json', '--personality', 'generic', '--password', 'right']);
  closing.push(() => upstream[Symbol.asyncDispose]());
  servers = (await upstream.event(({ event }) => event === 'ready')) as unknown as typeof servers;
});

const homeWith = (...accounts: object[]): Home => {
  const home = makeHome({ login: { user: 'me', password: 'gate-pass' }, accounts });
  closing.push(() => home[Symbol.asyncDispose]());
  return home;
};
const demo = (name: string, password = 'right', more: object = {}) => {
  const at = (port: number) => ({ host: '127.0.0.1', port, tls: 'none' });
  const auth = { user: servers.user, password };
  return {
    name,
    address: `${name.toLowerCase()}@example.org`,
    provider: 'generic',
    imap: at(servers.imap),
    smtp: at(servers.smtp),
    auth,
    ...more,
  };
};
const examine = async (home: Home, ...args: string[]) => {
  const { code, stdout, stderr } = await runCli(['doctor', '--json', '--config', home.config, ...args]);
  if (stdout === '') throw new Error(stderr);
  return { code, ...(JSON.parse(stdout) as { ok: boolean; running: boolean; findings: Found[] }) };
};
const bad = (found: readonly Found[], account: string) =>
  found.filter((finding) => finding.account === account && finding.level === 'bad');

/** A server whose certificate nobody here trusts. */
async function untrusted(): Promise<number> {
  const server: Server = createServer(
    await issueServer(await issueCa('localhost', new Date()), ['127.0.0.1'], new Date()),
  );
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => void server.close());
  return (server.address() as { port: number }).port;
}

it('all well: each step with its time and its evidence, exit code 0; with a gateway and without', async () => {
  const home = homeWith(demo('Well'));
  const alone = await examine(home);
  expect(alone).toMatchObject({ code: 0, ok: true, running: false });
  const steps = alone.findings
    .filter(({ account }) => account === 'Well')
    .map(({ area, what, level }) => `${level} ${area}: ${what.en}`);
  expect(steps).toEqual([
    'ok imap: the name is found',
    'ok imap: a connection is made',
    'ok imap: the server speaks first',
    'ok imap: signing in',
    'ok imap: what the server can do',
    'ok imap: opening INBOX',
    'ok imap: being told of new mail at once (IDLE)',
    'ok smtp: the name is found',
    'ok smtp: a connection is made',
    'ok smtp: the server speaks first',
    'ok smtp: signing in to send',
  ]);
  expect(alone.findings.filter(({ account }) => account === 'Well').every(({ ms }) => ms !== undefined)).toBe(true);

  const gateway = startCli(['start', '--config', home.config, '--json']);
  closing.push(() => gateway[Symbol.asyncDispose]());
  await gateway.event(({ event, account }) => event === 'synced' && account === undefined);
  const beside = await examine(home, '--full');
  expect(beside).toMatchObject({ code: 0, ok: true, running: true });
  const whats = beside.findings.map(({ what }) => what.en);
  for (const what of [
    'the index is sound, all of it',
    'the bodies of messages are what they were',
    'clients reach IMAPS',
    'nothing is owed to the providers',
  ])
    expect(whats).toContain(what);
  const { stdout } = await runCli(['doctor', '--config', home.config], { env: { LC_ALL: 'zh_CN.UTF-8' } });
  expect(stdout).toMatch(/^网关正在运行。[\s\S]*Well：收信（IMAP）[\s\S]*一切正常。\n$/);
});

it('what is wrong: named with the server’s words and the remedy, exit code 1', async () => {
  const dead = await closedPort();
  const nobody = {
    imap: { host: '127.0.0.1', port: dead, tls: 'none' },
    smtp: { host: '127.0.0.1', port: dead, tls: 'none' },
  };
  const secure = await untrusted();
  const at = {
    imap: { host: '127.0.0.1', port: secure, tls: 'implicit' },
    smtp: { host: '127.0.0.1', port: secure, tls: 'implicit' },
  };
  const home = homeWith(
    demo('Well'),
    demo('Wrong', 'wrong'),
    demo('Dead', 'right', nobody),
    demo('Untrusted', 'right', at),
  );
  const { code, findings } = await examine(home);
  expect(code).toBe(1);
  expect(bad(findings, 'Well')).toEqual([]);
  expect(bad(findings, 'Wrong').map(({ area, what }) => `${area}: ${what.en}`)).toEqual(['imap: signing in fails']);
  expect(bad(findings, 'Wrong')[0]).toMatchObject({
    evidence: { en: expect.stringMatching(/\w/), zh: expect.stringMatching(/^“.+”$/) },
    remedy: { en: expect.stringMatching(/password/), zh: expect.stringMatching(/密码/) },
  });
  expect(bad(findings, 'Dead').map(({ area, what }) => `${area}: ${what.en}`)).toEqual([
    'imap: no connection comes about',
  ]);
  expect(bad(findings, 'Dead')[0]?.remedy?.en).toMatch(/Nobody listens there/);
  expect(bad(findings, 'Untrusted')[0]).toMatchObject({
    what: { en: 'the server does not prove who it is' },
    evidence: { en: expect.stringMatching(/UNABLE_TO_VERIFY_LEAF_SIGNATURE.*Mail gateway/) },
    remedy: { en: expect.stringMatching(/"serverCertificate"/) },
  });
  const { stdout } = await runCli(['doctor', '--config', home.config, '--language', 'en']);
  expect(stdout).toMatch(/Wrong: reading mail \(IMAP\)[\s\S]*BAD {3}signing in fails: .+\n {8}→ .*password/);
  expect(stdout).toMatch(/3 things need you: see the lines marked BAD\.\n$/);
});

it('an account whose sign-in was refused is not tried again: not while the gateway waits, but with another password', async () => {
  const home = homeWith(demo('Wrong', 'wrong'));
  const gateway = startCli(['start', '--config', home.config, '--json']);
  closing.push(() => gateway[Symbol.asyncDispose]());
  await gateway.event(({ event }) => event === 'problem');
  const { code, findings } = await examine(home);
  expect(code).toBe(1);
  const whats = bad(findings, 'Wrong').map(({ area, what }) => `${area}: ${what.en}`);
  expect(whats).toContainEqual(expect.stringMatching(/^imap: signing in was refused before: not tried again before /));
  expect(
    findings.filter(({ account, area, what }) => account === 'Wrong' && area === 'imap' && what.en === 'signing in'),
  ).toEqual([]);
  expect(whats).toHaveLength(1);
  // What the gateway itself keeps of it is no second thing to mend.
  expect(findings.filter(({ area, account }) => area === 'owed' && account === 'Wrong')).toMatchObject([
    { level: 'note', what: { en: expect.stringMatching(/^the gateway has met the same: /) } },
  ]);
  gateway.kill();
  await gateway.ended;
  const config = { login: { user: 'me', password: 'gate-pass' }, accounts: [demo('Wrong')] };
  home.write(config);
  expect(await examine(home)).toMatchObject({ code: 0, running: false });
});

it('a host that is not there, with a gateway that has met it: one thing needs you, in one language', async () => {
  const nowhere = (port: number) => ({ host: 'nowhere.invalid', port, tls: 'implicit' });
  const home = homeWith(demo('Well'), demo('Lost', 'right', { imap: nowhere(993), smtp: nowhere(465) }));
  const gateway = startCli(['start', '--config', home.config, '--json']);
  closing.push(() => gateway[Symbol.asyncDispose]());
  await gateway.event(({ event, account }) => event === 'problem' && account === 'Lost');
  const { findings } = await examine(home);
  expect(bad(findings, 'Lost').map(({ area, what }) => `${area}: ${what.en}`)).toEqual(['imap: the name is not found']);
  expect(findings.filter(({ account, level }) => account === 'Lost' && level === 'note')).toMatchObject([
    { area: 'smtp', what: { en: 'not tested: the same fault as in reading mail above' } },
    { area: 'owed', what: { en: expect.stringMatching(/^the gateway has met the same: /) } },
  ]);
  for (const { what, evidence, remedy } of findings) {
    const isCapabilities = what.en === 'what the server can do';
    for (const said of [what, isCapabilities ? undefined : evidence, remedy])
      expect(englishIn((said?.zh ?? '').replace(/\b(?:Well|Lost)\b/g, '')), said?.zh).toEqual([]);
  }
  const { stdout } = await runCli(['doctor', '--config', home.config, '--language', 'zh']);
  expect(stdout).toMatch(/有 1 处需要处理：见标为“问题”的行。\n$/);
});
