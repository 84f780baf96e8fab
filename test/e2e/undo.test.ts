// `gateway undo` as a person uses it: by the command, while a mail program watches; and with the gateway killed in between.
import { afterEach, expect, it } from 'vitest';
import { startIdler } from '../support/idler.js';
import type { PlainImap } from '../support/plain-imap.js';
import { waitUntil } from '../support/wait-until.js';
import { startWorld, type World } from '../torture/world.js';

const closing: (() => PromiseLike<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function world(): Promise<World> {
  const made = await startWorld();
  closing.push(() => made.stop());
  await made.gateway.synced();
  return made;
}

/** All in one command. */
async function append(client: PlainImap, tokens: readonly string[]): Promise<void> {
  const parts = tokens.flatMap((token) => {
    const text = `From: x@example.org\r\nSubject: ${token}\r\nMessage-ID: <${token}@test>\r\n\r\nThis is ${token}.\r\n`;
    return [' () ', Buffer.from(text)];
  });
  await client.ok('APPEND INBOX', ...parts);
}

/** The subjects in an upstream mailbox, sorted. */
async function upstreamSubjects({ upstream }: World, mailbox: string): Promise<string[]> {
  const client = await upstream('A');
  const messages = await client.messages(mailbox);
  client.close();
  return messages.map(({ body }) => /^Subject: (\S+)/m.exec(body)?.[1] ?? '').sort();
}

const uidOf = async (client: PlainImap, subject: string): Promise<number> => {
  const { untagged } = await client.ok(`UID SEARCH SUBJECT "${subject}"`);
  return Number(/SEARCH (\d+)/.exec(untagged.join('\n'))?.[1]);
};

interface Undone {
  readonly event: string;
  readonly batches: readonly { messages: readonly { subject: string; way: string }[] }[];
}
const waysOf = (json: string): Record<string, string> =>
  Object.fromEntries(
    (JSON.parse(json) as Undone).batches.flatMap(({ messages }) => messages.map(({ subject, way }) => [subject, way])),
  );

it('brings back what went to Trash and what was expunged, and who watches sees it', { timeout: 120_000 }, async () => {
  const w = await world();
  const client = await w.client();
  await append(client, ['a', 'b', 'c']);
  await w.journalEmpty();
  await client.ok('SELECT INBOX');
  const watcher = await startIdler(await w.client(), 'INBOX');
  await client.ok(`UID STORE ${await uidOf(client, 'a')} +FLAGS.SILENT (\\Deleted $Kept)`);
  await client.ok('EXPUNGE');
  await client.ok(`UID MOVE ${await uidOf(client, 'b')} Trash`);
  await w.journalEmpty();
  expect(await upstreamSubjects(w, 'INBOX')).toEqual(['c']);
  watcher.forget();

  const list = await w.gateway.run('undo', '--list');
  expect(list).toMatch(/from INBOX: 1 message\n {2}b: would be moved back from Trash\n/);
  expect(list).toMatch(/ {2}a: can be stored again from what is kept here\n\n2 messages can be brought back\.\n$/);
  expect(await w.gateway.run('undo', '--dry-run')).toMatch(/1 message would be brought back\. Nothing was done\.\n$/);
  expect(watcher.told).toEqual([]);

  expect(await w.gateway.run('undo')).toMatch(
    /b: moved back from Trash\n\n1 message brought back\.\nThe next ".+ undo .*" goes on to .*, from INBOX: 1 message\.\n$/,
  );
  await watcher.until(/^\* 2 EXISTS/);
  expect(waysOf(await w.gateway.run('undo', '--since', '1h', '--json'))).toEqual({ a: 'cache', b: 'undone' });
  await watcher.until(/^\* 3 EXISTS/);
  expect(waysOf(await w.gateway.run('undo', '--since', '1h', '--json'))).toEqual({ a: 'undone', b: 'undone' });
  await client.ok('NOOP');
  const { untagged } = await client.ok(`UID FETCH ${await uidOf(client, 'a')} (FLAGS BODY.PEEK[TEXT])`);
  expect(untagged.join('\n')).toMatch(/FLAGS \(\$Kept.*This is a\./s);
  watcher.close();
  client.close();
  await w.journalEmpty();
  expect(await upstreamSubjects(w, 'INBOX')).toEqual(['a', 'b', 'c']);
  expect(await upstreamSubjects(w, 'Deleted')).toEqual([]);

  expect(await w.gateway.stop()).toBe(0);
  const refused = await w.gateway.run('undo').catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 3, stderr: expect.stringMatching(/no gateway is running.*: start it with /) });
  expect(await w.gateway.run('undo', '--since', 'now').catch((error: unknown) => error)).toMatchObject({ code: 2 });
});

it('is killed in the middle and given again: all of it is there, once', { timeout: 180_000 }, async () => {
  const w = await world();
  const client = await w.client();
  const tokens = Array.from({ length: 60 }, (_, i) => `m${i}`).sort();
  await append(client, tokens);
  await w.journalEmpty();
  await client.ok('SELECT INBOX');
  await client.ok('STORE 1:* +FLAGS.SILENT (\\Deleted)');
  await client.ok('EXPUNGE');
  await w.journalEmpty();
  expect(await upstreamSubjects(w, 'INBOX')).toEqual([]);
  client.close();
  const watcher = await startIdler(await w.client(), 'INBOX');
  const first = w.gateway.run('undo').catch((error: unknown) => error);
  // As soon as the first of it is to be seen: some slices are done, the rest is not, and hardly anything is upstream.
  await watcher.until(/^\* \d+ EXISTS/);
  await w.gateway.kill();
  watcher.close();
  await first;
  await w.gateway.start();
  await w.gateway.synced();
  const ways = Object.values(waysOf(await w.gateway.run('undo', '--json')));
  expect(ways).toHaveLength(tokens.length);
  expect(ways.filter((way) => way !== 'undone' && way !== 'cache')).toEqual([]);
  expect(ways).toContain('undone');
  await w.journalEmpty();
  expect(await upstreamSubjects(w, 'INBOX')).toEqual(tokens);
  const again = await w.client();
  await waitUntil('the gateway shows them', async () =>
    (await again.ok('SELECT INBOX')).untagged.includes('* 60 EXISTS'),
  );
  again.close();
});
