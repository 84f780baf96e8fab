// Switches of quirks.ts that concern sessions and their limits, over a raw socket: each on, and off.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Quirks } from '../../../src/demo/index.js';
import { NO_QUIRKS } from '../../../src/demo/quirks.js';
import { PlainImap } from '../../support/plain-imap.js';
import { letter, lineOf, runDemo } from './demo-server.js';

const PATIENT = { timeout: 5_000 };

/** Fastmail's words (CONDSTORE, QRESYNC, ENABLE …) with other behaviour, and some mail. */
async function demoWith(quirks: Partial<Quirks>, messages = 3) {
  const demo = await runDemo('fastmail', { ...NO_QUIRKS, ...quirks });
  const client = await demo.login();
  for (let i = 1; i <= messages; i += 1) await client.append('INBOX', letter(`number ${i}`));
  return { ...demo, client };
}

describe('words', () => {
  test('greetingCaps and postLoginCaps', async () => {
    const caps = { greetingCaps: 'IMAP4rev1 AUTH=PLAIN', postLoginCaps: 'IMAP4rev1 UIDPLUS' };
    const { access, client } = await demoWith(caps, 0);
    const fresh = await PlainImap.connect({ host: '127.0.0.1', port: access.imapPort });
    expect(fresh.greeting).toBe('* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] demo Cyrus IMAP 3.11 server ready');
    expect((await fresh.ok('CAPABILITY')).untagged).toEqual(['* CAPABILITY IMAP4rev1 AUTH=PLAIN']);
    const { untagged } = await fresh.ok(`LOGIN ${access.address} ${access.password}`);
    expect(untagged).toEqual(['* CAPABILITY IMAP4rev1 UIDPLUS']);
    expect(await client.command('ENABLE CONDSTORE')).toMatchObject({ status: 'BAD' });
  });

  test('noIdle', async () => {
    const { client } = await demoWith({ noIdle: true });
    expect((await client.ok('CAPABILITY')).untagged[0]).not.toContain('IDLE');
    expect(await client.command('IDLE')).toMatchObject({ status: 'BAD' });
    const usual = await demoWith({});
    expect((await usual.client.ok('CAPABILITY')).untagged[0]).toContain(' IDLE ');
  });

  test('requireId', async () => {
    const { client } = await demoWith({ requireId: 'SELECT Unsafe Login.' });
    for (const command of ['SELECT INBOX', 'EXAMINE INBOX'])
      expect(await client.command(command)).toMatchObject({ status: 'NO', text: 'SELECT Unsafe Login.' });
    await client.ok('LIST "" *');
    await client.ok('ID ("name" "test")');
    await client.ok('SELECT INBOX');
  });

  test('enableWithoutEnabledReply: it is enabled all the same', async () => {
    const { client } = await demoWith({ enableWithoutEnabledReply: true });
    expect((await client.ok('ENABLE QRESYNC')).untagged).toEqual([]);
    await client.ok('SELECT INBOX');
    await client.ok('STORE 1 +FLAGS (\\Deleted)');
    expect((await client.ok('EXPUNGE')).untagged).toEqual(['* VANISHED 1']);
    const usual = await demoWith({});
    expect((await usual.client.ok('ENABLE QRESYNC')).untagged).toEqual(['* ENABLED QRESYNC']);
  });

  test('brokenRev2', async () => {
    const { client } = await demoWith({ brokenRev2: true });
    await client.ok('SELECT INBOX');
    expect((await client.ok('SEARCH ALL')).untagged).toEqual(['* SEARCH 1 2 3']);
    expect((await client.ok('ENABLE IMAP4rev2')).untagged).toEqual(['* ENABLED IMAP4REV2']);
    expect(lineOf(await client.ok('UID SEARCH ALL'), /ESEARCH/)).toMatch(/^\* ESEARCH \(TAG "P\d+"\) UID$/);
    expect(await client.command('LSUB "" *')).toMatchObject({ status: 'BAD' });
    const usual = await demoWith({});
    expect((await usual.client.ok('ENABLE IMAP4rev2')).untagged).toEqual(['* ENABLED']);
    await usual.client.ok('LSUB "" *');
  });

  test('statusOmits', async () => {
    const { client } = await demoWith({ statusOmits: ['UIDNEXT'] });
    const { untagged } = await client.ok('STATUS INBOX (MESSAGES UIDNEXT UNSEEN)');
    expect(untagged).toEqual(['* STATUS "INBOX" (MESSAGES 3 UNSEEN 3)']);
    const all = await demoWith({ statusOmits: ['MESSAGES'] });
    expect((await all.client.ok('STATUS INBOX (MESSAGES)')).untagged).toEqual(['* STATUS "INBOX" ()']);
  });
});

