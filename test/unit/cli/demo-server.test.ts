// gateway demo-server: what it lists, what it refuses, and that what it prints is where a client gets in.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { accountOf, demoServer } from '../../../src/cli/demo-server.js';
import { ExitCode } from '../../../src/cli/io.js';
import { runCli } from '../../../src/cli/main.js';
import { loadConfig } from '../../../src/config/index.js';
import { PERSONALITY_NAMES } from '../../../src/demo/index.js';
import { PlainImap } from '../../support/plain-imap.js';
import { temporaryDirectories } from '../../support/temporary-directory.js';
import { fakeIo } from './fake-io.js';

async function run(...args: string[]) {
  const io = fakeIo();
  const startGateway = () => Promise.reject(new Error('not expected to start'));
  const code = await runCli(['demo-server', ...args], { io, startGateway, version: '1' });
  return { code, out: io.out, complaints: io.complaints.join('\n') };
}

const makeDirectory = temporaryDirectories();
const DEFAULTS = { json: true, list: false, personality: 'qq', port: 0, smtpPort: 0, empty: true };

describe('demo-server', () => {
  it('lists the personalities', async () => {
    expect(await run('--list')).toEqual({ code: ExitCode.ok, out: [...PERSONALITY_NAMES], complaints: '' });
    expect(JSON.parse((await run('--list', '--json')).out.join(''))).toEqual(PERSONALITY_NAMES);
  });

  it.each([
    [['--personality', 'gmial'], 'there is no personality "gmial": did you mean "gmail"?'],
    [['--personality', 'x'], /^gateway: there is no personality "x": there are qq, exmail, gmail, outlook, 163, /],
    [['--port', '70000'], '70000 is no port: they go from 1 to 65535, and 0 is any that is free'],
    [['--smtp-port', 'x'], 'NaN is no port'],
    [['--quirks', '{"nodle": true}'], '--quirks: "nodle" is no switch: did you mean "noIdle"?'],
    [['--quirks', '{"noIdle"'], /^gateway: --quirks: .*JSON/],
    [['--quirks', '[]'], '--quirks: quirks are an object'],
    [['--quirks', '/nowhere/quirks.json'], /^gateway: \/nowhere\/quirks\.json: ENOENT/],
  ])('refuses %j', async (args, says) => {
    const { code, complaints } = await run(...args);
    expect(code).toBe(ExitCode.usage);
    if (typeof says === 'string') expect(complaints).toContain(says);
    else expect(complaints).toMatch(says);
  });

  it.each(PERSONALITY_NAMES)(
    'says how an account of a gateway is pointed at it, in words the configuration takes: %s',
    (name) => {
      const access = { address: 'demo@x.example', password: 'p', imapPort: 3143, smtpPort: 3587, oauth: undefined };
      const file = join(makeDirectory(), 'gateway.config.json');
      writeFileSync(file, JSON.stringify({ accounts: [accountOf(name, access as never)] }));
      expect(loadConfig(file).accounts[0]).toMatchObject({
        provider: name,
        imap: { host: '127.0.0.1', port: 3143, tls: 'none' },
        smtp: { host: '127.0.0.1', port: 3587, tls: 'none' },
      });
    },
  );

  it('serves until it is stopped, at the ports and with the password it was given', async () => {
    const io = fakeIo();
    let stop: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => {
      stop = resolve;
    });
    const quirks = '{"statusOmits": ["UIDNEXT"], "tokenExpiresIn": 3600}';
    const running = demoServer({ ...DEFAULTS, password: 'open sesame', quirks }, io, () => stopped);
    await expect.poll(() => io.out.length).toBe(1);
    const ready = JSON.parse(io.out[0] ?? '');
    expect(ready).toMatchObject({
      event: 'ready',
      personality: 'qq',
      user: 'demo@qq.example',
      password: 'open sesame',
    });
    expect(ready.oauth).toEqual({ tokenPort: expect.any(Number), refreshToken: expect.stringMatching(/./) });
    const client = await PlainImap.login({ ...ready, port: ready.imap });
    expect(client.greeting).toContain('QQMail');
    expect((await client.ok('STATUS INBOX (MESSAGES UIDNEXT)')).untagged).toEqual(['* STATUS "INBOX" (MESSAGES 0)']);
    const taken = demoServer({ ...DEFAULTS, port: ready.imap }, fakeIo(), () => stopped);
    await expect(taken).rejects.toThrow(`port ${ready.imap} is taken`);
    stop();
    expect(await running).toBe(ExitCode.ok);
    expect(JSON.parse(io.out[1] ?? '')).toEqual({ event: 'stopped' });
    await expect(client.read()).rejects.toThrow();
  });
});
