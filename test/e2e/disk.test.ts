// The built gateway on a disk that fills, is read-only, or dies: real mounts, real errors of the kernel.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createTransport } from 'nodemailer';
import { afterEach, expect, it } from 'vitest';
import { startCli } from '../support/cli-process.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import type { PlainImap } from '../support/plain-imap.js';
import { makeSmallDisk, type SmallDisk } from '../support/small-disk.js';
import { waitUntil } from '../support/wait-until.js';

const closing: (() => PromiseLike<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const MB = 1024 * 1024;

interface Home {
  readonly disk: SmallDisk;
  readonly gateway: GatewayProcess;
  readonly address: string;
}

/** A gateway whose data directory is a disk of its own, in front of an upstream that outlives it. */
async function homeOn(kind: 'tmpfs' | 'ext4'): Promise<Home> {
  const upstream = startCli(['demo-server', '--json', '--personality', 'generic', '--password', 'demo-pass']);
  closing.push(() => upstream[Symbol.asyncDispose]());
  const { imap, smtp, user } = (await upstream.event(({ event }) => event === 'ready')) as unknown as {
    imap: number;
    smtp: number;
    user: string;
  };
  const disk = makeSmallDisk(24 * MB, kind);
  closing.push(() => disk.remove());
  const at = (port: number) => ({ host: '127.0.0.1', port, tls: 'none' });
  const account = { name: 'Demo', address: user, provider: 'generic', imap: at(imap), smtp: at(smtp) };
  const gateway = await startGatewayProcess({
    accounts: [{ ...account, auth: { user, password: 'demo-pass' } }],
    config: { dataDir: `${disk.path}/data` },
  });
  closing.push(() => gateway.remove());
  await gateway.synced();
  return { disk, gateway, address: user };
}

const texts = async (gateway: GatewayProcess): Promise<string[]> =>
  (JSON.parse(await gateway.run('status', '--json')) as { problems: { text: string }[] }).problems.map(
    ({ text }) => text,
  );
const open = async (gateway: GatewayProcess): Promise<PlainImap> => {
  const client = await gateway.login();
  await client.ok('SELECT INBOX');
  return client;
};
const letter = (bytes: number) =>
  Buffer.from(`From: a@example.org\r\nSubject: large\r\n\r\n${'0123456789abcde\r\n'.repeat(Math.ceil(bytes / 17))}`);
const bodyOf = async (client: PlainImap, uid: number) => {
  const { status, untagged } = await client.command(`UID FETCH ${uid} BODY[]`);
  return [status, untagged.some((line) => line.includes('BODY[] {'))];
};
const readable = async (client: PlainImap, uid: number) => {
  // Twice: the first time it comes from the provider, and is kept.
  expect(await bodyOf(client, uid)).toEqual(['OK', true]);
};

/** Marks every message; which the gateway has answered OK. */
async function flagAll(client: PlainImap, keyword: string): Promise<{ ok: number[]; no: number[] }> {
  const { untagged } = await client.ok('UID SEARCH ALL');
  const uids = (untagged.find((line) => line.startsWith('* SEARCH')) ?? '').split(' ').slice(2).map(Number);
  const answers = { ok: [] as number[], no: [] as number[] };
  for (const uid of uids) {
    const { status, text } = await client.command(`UID STORE ${uid} +FLAGS (${keyword})`);
    if (status !== 'OK') expect(text).toMatch(/^\[UNAVAILABLE\] the disk of the gateway is full/);
    answers[status === 'OK' ? 'ok' : 'no'].push(uid);
  }
  return answers;
}
const having = async (client: PlainImap, keyword: string): Promise<number[]> => {
  const { untagged } = await client.ok(`UID SEARCH KEYWORD ${keyword}`);
  return (untagged.find((line) => line.startsWith('* SEARCH')) ?? '').split(' ').slice(2).map(Number);
};

const FULL = /^the disk with the data directory is full/;

it('a disk that fills: what cannot be kept is refused, mail is read, it is said, and heals; OK is OK', async () => {
  const { disk, gateway, address } = await homeOn('tmpfs');
  const client = await open(gateway);
  await readable(client, 1);
  disk.fill();
  const append = await client.command('APPEND Drafts ', letter(300_000));
  expect(`${append.status} ${append.text}`).toMatch(/^NO \[UNAVAILABLE\] the disk of the gateway is full/);
  const port = gateway.ports.smtps;
  const auth = { user: gateway.user, pass: gateway.password };
  const smtp = createTransport({ host: '127.0.0.1', port, secure: true, tls: { rejectUnauthorized: false }, auth });
  const sent = smtp.sendMail({ from: address, to: 'b@example.org', subject: 'no room', text: 'x'.repeat(300_000) });
  await expect(sent).rejects.toMatchObject({ responseCode: 452 });
  expect(await texts(gateway)).toEqual([expect.stringMatching(FULL)]);
  expect(await bodyOf(client, 1)).toEqual(['OK', true]);
  expect(await gateway.run('status')).toMatch(/disk with the data directory is full[\s\S]*Make room/);
  disk.makeRoom();
  await waitUntil('the trouble is over', async () => (await texts(gateway)).length === 0);
  await client.ok('APPEND Drafts ', letter(300_000));
  await smtp.sendMail({ from: address, to: 'b@example.org', subject: 'room again', text: 'x' });

  // Room for some transactions, not for all.
  disk.fill(300_000);
  const answers = { ok: [] as number[], no: [] as number[] };
  const words: string[] = [];
  for (let i = 0; i < 40 && answers.no.length === 0; i++) {
    words.push(`brink${i}`);
    const some = await flagAll(client, `brink${i}`);
    if (some.no.length > 0) Object.assign(answers, some);
  }
  expect(answers.no.length).toBeGreaterThan(0);
  await gateway.kill();
  disk.makeRoom();
  await gateway.start();
  const again = await open(gateway);
  expect(await having(again, words.at(-1) ?? '')).toEqual(answers.ok);
  for (const word of words.slice(0, -1).slice(-3))
    expect((await having(again, word)).length).toBe(answers.ok.length + answers.no.length);
});

it('starts on a full disk and goes on when there is room; does not start on a read-only one, and says why', async () => {
  const { disk, gateway } = await homeOn('tmpfs');
  await readable(await open(gateway), 1);
  await gateway.stop();
  disk.fill();
  await gateway.start();
  const client = await open(gateway);
  expect(await bodyOf(client, 1)).toEqual(['OK', true]);
  // More than the reserve that a start gives up.
  const append = await client.command('APPEND Drafts ', letter(2 * MB));
  expect(`${append.status} ${append.text}`).toMatch(/^NO \[UNAVAILABLE\]/);
  expect(await texts(gateway)).toEqual([expect.stringMatching(FULL)]);
  disk.makeRoom();
  await waitUntil('the trouble is over', async () => (await texts(gateway)).length === 0);
  await client.ok('APPEND Drafts ', letter(300_000));

  await gateway.stop();
  disk.readOnly(true);
  await expect(gateway.start()).rejects.toThrow(/is on a read-only disk: give another "dataDir"/);
  disk.readOnly(false);
  await gateway.start();
  await readable(await open(gateway), 1);
});

it('a disk that the kernel makes read-only: mail is read, changes are refused', async () => {
  const { disk, gateway } = await homeOn('ext4');
  const client = await open(gateway);
  await readable(client, 1);
  disk.abort();
  const append = await client.command('APPEND Drafts ', letter(1_000));
  expect(`${append.status} ${append.text}`).toMatch(/^NO \[UNAVAILABLE\] the disk of the gateway (is read-only|fails)/);
  const store = await client.command('UID STORE 1 +FLAGS (\\Flagged)');
  expect(`${store.status} ${store.text}`).toMatch(/^NO \[UNAVAILABLE\]/);
  expect(await bodyOf(client, 1)).toEqual(['OK', true]);
  expect(await texts(gateway)).toEqual([
    expect.stringMatching(/cannot be written to|disk with the data directory fails/),
  ]);
});

it('a damaged index: the gateway starts all the same, says so, and shows everything again', async () => {
  const { disk, gateway } = await homeOn('tmpfs');
  const client = await open(gateway);
  const count = (await client.ok('UID SEARCH ALL')).untagged.join().split(' ').length;
  await gateway.stop();
  const file = `${disk.path}/data/gateway.db`;
  const bytes = readFileSync(file);
  // All but the beginning: whatever stands there.
  bytes.fill(0xee, Math.floor(bytes.length / 3));
  writeFileSync(file, bytes);
  await gateway.start();
  expect(await texts(gateway)).toEqual([expect.stringMatching(/^the index was damaged \(.+\) and has been made anew/)]);
  await gateway.synced();
  const again = await open(gateway);
  await waitUntil(
    'everything is there again',
    async () => (await again.ok('UID SEARCH ALL')).untagged.join().split(' ').length === count,
  );
  expect(readdirSync(`${disk.path}/data`).some((name) => name.startsWith('gateway.db.damaged-'))).toBe(true);
});
