// Two gateways on one account bring back the same messages, at once or one after another.
import { afterEach, expect, test } from 'vitest';
import { atRest, type BehindProxies, startBehindProxies } from '../../support/behind-proxies.js';
import type { Harness } from '../../support/harness.js';

const closing: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one[Symbol.asyncDispose]();
});
const use = <T extends AsyncDisposable>(one: T): T => {
  closing.push(one);
  return one;
};

const TOKENS = Array.from({ length: 12 }, (_, i) => `m${10 + i}`);
const letter = (token: string) =>
  `From: a@b.example\r\nSubject: ${token}\r\nMessage-ID: <${token}@test>\r\n\r\nThis is ${token}.\r\n`;
const tokensIn = async (upstreams: BehindProxies, path: string) =>
  (await upstreams.upstream('A').direct.messages([path]))
    .map(({ body }) => /Subject: (\S+)/.exec(body)?.[1] ?? '?')
    .sort();
const undo = async ({ core }: Harness) =>
  (await core.removals.undo({ since: 0, dryRun: false })).flatMap(({ messages }) => messages.map(({ way }) => way));
const rest = async (...gateways: Harness[]) => {
  for (const _round of [1, 2]) for (const gateway of gateways) await atRest(gateway);
};

test.each([
  ['moved to Trash', 'at once', 'UID MOVE 1:* Trash', true],
  ['moved to Trash', 'one after another', 'UID MOVE 1:* Trash', false],
  ['expunged', 'at once', 'EXPUNGE', true],
  ['expunged', 'one after another', 'EXPUNGE', false],
])('%s by both, brought back %s', async (_what, _how, command, isAtOnce) => {
  const upstreams = use(await startBehindProxies([{ name: 'A', personality: 'generic', commandTimeoutMs: 10_000 }]));
  for (const token of TOKENS) await upstreams.upstream('A').direct.deliver(['INBOX'], letter(token));
  const gateways = [use(await upstreams.gateway()), use(await upstreams.gateway())] as const;
  await rest(...gateways);
  const clients = await Promise.all(gateways.map((gateway) => gateway.login()));
  for (const client of clients) {
    await client.ok('SELECT INBOX');
    if (command === 'EXPUNGE') {
      await client.ok('UID FETCH 1:* BODY.PEEK[]');
      await client.ok('STORE 1:* +FLAGS.SILENT (\\Deleted)');
    }
  }
  const removed = await Promise.all(clients.map((client) => client.command(command).then(({ status }) => status)));
  expect(removed).toEqual([expect.stringMatching(/^OK/), expect.stringMatching(/^OK/)]);
  await rest(...gateways);
  expect(await tokensIn(upstreams, 'INBOX')).toEqual([]);
  if (isAtOnce) await Promise.all(gateways.map(undo));
  else
    for (const gateway of gateways) {
      await undo(gateway);
      await rest(...gateways);
    }
  await rest(...gateways);
  const back = await tokensIn(upstreams, 'INBOX');
  // At once neither knows of the other: a duplicate beats a loss.
  expect(isAtOnce ? [...new Set(back)] : back).toEqual(TOKENS);
  for (const gateway of gateways) expect(new Set(await undo(gateway))).toEqual(new Set(['undone']));
});

test('of two that are alike both come back, whoever brings back which', async () => {
  const upstreams = use(await startBehindProxies([{ name: 'A', personality: 'generic', commandTimeoutMs: 10_000 }]));
  const { direct } = upstreams.upstream('A');
  for (const token of ['x', 'x', 'y']) await direct.deliver(['INBOX'], letter(token));
  const gateway = use(await upstreams.gateway());
  const client = await gateway.login();
  await client.ok('SELECT INBOX');
  await client.ok('UID FETCH 1:* BODY.PEEK[]');
  await client.ok('STORE 1:2 +FLAGS.SILENT (\\Deleted)');
  await client.ok('EXPUNGE');
  await atRest(gateway);
  // Somebody else has one of them still.
  await direct.deliver(['INBOX'], letter('x'));
  await atRest(gateway);
  expect((await undo(gateway)).sort()).toEqual(['cache', 'there']);
  await atRest(gateway);
  expect(await tokensIn(upstreams, 'INBOX')).toEqual(['x', 'x', 'y']);
});
