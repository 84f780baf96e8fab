// What a test can do to a running demo account, and its tokens.
import { createTransport } from 'nodemailer';
import { describe, expect, test } from 'vitest';
import { letter, runDemo } from './demo-server.js';
import { refresh, withToken, XOAUTH2 } from './quirk-dialogues.js';

describe('by hand', () => {
  test('a new UIDVALIDITY: who has the mailbox selected is sent away', async () => {
    const demo = await runDemo('generic');
    const client = await demo.login();
    await client.append('INBOX', letter('one'));
    const before = (await client.ok('SELECT INBOX')).untagged.find((line) => /UIDVALIDITY/.test(line));
    demo.hand.renumber('INBOX', { uidValidity: 'new', uids: 'compact' });
    expect(await client.readUntil(/BYE/)).toBe('* BYE Mailbox has been rebuilt');
    const after = (await (await demo.login()).ok('SELECT INBOX')).untagged.find((line) => /UIDVALIDITY/.test(line));
    expect(after).toBeDefined();
    expect(after).not.toBe(before);
  });

  test('a mailbox is gone, with its mail; a system mailbox too', async () => {
    const demo = await runDemo('generic');
    const [client, watcher] = [await demo.login(), await demo.login()];
    await client.append('Archive', letter('one'));
    await watcher.ok('SELECT Archive');
    demo.hand.drop('Archive');
    expect(await watcher.readUntil(/BYE/)).toMatch(/^\* BYE/);
    expect((await client.ok('LIST "" "*"')).untagged.join()).not.toContain('Archive');
    expect(await client.command('STATUS Archive (MESSAGES)')).toMatchObject({ status: 'NO' });
    await client.ok('CREATE Archive');
    expect((await client.ok('STATUS Archive (MESSAGES)')).untagged).toEqual(['* STATUS "Archive" (MESSAGES 0)']);
    expect(() => demo.hand.drop('nowhere')).toThrow('Unknown Mailbox');
  });

  test('a window of days, though the personality has none', async () => {
    const demo = await runDemo('generic');
    const client = await demo.login();
    await client.append('INBOX', letter('old'), [], '01-Jan-2020 00:00:00 +0000');
    await client.append('INBOX', letter('new'));
    const shown = async () => (await client.ok('STATUS INBOX (MESSAGES)')).untagged.join();
    demo.hand.showDays(30);
    expect(await shown()).toContain('MESSAGES 1');
    demo.hand.showDays(undefined);
    expect(await shown()).toContain('MESSAGES 2');
  });

  test('throttled from now on, until it is lifted', async () => {
    const demo = await runDemo('outlook');
    const client = await demo.login();
    await client.ok('NOOP');
    const text = 'Request is throttled. Suggested Backoff Time: 299961 milliseconds';
    demo.hand.change({ throttleAfter: { commands: 0, text, forMs: 60_000 } });
    expect(await client.command('NOOP')).toMatchObject({ status: 'NO', text });
    demo.hand.change({ throttleAfter: undefined });
    await client.ok('NOOP');
  });
});

describe('tokens', () => {
  const quirks = { ...XOAUTH2, tokenExpiresIn: 60 };

  test('are good for a time, and then they are not', async () => {
    const lasting = await runDemo('fastmail', quirks);
    expect(await withToken(lasting)).toMatch(/\nOK /);
    const brief = await runDemo('fastmail', { ...quirks, tokenExpiresIn: 0.000_001 });
    expect(await withToken(brief)).toMatch(/\nNO /);
  });

  test("OAUTHBEARER (RFC 7628 §3.1) and another one's name", async () => {
    const demo = await runDemo('fastmail', quirks);
    const { access_token: token } = JSON.parse(await refresh(demo, demo.access.oauth?.refreshToken ?? ''));
    const client = await demo.login();
    const words = (user: string) =>
      Buffer.from(`n,a=${user},\x01host=127.0.0.1\x01port=1\x01auth=Bearer ${token}\x01\x01`).toString('base64');
    await client.ok('LOGOUT');
    for (const [user, status] of [
      ['eve@a.test', 'NO'],
      [demo.access.address, 'OK'],
    ] as const) {
      const one = await demo.connect();
      expect(await one.command(`AUTHENTICATE OAUTHBEARER ${words(user)}`)).toMatchObject({ status });
    }
  });

  test('revoked: neither token nor refresh token is good; a new sign-in is', async () => {
    const demo = await runDemo('fastmail', quirks);
    const { refreshToken = '' } = demo.access.oauth ?? {};
    const next = demo.hand.revokeTokens();
    expect(await refresh(demo, refreshToken)).toBe('{"error":"invalid_grant"}');
    expect(await withToken(demo)).toMatch(/\nNO /);
    expect(await refresh(demo, next)).toContain('access_token');
  });

  test.each([undefined, true])('SMTP takes them too; challenge: %s', async (authFailChallenge) => {
    const demo = await runDemo('fastmail', { ...quirks, ...(authFailChallenge ? { authFailChallenge } : {}) });
    const { address: user, oauth, smtpPort: port } = demo.access;
    const { access_token: good } = JSON.parse(await refresh(demo, oauth?.refreshToken ?? ''));
    const verify = (accessToken: string) =>
      createTransport({
        host: '127.0.0.1',
        port,
        ignoreTLS: true,
        auth: { type: 'OAUTH2', user, accessToken },
      }).verify();
    expect(await verify(good)).toBe(true);
    await expect(verify('bad')).rejects.toMatchObject({ responseCode: 535 });
  });
});
