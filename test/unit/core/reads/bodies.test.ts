import { readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NO_FLAGS } from '../../../../src/mail/flags.js';
import { createRig, type Rig, type RigOptions, useVirtualTime } from '../../../support/core-harness.js';
import { appendMail, mail, readBody, tokenOf, upstreamTokens } from '../../../support/core-mail.js';
import { createFakeUpstream, type FakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

async function account(count: number, options: Partial<RigOptions> = {}) {
  const fake = createFakeUpstream();
  for (let i = 1; i <= count; i++) fake.deliver('INBOX', mail(`m${i}`));
  const rig = await createRig({ accounts: [{ name: 'A', fake }], ...options });
  await rig.settle();
  return { fake, rig };
}
const downloads = (fake: FakeUpstream) => fake.calls.filter(({ method }) => method === 'fetchBodies').length;
const bodyFiles = ({ directory }: Rig) =>
  readdirSync(join(directory, 'bodies'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

test('a body is downloaded once: not again for a second reader, nor after a restart', async () => {
  const { fake, rig } = await account(1);
  await using _ = rig;
  const read = () => readBody(rig, 'INBOX', 1);
  // Both ask before either has it.
  for (const text of await Promise.all([read(), read()])) expect(text).toBe(mail('m1'));
  await rig.restart();
  await rig.settle();
  fake.goOffline();
  expect(await read()).toBe(mail('m1'));
  expect(downloads(fake)).toBe(1);
});

test('the cache keeps to its size: what was read longest ago goes first', async () => {
  const size = Buffer.byteLength(mail('m1'));
  const { fake, rig } = await account(4, { cacheBytes: 3 * size });
  await using _ = rig;
  for (const uid of [1, 2, 3]) {
    await readBody(rig, 'INBOX', uid);
    await rig.during(new Promise<void>((done) => setTimeout(done, 1_000)));
  }
  await readBody(rig, 'INBOX', 1);
  await rig.during(new Promise<void>((done) => setTimeout(done, 1_000)));
  await readBody(rig, 'INBOX', 4);
  await rig.until('one has gone', () => rig.store.bodyIndex.totalBytes() <= 3 * size);
  expect(rig.store.bodyIndex.refs().length).toBe(3);
  await rig.until('its file too', () => bodyFiles(rig).length === 3);
  fake.goOffline();
  expect(await readBody(rig, 'INBOX', 1)).toBe(mail('m1'));
  await expect(readBody(rig, 'INBOX', 2)).rejects.toThrow();
});

test('what a client has handed us is never dropped before it is upstream', async () => {
  const { fake, rig } = await account(20, { cacheBytes: 10 });
  await using _ = rig;
  fake.goOffline();
  await appendMail(rig, 'Drafts', mail('draft'), NO_FLAGS);
  await appendMail(rig, 'Drafts', mail('m3'), NO_FLAGS);
  fake.goOnline();
  await rig.during(rig.core.overview.syncNow(undefined)).catch(() => undefined);
  for (let uid = 1; uid <= 20; uid++) await readBody(rig, 'INBOX', uid);
  await rig.settle();
  expect(upstreamTokens(fake, 'Drafts')).toEqual(['draft', 'm3']);
});

test.each([0, 10])('a file of which the machine lost all but %d bytes is downloaded again', async (bytes) => {
  const { rig } = await account(1);
  await using _ = rig;
  await readBody(rig, 'INBOX', 1);
  for (const file of bodyFiles(rig)) truncateSync(file, bytes);
  expect(await readBody(rig, 'INBOX', 1)).toBe(mail('m1'));
});

test('half-written files of a run that died are cleared away', async () => {
  const { rig } = await account(0);
  await using _ = rig;
  const spool = rig.core.actions.spool(100);
  await spool.write(Buffer.from('half'));
  expect(bodyFiles(rig).length).toBe(1);
  await rig.crash();
  expect(bodyFiles(rig)).toEqual([]);
  await spool.abort();
});

test('prefetch brings the recent messages, so that they can be read offline', async () => {
  const { fake, rig } = await account(3, { prefetchDays: 365 });
  await using _ = rig;
  await rig.until('all are here', () => rig.store.bodyIndex.refs().length === 3);
  fake.goOffline();
  expect(await readBody(rig, 'INBOX', 2)).toBe(mail('m2'));
});

test('what the cache has let go again before its turn is fetched once more, not taken for missing', async () => {
  const { rig } = await account(3, { cacheBytes: 10 });
  await using _ = rig;
  const mailboxId = rig.idOf('INBOX');
  const { uids } = rig.core.reads.snapshot(mailboxId);
  const read = async () => {
    const tokens: string[] = [];
    for await (const { body } of rig.core.reads.bodies(mailboxId, uids, new AbortController().signal)) {
      tokens.push(body ? tokenOf(await body.bytes()) : 'none');
      // A slow client: all three were asked for at once, and nothing stays in this cache.
      await new Promise<void>((done) => setTimeout(done, 60_000));
    }
    return tokens;
  };
  expect(await rig.during(read())).toEqual(['m1', 'm2', 'm3']);
});
