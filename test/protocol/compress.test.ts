// COMPRESS=DEFLATE where it is not offered, and clients that mean harm by it (compress.transcript shows the rest).
import { deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Harness, PASSWORD, startHarness, USER } from '../support/harness.js';
import type { ImapClient } from '../support/imap-client.js';

let harness: Harness;
beforeEach(async () => {
  harness = await startHarness({ accounts: [{ name: 'QQ' }], compressOnLoopback: true });
});
afterEach(() => harness[Symbol.asyncDispose]());

async function overTls(): Promise<ImapClient> {
  const client = await harness.connect('tls');
  await client.greeting();
  await client.ok(`LOGIN ${USER} "${PASSWORD}"`);
  return client;
}
async function compressed(): Promise<ImapClient> {
  const client = await overTls();
  await client.ok('COMPRESS DEFLATE');
  client.compress();
  return client;
}
const linesToTheEnd = async (client: ImapClient): Promise<string[]> => {
  const lines: string[] = [];
  for (let line = await client.line(); line !== undefined; line = await client.line()) lines.push(line);
  return lines;
};

it('is not offered without TLS, nor by default on this machine', async () => {
  const plain = await harness.login();
  expect((await plain.ok('CAPABILITY')).join()).not.toContain('COMPRESS');
  expect((await plain.command('COMPRESS DEFLATE')).status).toBe('NO [CANNOT] compression is not offered here');
  await using usual = await startHarness({ accounts: [{ name: 'QQ' }], plaintextOnLoopback: false });
  const client = await usual.login();
  expect((await client.ok('CAPABILITY')).join()).not.toContain('COMPRESS');
  expect((await client.command('COMPRESS DEFLATE')).status).toBe('NO [CANNOT] compression is not offered here');
});

it('what comes in the same packet behind the command is compressed already', async () => {
  const client = await overTls();
  const behind = deflateRawSync('t2 NOOP\r\nt3 STATUS INBOX (MESSAGES)\r\n', { finishFlush: 2 });
  client.sendBytes(Buffer.concat([Buffer.from('t1 COMPRESS DEFLATE\r\n'), behind]));
  expect(await client.line()).toBe('t1 OK compression begins now');
  client.compress();
  expect(await client.line()).toBe('t2 OK NOOP completed');
  expect(await client.line()).toBe('* STATUS "INBOX" (MESSAGES 0)');
  expect(await client.line()).toMatch(/^t3 OK/);
});

it('data that are not compressed end the connection, with a word', async () => {
  const client = await overTls();
  client.send('t1 COMPRESS DEFLATE\r\n');
  expect(await client.line()).toMatch(/^t1 OK/);
  client.socket.write(Buffer.alloc(100, 0xff));
  client.compress();
  expect(await linesToTheEnd(client)).toEqual(['* BYE the compressed data are damaged']);
});

it('the limits of a line hold for what comes out', async () => {
  const client = await compressed();
  client.send(`t1 NOOP ${'x'.repeat(1_000_000)}\r\nt2 NOOP\r\n`);
  expect(await client.line()).toBe('t1 BAD the command is too long');
  expect(await client.line()).toMatch(/^t2 OK/);
});

it('a bomb is put out: a megabyte that is a gigabyte', async () => {
  const client = await compressed();
  const other = await compressed();
  const before = process.memoryUsage().arrayBuffers;
  const bomb = deflateRawSync(Buffer.alloc(32 * 1024 * 1024, 'x'), { finishFlush: 2 });
  for (let i = 0; i < 32; i++) client.socket.write(bomb);
  expect(await linesToTheEnd(client)).toEqual(['* BYE [TOOBIG] the compressed data unpack to too much']);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000_000);
  expect((await other.command('NOOP')).status).toMatch(/^OK/);
});

it('a message of fifty megabytes of nothing is no bomb', async () => {
  const client = await compressed();
  const size = 50_000_000;
  client.send(`t1 APPEND Drafts {${size}+}\r\n`);
  client.send('Subject: nothing\r\n\r\n'.padEnd(size, 'A'));
  client.send('\r\nt2 NOOP\r\n');
  expect(await client.line()).toMatch(/^t1 (OK|NO \[TOOBIG\])/);
  expect(await client.line()).toMatch(/^t2 OK/);
});
