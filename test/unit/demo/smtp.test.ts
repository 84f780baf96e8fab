// Submission to a demo account: who may send, what is kept, where it arrives.
import { once } from 'node:events';
import { connect } from 'node:net';
import { createTransport } from 'nodemailer';
import { afterEach, expect, test } from 'vitest';
import {
  type DemoUpstreams,
  PERSONALITIES,
  type PersonalityName,
  startDemoUpstreams,
} from '../../../src/demo/index.js';
import { silentLogger } from '../../../src/lib/logger.js';
import { PlainImap } from '../../support/plain-imap.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function demos(): Promise<DemoUpstreams> {
  const requests = (['qq', 'gmail', 'hotmail'] as const).map((name) => ({
    name,
    personality: name,
    address: undefined,
  }));
  const running = await startDemoUpstreams(requests, { logger: silentLogger, sampleMail: false, newMail: false });
  closing.push(() => running[Symbol.asyncDispose]());
  return running;
}

async function bodies(demo: DemoUpstreams, name: PersonalityName, mailbox: string): Promise<string[]> {
  const { address: user, imapPort: port, password } = demo.account(name);
  const client = await PlainImap.login({ host: '127.0.0.1', port, user, password });
  closing.push(() => client.close());
  return (await client.messages(mailbox)).map(({ body }) => body);
}

function send(demo: DemoUpstreams, name: PersonalityName, message: { from?: string; to: string; password?: string }) {
  const { address, password, smtpPort: port } = demo.account(name);
  const { from = address, to } = message;
  const auth = { user: address, pass: message.password ?? password };
  const transport = createTransport({ host: '127.0.0.1', port, ignoreTLS: true, auth });
  return transport.sendMail({ from, to, subject: 'news', text: 'x', messageId: '<own@a.test>' });
}

const SENT = { qq: 'Sent Messages', gmail: '[Gmail]/Sent Mail', hotmail: 'Sent' };

test.each(['qq', 'gmail', 'hotmail'] as const)(
  '%s: arrives once at each account named, strangers are dropped',
  async (name) => {
    const demo = await demos();
    const to = 'demo@qq.example, DEMO@gmail.example, nobody@else.example';
    const { accepted } = await send(demo, name, { to });
    expect(accepted.length).toBe(3);
    for (const one of ['qq', 'gmail'] as const) {
      const [body, ...more] = await bodies(demo, one, 'INBOX');
      expect(body).toContain('Subject: news');
      expect(more).toEqual([]);
      // What Gmail sends to itself is one mail: the one it filed in Sent.
      const isOwn = one === 'gmail' && name === 'gmail';
      expect(/^Delivered-To: demo@.*\r\nReceived: /.test(body ?? '')).toBe(!isOwn);
    }
    expect(await bodies(demo, 'hotmail', 'INBOX')).toEqual([]);
  },
);

const copies: [PersonalityName, RegExp | undefined][] = [
  ['qq', undefined],
  ['gmail', /^Message-ID: <own@a\.test>/m],
  ['hotmail', /^X-Microsoft-Original-Message-ID: <own@a\.test>/m],
];
test.each(copies)('%s: the sent copy', async (name, header) => {
  const demo = await demos();
  await send(demo, name, { to: 'a@b.test' });
  const filed = await bodies(demo, name, SENT[name as keyof typeof SENT]);
  expect(filed.length).toBe(header ? 1 : 0);
  if (header) expect(filed[0]).toMatch(header);
  if (name === 'hotmail') expect(filed[0]).not.toMatch(/^Message-ID: <own/m);
});

const foreign: [PersonalityName, number | undefined][] = [
  ['qq', 501],
  ['gmail', undefined],
  ['hotmail', 554],
];
test.each(foreign)('%s: somebody else as From', async (name, responseCode) => {
  const demo = await demos();
  const sending = send(demo, name, { from: 'eve@a.test', to: 'demo@qq.example' });
  if (responseCode !== undefined) {
    await expect(sending).rejects.toMatchObject({ responseCode });
    expect(await bodies(demo, 'qq', 'INBOX')).toEqual([]);
    return;
  }
  await sending;
  const [body] = await bodies(demo, 'qq', 'INBOX');
  expect(body).toMatch(/^From: demo@gmail\.example\r$/m);
  expect(body).toMatch(/^X-Google-Original-From: eve@a\.test\r$/m);
});

test.each(['qq', 'gmail', 'hotmail'] as const)('%s: a wrong password', async (name) => {
  const demo = await demos();
  await expect(send(demo, name, { to: 'a@b.test', password: 'wrong' })).rejects.toMatchObject({
    responseCode: 535,
    response: expect.stringContaining(PERSONALITIES[name].smtp.loginRefused.slice(0, 40)),
  });
});

test('a client that lingers does not hold up the end', async () => {
  const demo = await demos();
  const socket = connect({ host: '127.0.0.1', port: demo.account('qq').smtpPort });
  closing.push(() => socket.destroy());
  const [banner] = await once(socket, 'data');
  expect(String(banner)).toBe('220 smtp.qq.com ESMTP QQ QMail Server\r\n');
  const startedAt = performance.now();
  await demo[Symbol.asyncDispose]();
  expect(performance.now() - startedAt).toBeLessThan(4_000);
});

test('two accounts of one kind have two addresses', async () => {
  const requests = ['a', 'b'].map((name) => ({ name, personality: 'qq' as const, address: undefined }));
  const demo = await startDemoUpstreams(requests, { logger: silentLogger, sampleMail: false, newMail: false });
  closing.push(() => demo[Symbol.asyncDispose]());
  expect(['a', 'b'].map((name) => demo.account(name).address)).toEqual(['demo@qq.example', 'demo2@qq.example']);
  expect(() => demo.account('c')).toThrow('no demo account');
});
