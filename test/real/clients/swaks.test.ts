import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../support/real/command.js';
import { type Stage, startStage } from '../../support/real/stage.js';
import { ACCOUNTS, type RealAccount, upstreamHas } from '../../support/real/three-accounts.js';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
}, 60_000);
afterAll(() => stage?.stop());

interface Sending {
  readonly door: 'smtps' | 'smtp';
  readonly auth: string;
  readonly from: string;
  readonly subject: string;
  readonly args?: readonly string[];
}

const swaks = ({ door, auth, from, subject, args = [] }: Sending) => {
  const { ports, caFile, user, password } = stage.gateway;
  return runCommand('swaks', [
    ...['--server', 'localhost', '--port', String(ports[door]), door === 'smtps' ? '--tls-on-connect' : '--tls'],
    ...['--tls-verify', '--tls-ca-path', caFile, '--auth', auth, '--auth-user', user, '--auth-password', password],
    ...['--from', from, '--to', 'bob@example.org', '--header', `Subject: ${subject}`, '--body', '你好\n.\nend'],
    ...['--timeout', '30', ...args],
  ]);
};

describe.each(ACCOUNTS.map((account) => [account.name, account] as const))('%s', (name, account) => {
  const doors: ['smtps' | 'smtp', string][] = [
    ['smtps', 'PLAIN'],
    ['smtps', 'LOGIN'],
    ['smtp', 'PLAIN'],
    ['smtp', 'LOGIN'],
  ];
  test.each(doors)('sends by %s with %s, once, and there is one copy in Sent', async (door, auth) => {
    const { sink, dovecot } = stage;
    const subject = `${name} ${door} ${auth}`;
    const watcher = await stage.watch('Sent');
    const { code, stdout } = await swaks({ door, auth, from: account.address, subject });
    expect(code, stdout).toBe(0);
    const sent = sink.messages.filter(({ text }) => text.includes(`Subject: ${subject}\r\n`));
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ user: account.address, mailFrom: account.address, rcptTo: ['bob@example.org'] });
    expect(Buffer.from(sent[0]?.text ?? '', 'latin1').toString('utf8')).toContain('你好\r\n.\r\nend');
    await watcher.until(/EXISTS/);
    await stage.has('Sent', subject);
    await upstreamHas(dovecot, account, account.sent, subject);
    await stage.gateway.run('sync', name);
    expect(await stage.uidsOf('Sent', subject)).toHaveLength(1);
    await upstreamHas(dovecot, account, account.sent, subject);
    watcher.close();
  });

  test("the client's own copy of it makes no second", async () => {
    const subject = `${name} and its own copy`;
    const { code, stdout } = await swaks({
      door: 'smtps',
      auth: 'PLAIN',
      from: account.address,
      subject,
      args: ['--header', `Message-Id: <own.${name}@example.org>`],
    });
    expect(code, stdout).toBe(0);
    const sent = stage.sink.messages.find(({ text }) => text.includes(`Subject: ${subject}\r\n`));
    await stage.client.append('Sent', Buffer.from(sent?.text ?? '', 'latin1'), ['\\Seen']);
    await upstreamHas(stage.dovecot, account, account.sent, subject);
    await stage.gateway.run('sync', name);
    expect(await stage.uidsOf('Sent', subject)).toHaveLength(1);
    await upstreamHas(stage.dovecot, account, account.sent, subject);
  });
});

const [qq] = ACCOUNTS as readonly [RealAccount, ...RealAccount[]];

test('a From that is none of the accounts is refused', async () => {
  const { code, stdout } = await swaks({ door: 'smtps', auth: 'PLAIN', from: 'me@elsewhere.test', subject: 'foreign' });
  expect(code).not.toBe(0);
  expect(stdout).toMatch(/<\S+\s+550 5\.7\.1 /);
  expect(stage.sink.messages.filter(({ text }) => text.includes('Subject: foreign'))).toEqual([]);
});

test('the refusal of the provider is the answer to the client, and nothing is in Sent', async () => {
  stage.sink.refuse({ code: 554, text: '5.7.0 looks like spam' });
  try {
    const { code, stdout } = await swaks({ door: 'smtp', auth: 'PLAIN', from: qq.address, subject: 'refused' });
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/<\S+\s+5\d\d .*looks like spam/);
  } finally {
    stage.sink.refuse(undefined);
  }
  await stage.gateway.run('sync', qq.name);
  expect(await stage.uidsOf('Sent', 'refused')).toEqual([]);
  await upstreamHas(stage.dovecot, qq, qq.sent, 'refused', 0);
});

test('a wrong password, and no password, send nothing', async () => {
  const wrong = await swaks({
    door: 'smtps',
    auth: 'PLAIN',
    from: qq.address,
    subject: 'wrong',
    args: ['--auth-password', 'no'],
  });
  expect(wrong.stdout).toMatch(/<\S+\s+535 /);
  const { ports, caFile } = stage.gateway;
  const none = await runCommand('swaks', [
    ...['--server', 'localhost', '--port', String(ports.smtps), '--tls-on-connect', '--tls-ca-path', caFile],
    ...['--from', qq.address, '--to', 'bob@example.org', '--header', 'Subject: wrong'],
  ]);
  expect(none.code).not.toBe(0);
  expect(stage.sink.messages.filter(({ text }) => text.includes('Subject: wrong'))).toEqual([]);
});
