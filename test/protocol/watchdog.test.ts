// A connection that waits for news and gets none: because IDLE tells nothing, or because nobody is there any more.
import { test } from 'vitest';
import { atRest, startBehindProxies } from '../support/behind-proxies.js';
import { waitUntil } from '../support/wait-until.js';

const POLL_MS = 1_000;
const mail = (token: string) =>
  `From: a@example.org\r\nSubject: ${token}\r\nMessage-ID: <${token}@test>\r\n\r\nThis is ${token}.\r\n`;

test('where IDLE tells nothing, a client is told of new mail all the same', async () => {
  await using up = await startBehindProxies([
    { name: 'A', personality: 'generic', quirks: { silentIdle: true }, traits: { pollMs: POLL_MS } },
  ]);
  const { direct } = up.upstream('A');
  await direct.deliver(['INBOX'], mail('m1'));
  await using harness = await up.gateway();
  await atRest(harness);
  const client = await harness.login();
  await client.ok('SELECT INBOX');
  for (let i = 2; i <= 3; i++) {
    await direct.deliver(['INBOX'], mail(`m${i}`));
    await waitUntil('EXISTS', async () => (await client.ok('NOOP')).includes(`* ${i} EXISTS`), { ms: 8 * POLL_MS });
  }
  client.destroy();
});

test('a connection that is half open is given up, long before a command would be', async () => {
  await using up = await startBehindProxies([
    { name: 'A', personality: 'generic', traits: { pollMs: POLL_MS }, commandTimeoutMs: 60_000 },
  ]);
  await using harness = await up.gateway();
  await atRest(harness);
  const connections = () => harness.core.overview.accounts()[0]?.upstreamConnections ?? 0;
  await waitUntil('the watcher is there', () => connections() >= 2);
  const before = connections();
  const { proxy } = up.upstream('A');
  proxy.hang();
  await waitUntil('one is given up', () => connections() < before, { ms: 10 * POLL_MS });
  proxy.cut();
  proxy.calm();
});
