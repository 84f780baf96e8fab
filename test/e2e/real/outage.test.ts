// One account cannot be reached: nothing about the others changes, and what was done meanwhile is carried out later.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GatewayProcess, startGatewayProcess } from '../../support/gateway-process.js';
import type { PlainImap } from '../../support/plain-imap.js';
import { type Dovecot, startDovecot } from '../../support/real/dovecot.js';
import { PASSWORD } from '../../support/real/server.js';
import { searched } from '../../support/real/stage.js';
import {
  ACCOUNTS,
  entryOf,
  mail,
  type RealAccount,
  subjectOf,
  upstreamHas,
  using,
} from '../../support/real/three-accounts.js';
import { type SmtpSink, startSmtpSink } from '../../support/smtp-sink.js';
import { waitUntil } from '../../support/wait-until.js';

/** Every account on a server of its own; Hotmail's goes away. */
const servers = new Map<RealAccount, Dovecot>();
const closing: (() => Promise<unknown>)[] = [];
let sink: SmtpSink;
let gateway: GatewayProcess;
const [qq, , hotmail] = ACCOUNTS as readonly [RealAccount, RealAccount, RealAccount];
const serverOf = (account: RealAccount): Dovecot => {
  const server = servers.get(account);
  if (!server) throw new Error(`${account.name} has no server`);
  return server;
};

beforeAll(async () => {
  sink = await startSmtpSink(PASSWORD);
  closing.push(() => sink.stop());
  for (const account of ACCOUNTS) {
    const server = await startDovecot({ users: [account.address] });
    closing.push(() => server.stop());
    servers.set(account, server);
    await deliver(account, `${account.name} seed`);
  }
  await serverOf(hotmail).pause();
  gateway = await startGatewayProcess({
    accounts: ACCOUNTS.map((account) => entryOf(account, serverOf(account), sink)),
  });
  closing.push(() => gateway.remove());
}, 90_000);
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

const deliver = (account: RealAccount, subject: string) =>
  using(serverOf(account), account, (client) => client.append('INBOX', Buffer.from(mail({ subject }))));

async function subjectsIn(client: PlainImap): Promise<(string | undefined)[]> {
  await client.ok('SELECT INBOX');
  const { untagged } = await client.ok('FETCH 1:* (BODY.PEEK[])');
  return untagged.map((line) => subjectOf(line)).sort();
}

test('unreachable from the start: the others are served, and it joins when it answers', async () => {
  await gateway.event('synced', 'QQ');
  await gateway.event('synced', 'Gmail');
  const problem = await gateway.event('problem', 'Hotmail');
  expect(problem.text).toMatch(/ECONNREFUSED|refused|reach/i);
  const client = await gateway.login();
  expect(await subjectsIn(client)).toEqual(['Gmail seed', 'QQ seed']);
  await deliver(qq, 'during the outage');
  await waitUntil('new mail comes', async () => (await subjectsIn(client)).includes('during the outage'));
  client.close();
  await serverOf(hotmail).resume();
  await gateway.event('synced', 'Hotmail', 60_000);
  const again = await gateway.login();
  expect(await subjectsIn(again)).toEqual(['Gmail seed', 'Hotmail seed', 'QQ seed', 'during the outage']);
  again.close();
});

test('lost later: its mail stays, the others are as quick, and a kill -9 loses nothing that was done', async () => {
  const client = await gateway.login();
  await client.ok('SELECT INBOX');
  const [uid = 0] = searched(await client.ok('UID SEARCH HEADER SUBJECT "Hotmail seed"'));
  const [other = 0] = searched(await client.ok('UID SEARCH HEADER SUBJECT "QQ seed"'));
  // Read once, so that it is in the cache.
  await client.ok(`UID FETCH ${uid} (BODY.PEEK[])`);
  await serverOf(hotmail).pause();
  const startedAt = performance.now();
  await client.ok(`UID STORE ${uid} +FLAGS (\\Seen $Later)`);
  await client.ok(`UID STORE ${other} +FLAGS (\\Flagged)`);
  const { untagged } = await client.ok(`UID FETCH ${uid} (BODY.PEEK[])`);
  expect(untagged.join()).toContain('Subject: Hotmail seed');
  const draft = await client.append('Drafts', Buffer.from(mail({ subject: 'written offline', from: hotmail.address })));
  expect(draft).toBeGreaterThan(0);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  await waitUntil('QQ has the flag', async () => {
    const [message] = await upstreamHas(serverOf(qq), qq, 'INBOX', 'QQ seed');
    return message?.flags.includes('\\Flagged');
  });
  client.close();
  await gateway.kill();
  await gateway.start();
  const again = await gateway.login();
  await again.ok('SELECT INBOX');
  const told = (await again.ok(`UID FETCH ${uid} (FLAGS)`)).untagged.join();
  expect(told).toContain('\\Seen');
  expect(told).toContain('$Later');
  await serverOf(hotmail).resume();
  await waitUntil(
    'Hotmail has the flags',
    async () => {
      const [message] = await upstreamHas(serverOf(hotmail), hotmail, 'INBOX', 'Hotmail seed');
      return message?.flags.includes('\\Seen') && message.flags.includes('$Later');
    },
    { ms: 60_000 },
  );
  await upstreamHas(serverOf(hotmail), hotmail, hotmail.drafts, 'written offline');
  again.close();
});
