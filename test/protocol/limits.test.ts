// How many connections there may be, and how long they may keep silent (providers.md §13.29, §13.33).
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Harness, startHarness } from '../support/harness.js';
import type { ImapClient } from '../support/imap-client.js';
import { inTime } from '../support/in-time.js';

let harness: Harness;
beforeEach(async () => {
  harness = await startHarness({
    accounts: [{ name: 'QQ' }],
    maxConnections: 80,
    maxConnectionsPerDevice: 51,
    devices: [{ name: 'phone', password: 'hush', withoutCapabilities: [] }],
  });
});
afterEach(() => harness[Symbol.asyncDispose]());

async function connected(): Promise<ImapClient> {
  const client = await harness.connect();
  await client.greeting();
  return client;
}
async function phone(): Promise<ImapClient> {
  const client = await connected();
  await client.ok('LOGIN me hush');
  return client;
}
const idling = async (client: ImapClient): Promise<void> => {
  await client.ok('SELECT INBOX');
  client.start('IDLE');
  expect(await client.line()).toBe('+ idling');
};
const LIMIT = 'NO [LIMIT] this device may have at most 51 connections at a time';

describe('a device', () => {
  it('may idle on fifty connections; beyond its limit it is told so, and others are not', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, phone));
    await Promise.all(all.map(idling));
    const last = await phone();
    const late = await connected();
    expect((await late.command('LOGIN me hush')).status).toBe(LIMIT);
    expect((await late.command(`AUTHENTICATE PLAIN ${Buffer.from('\0me\0hush').toString('base64')}`)).status).toBe(
      LIMIT,
    );
    // The limit is one of who knows the password; another device has its own.
    expect((await late.command('LOGIN me wrong')).status).toMatch(/^NO \[AUTHENTICATIONFAILED\]/);
    expect((await late.command('LOGIN me "open sesame"')).status).toMatch(/^OK/);
    last.destroy();
    const phones = () => harness.server.connections().filter(({ user }) => user === 'phone').length;
    const left = async () => {
      while (phones() > 50) await new Promise<void>((done) => setImmediate(done));
    };
    await inTime(left(), 'the connection has not ended');
    expect((await (await connected()).command('LOGIN me hush')).status).toMatch(/^OK/);
  });
});

describe('silence', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('in IDLE is no reason to write anything: Thunderbird would leave IDLE for it', async () => {
    const client = await phone();
    await idling(client);
    await vi.advanceTimersByTimeAsync(29 * 60_000);
    client.send('DONE\r\n');
    expect(await client.line()).toMatch(/^t3 OK IDLE completed$/);
  });
});
