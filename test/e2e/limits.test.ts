// The built program against a provider that wants a pause: kept over kill -9, told by status, ended by sync --force; and what
// is used of a budget is still counted afterwards.
import { writeFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import type { GatewayStatus } from '../../src/gateway.js';
import { closedPort, type Home, makeHome, type Running, runCli, startCli } from '../support/cli-process.js';
import { type ScriptedServer, startScriptedServer } from '../support/scripted-server.js';

let server: ScriptedServer | undefined;
let home: Home | undefined;
let gateway: Running | undefined;
afterAll(async () => {
  gateway?.kill('SIGKILL');
  await gateway?.ended;
  await server?.stop();
  await home?.[Symbol.asyncDispose]();
});

test('a pause holds over kill -9, is told, and ends by sync --force; logins are counted on', async () => {
  const provider = { isOpen: false, logins: 0 };
  server = await startScriptedServer({
    scripts: {
      LOGIN: ({ write }) => {
        provider.logins++;
        write(provider.isOpen ? '{tag} OK in\r\n' : '{tag} NO login frequency limited\r\n');
      },
      LIST: '* LIST (\\HasNoChildren) "/" INBOX\r\n{tag} OK done\r\n',
      SELECT: '* 0 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 1] ok\r\n{tag} OK [READ-WRITE] done\r\n',
    },
  });
  const at = (port: number) => ({ host: '127.0.0.1', port, tls: 'none' });
  const account = {
    name: 'QQ',
    address: 'a@qq.com',
    provider: 'qq',
    imap: at(server.port),
    smtp: at(await closedPort()),
    auth: { password: 'file:code' },
    quirks: { pollMs: 5_000, budgets: { loginsPer15Minutes: 50 } },
  };
  home = makeHome({ accounts: [account] });
  const { config } = home;
  writeFileSync(home.path('code'), 'secret\n', { mode: 0o600 });
  const run = (...args: string[]) => runCli([...args, '--config', config]);
  const status = async () => {
    const { stdout } = await run('status', '--json');
    return JSON.parse(stdout) as GatewayStatus;
  };
  const start = async () => {
    gateway = startCli(['start', '--json', '--config', config]);
    await gateway.event(({ event }) => event === 'ready');
  };
  const paused = async () => (await status()).accounts[0]?.pausedUntil ?? 0;

  await start();
  await gateway?.event(({ event }) => event === 'problem');
  const until = await paused();
  expect(until - Date.now()).toBeGreaterThan(10 * 60_000);
  const { logins } = provider;
  gateway?.kill('SIGKILL');
  await gateway?.ended;

  await start();
  expect(Math.abs((await paused()) - until)).toBeLessThan(2_000);
  const refused = await run('sync');
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/left alone until .*sync --force/)]);
  expect(provider.logins).toBe(logins);

  provider.isOpen = true;
  expect(await run('sync', '--force')).toMatchObject({ code: 0 });
  const text = (await run('status', '--verbose')).stdout;
  expect(text).toMatch(new RegExp(`QQ: .*\\b${provider.logins} of 50 sign-ins in 15 min`));
  expect(text).toMatch(/pollMs +config +5000/);
  expect(text).toMatch(/maxCommandBytes +table +2000/);
  expect(text).toContain('CAPABILITY after login: IMAP4REV1');
}, 60_000);
