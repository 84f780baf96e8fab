// At Gmail what comes to Trash loses its labels. `gateway undo` gives them back, against a server that behaves so.
import { afterEach, expect, test } from 'vitest';
import { atRest, startBehindProxies } from '../support/behind-proxies.js';
import type { ImapClient } from '../support/imap-client.js';

const closing: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

const PLACES = ['INBOX', 'News', 'Work', 'Trash'];
/** Each with the commands that take it from INBOX. */
const HOW = {
  moved: (uid: number) => [`UID MOVE ${uid} Trash`],
  expunged: (uid: number) => [`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`, `UID EXPUNGE ${uid}`],
  copied: (uid: number) => [
    `UID COPY ${uid} Trash`,
    `UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`,
    `UID EXPUNGE ${uid}`,
  ],
};
const TOKENS = Object.keys(HOW) as (keyof typeof HOW)[];
const letter = (token: string) =>
  `From: a@b.example\r\nSubject: ${token}\r\nMessage-ID: <${token}@test>\r\n\r\nThis is ${token}.\r\n`;

async function uidOf(client: ImapClient, token: string): Promise<number> {
  const lines = await client.ok(`UID SEARCH SUBJECT ${token}`);
  return Number(/SEARCH (\d+)/.exec(lines.join('\n'))?.[1]);
}

test.each([
  ['carried out', true],
  ['still owed', false],
])(
  'removed in each way and undone while that is %s: every label is there once',
  { timeout: 60_000 },
  async (_, isDone) => {
    const upstreams = await startBehindProxies([{ name: 'G', personality: 'gmail', commandTimeoutMs: 10_000 }]);
    closing.push(upstreams);
    const { direct } = upstreams.upstream('G');
    for (const label of ['News', 'Work']) await direct.create([label]);
    // One content: Gmail knows what it has by its Message-ID.
    for (const token of TOKENS) for (const path of PLACES.slice(0, 3)) await direct.deliver([path], letter(token));
    const gateway = await upstreams.gateway();
    closing.push(gateway);
    await atRest(gateway);
    const client = await gateway.login();
    const whereIs = async (token: string) => {
      const upstream: string[] = [];
      const here: string[] = [];
      for (const path of PLACES) {
        const name = path === 'Trash' ? ['[Gmail]', 'Trash'] : [path];
        for (const { body } of await direct.messages(name)) if (body.includes(`is ${token}.`)) upstream.push(path);
        await client.ok(`EXAMINE ${PLACES.slice(1, 3).includes(path) ? `G/${path}` : path}`);
        if (await uidOf(client, token)) here.push(path);
      }
      return [upstream.join(), here.join()];
    };
    const EVERYWHERE = ['INBOX,News,Work', 'INBOX,News,Work'];
    for (const token of TOKENS) expect([token, ...(await whereIs(token))]).toEqual([token, ...EVERYWHERE]);

    await client.ok('SELECT INBOX');
    for (const token of TOKENS) for (const command of HOW[token](await uidOf(client, token))) await client.ok(command);
    if (isDone) {
      await atRest(gateway);
      for (const token of TOKENS) expect([token, ...(await whereIs(token))]).toEqual([token, 'Trash', 'Trash']);
    }
    const batches = await gateway.core.removals.undo({ since: 0, dryRun: false });
    expect(batches.flatMap(({ messages }) => messages.map(({ subject }) => subject)).sort()).toEqual(
      [...TOKENS].sort(),
    );
    await atRest(gateway);
    for (const token of TOKENS) expect([token, ...(await whereIs(token))]).toEqual([token, ...EVERYWHERE]);
    await gateway.core.removals.undo({ since: 0, dryRun: false });
    await atRest(gateway);
    for (const token of TOKENS) expect([token, ...(await whereIs(token))]).toEqual([token, ...EVERYWHERE]);
  },
);
