// The disk fills in the middle of a MOVE between accounts, and the gateway is killed, or stopped, and started on it.
import { afterEach, expect, it } from 'vitest';
import { makeSmallDisk } from '../support/small-disk.js';
import { waitUntil } from '../support/wait-until.js';
import { startWorld, type World } from '../torture/world.js';

const closing: (() => PromiseLike<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const MB = 1024 * 1024;
const COUNT = 12;
const tokens = Array.from({ length: COUNT }, (_, i) => `m${String(i).padStart(2, '0')}`);
const text = (token: string) =>
  Buffer.from(
    `From: x@example.org\r\nSubject: ${token}\r\nMessage-ID: <${token}@test>\r\n\r\n${`This is ${token}.\r\n`.repeat(4_000)}`,
  );

/** The subjects in an upstream mailbox, sorted; messages that were changed on the way are not counted. */
async function subjects({ upstream }: World, account: 'A' | 'B', mailbox: string): Promise<string[]> {
  const client = await upstream(account);
  const messages = await client.messages(mailbox).catch(() => []);
  client.close();
  return messages
    .flatMap(({ body }) => {
      const token = /^Subject: (\S+)/m.exec(body)?.[1] ?? '';
      return body.split(`This is ${token}.`).length === 4_001 ? [token] : [`${token} is not whole`];
    })
    .sort();
}
interface Status {
  readonly problems: readonly { readonly text: string }[];
}
const problems = async ({ gateway }: World) =>
  (JSON.parse(await gateway.run('status', '--json')) as Status).problems.map((problem) => problem.text);
const FULL = /^the disk with the data directory is full/;

it('stopped, started, killed and started on it: each message is there once, and the trouble ends', async () => {
  const disk = makeSmallDisk(24 * MB);
  closing.push(() => disk.remove());
  let moved = 0;
  let isMoving = false;
  const note = (line: string) => {
    if (!isMoving || !/^b@.* APPEND m\d+/.test(line)) return;
    moved++;
    if (moved === 3) disk.fill();
  };
  const w = await startWorld({ dataDir: `${disk.path}/data`, note });
  closing.push(() => w.stop());
  await w.gateway.synced();
  const a = await w.upstream('A');
  for (const token of tokens) await a.ok('APPEND INBOX () ', text(token));
  a.close();
  await w.sync();
  const client = await w.client();
  const shown = `* ${COUNT} EXISTS`;
  await waitUntil('all are here', async () => (await client.ok('SELECT A/INBOX')).untagged.includes(shown));
  isMoving = true;
  await client.ok('UID MOVE 1:* B/INBOX');
  await waitUntil('the disk is full', async () => (await problems(w)).some((said) => FULL.test(said)));
  expect(moved).toBeLessThan(COUNT);
  client.close();
  const doctor = await w.gateway.run('doctor').catch((error: { stdout: string }) => error.stdout);
  expect(doctor).toMatch(/disk .*full/);

  const began = performance.now();
  expect(await w.gateway.stop()).toBe(0);
  expect(performance.now() - began).toBeLessThan(5_000);
  // What the end of the gateway has given back as well.
  disk.fill();
  await w.gateway.start();
  expect(await problems(w)).toEqual([expect.stringMatching(FULL)]);
  await w.gateway.kill();
  await w.gateway.start();
  expect(await problems(w)).toEqual([expect.stringMatching(FULL)]);
  disk.makeRoom();
  await waitUntil('the trouble is over', async () => (await problems(w)).length === 0, { ms: 20_000 });
  await w.hurry();
  await w.journalEmpty();
  expect(await subjects(w, 'B', 'INBOX')).toEqual(tokens);
  expect(await subjects(w, 'A', 'INBOX')).toEqual([]);
  const again = await w.client();
  expect((await again.ok('SELECT B/INBOX')).untagged).toContain(shown);
  expect((await again.ok('SELECT A/INBOX')).untagged).toContain('* 0 EXISTS');
  again.close();
});