describe('IDLE', () => {
  async function idling(quirks: Partial<Quirks>) {
    const { login, client: idler } = await demoWith(quirks);
    const other = await login();
    await other.ok('SELECT INBOX');
    await idler.ok('SELECT INBOX');
    idler.send('I1 IDLE');
    await idler.readUntil(/^\+/);
    await other.ok('STORE 2 +FLAGS (\\Seen)');
    await other.ok('STORE 1 +FLAGS (\\Deleted)');
    await other.ok('EXPUNGE');
    await other.append('INBOX', letter('the end'));
    const told: string[] = [];
    while (!told.some((line) => / RECENT$/.test(line))) told.push(await idler.read());
    await sleep(50);
    idler.send('DONE');
    while (!told.some((line) => line.startsWith('I1 '))) told.push(await idler.read());
    const at = told.findIndex((line) => / RECENT$/.test(line));
    return { inIdle: told.slice(0, at).join('\n'), all: told.join('\n') };
  }
  test('as it should be', async () => {
    const { inIdle } = await idling({});
    expect(inIdle).toMatch(/\* 1 EXPUNGE/);
    expect(inIdle).toMatch(/FETCH .*\\Seen/);
  });
  test('noExpungeInIdle: it is told behind DONE', async () => {
    const { inIdle, all } = await idling({ noExpungeInIdle: true });
    expect(inIdle).not.toContain('EXPUNGE');
    expect(inIdle).toMatch(/FETCH .*\\Seen/);
    expect(all).toContain('* 1 EXPUNGE');
  });
  test('noFlagsInIdle: they are told behind DONE', async () => {
    const { inIdle, all } = await idling({ noFlagsInIdle: true });
    expect(inIdle).toMatch(/\* 1 EXPUNGE/);
    expect(inIdle).not.toContain('FETCH');
    expect(all).toMatch(/FETCH .*\\Seen/);
  });
});

describe('limits', () => {
  test('idleTimeoutMs ends a silent connection; noopDoesNotKeepAlive one that only says NOOP', async () => {
    const { client } = await demoWith({ idleTimeoutMs: 1_000, noopDoesNotKeepAlive: true }, 0);
    const noops = async () => {
      for (;;) {
        const reply = await client.command('NOOP');
        if (reply.untagged.length > 0) throw new Error(reply.untagged.join());
        await sleep(10);
      }
    };
    await expect(noops()).rejects.toThrow();
    const { client: kept } = await demoWith({ idleTimeoutMs: 5_000 }, 0);
    const { client: other } = await demoWith({ idleTimeoutMs: 1_000 }, 0);
    expect(await other.read()).toBe('* BYE Idle for too long');
    await kept.ok('NOOP');
  });

  test('maxConnections: a login more is refused, until one goes', async () => {
    const text = '[ALERT] Too many simultaneous connections. (Failure)';
    const { access, client, login } = await demoWith({ maxConnections: { count: 2, text } }, 0);
    const second = await login();
    const third = await PlainImap.connect({ host: '127.0.0.1', port: access.imapPort });
    const signIn = `LOGIN ${access.address} ${access.password}`;
    expect(await third.command(signIn)).toMatchObject({ status: 'NO', text });
    await second.ok('LOGOUT');
    await expect.poll(async () => (await third.command(signIn)).status, PATIENT).toBe('OK');
    await client.ok('NOOP');
  });

  test('loginFrequencyLimit: the right password is refused too, for a while', async () => {
    const limit = { logins: 2, withinMs: 1_000, text: 'Login fail. login frequency limited' };
    const { access, login } = await demoWith({ loginFrequencyLimit: limit }, 0);
    const client = await PlainImap.connect({ host: '127.0.0.1', port: access.imapPort });
    expect(await client.command(`LOGIN ${access.address} wrong`)).toMatchObject({ status: 'NO' });
    const right = `LOGIN ${access.address} ${access.password}`;
    expect(await client.command(right)).toMatchObject({ status: 'NO', text: limit.text });
    await sleep(1_100);
    await login();
  });

  test('throttleAfter: all connections together, for a while', async () => {
    const text = 'Request is throttled. Suggested Backoff Time: 1000 milliseconds';
    const { client, login } = await demoWith({ throttleAfter: { commands: 3, text, forMs: 1_000 } }, 0);
    const other = await login();
    await client.ok('NOOP');
    await other.ok('NOOP');
    await client.ok('NOOP');
    expect(await other.command('NOOP')).toMatchObject({ status: 'NO', text });
    expect(await client.command('LIST "" *')).toMatchObject({ status: 'NO', text });
    await expect.poll(async () => (await client.command('NOOP')).status, PATIENT).toBe('OK');
  });
});
