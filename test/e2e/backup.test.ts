// gateway backup and gateway restore, as scripts see them.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { type Home, makeHome, type Running, runCli, startCli } from '../support/cli-process.js';

const closing: (() => PromiseLike<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const homeWithDemo = (): Home => {
  const home = makeHome({ accounts: [{ name: 'Demo', demo: 'qq' }] });
  closing.push(() => home[Symbol.asyncDispose]());
  return home;
};

const started = async (home: Home): Promise<Running> => {
  const gateway = startCli(['start', '--config', home.config, '--json']);
  closing.push(() => gateway[Symbol.asyncDispose]());
  await gateway.event(({ event, account }) => event === 'synced' && account === undefined);
  return gateway;
};

it('is made while the gateway runs, and restored where none runs', { timeout: 120_000 }, async () => {
  const home = homeWithDemo();
  const file = home.path('mail.backup');
  const run = (...args: string[]) => runCli([...args, '--config', home.config]);
  const gateway = await started(home);
  const made = await run('backup', file);
  expect(made).toMatchObject({ code: 0, stderr: '' });
  expect(made.stdout).toMatch(/mail\.backup: \d+ mailboxes, \d+ messages, 0 changes not yet carried out\.\n/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(home.dir).filter((name) => name.startsWith('.gateway-backup'))).toEqual([]);
  expect(await run('backup', file)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/is there already.*--force/),
  });
  expect(await run('restore', file, '--force')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/a gateway is already running/),
  });
  gateway.kill();
  await gateway.ended;
  // Closed properly: another backup, without any gateway.
  expect(JSON.parse((await run('backup', file, '--force', '--json')).stdout)).toMatchObject({
    event: 'backedUp',
    file,
  });
  expect(await run('restore', file)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/holds the data.*--force/),
  });
  const restored = await run('restore', file, '--force');
  expect(restored).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Restored: \d+ mailboxes/) });
  expect(existsSync(home.path('data', 'gateway.db'))).toBe(true);
  await started(home);
});

it('says what is missing', { timeout: 60_000 }, async () => {
  const home = homeWithDemo();
  const run = (...args: string[]) => runCli([...args, '--config', home.config]);
  expect(await run('backup', home.path('b'))).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/nothing to back/),
  });
  expect(await run('restore', home.path('b'))).toMatchObject({ code: 1, stderr: expect.stringMatching(/no backup/) });
  expect(await run('backup')).toMatchObject({ code: 2 });
});
