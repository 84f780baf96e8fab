// The connection that waits in IDLE is cut, at any byte, or dies without a word: new mail is found by itself all the same, and
// told to the client that waits too.
import { afterEach, expect, it } from 'vitest';
import {
  atRest,
  type BehindProxies,
  shownLines,
  startBehindProxies,
  upstreamLines,
} from '../../support/behind-proxies.js';
import { mail } from '../../support/core-mail.js';
import type { ImapClient } from '../../support/imap-client.js';

let rig: BehindProxies | undefined;
afterEach(async () => {
  await rig?.[Symbol.asyncDispose]();
  rig = undefined;
});

/** Reads until so many messages have been told to exist. */
async function untilExists(client: ImapClient, count: number): Promise<void> {
  let line: string | undefined;
  do line = await client.line(30_000);
  while (line !== undefined && line !== `* ${count} EXISTS`);
  expect(line).toBe(`* ${count} EXISTS`);
}

it('IDLE, cut anywhere in what it tells', async () => {
  rig = await startBehindProxies([{ name: 'A', personality: 'gmail' }]);
  const upstream = rig.upstream('A');
  await using gateway = await rig.gateway();
  await atRest(gateway);
  const client = await gateway.login();
  await client.ok('SELECT A/INBOX');
  client.send('i IDLE\r\n');
  expect(await client.line()).toMatch(/^\+/);
  const { proxy, direct } = upstream;
  const tokens: string[] = [];
  // `* n EXISTS` and what follows it: within the first response, at its end, in the command that follows.
  for (const at of [1, 4, 12, 13, 30]) {
    proxy.cutAt(at);
    tokens.push(`cut-at-${at}`);
    await direct.deliver(['INBOX'], mail(`cut-at-${at}`));
    await untilExists(client, tokens.length);
    expect(proxy.hasCut, `${at}`).toBe(true);
    proxy.calm();
    expect(await shownLines(gateway, 'A/INBOX')).toEqual([...tokens].sort());
    // So that the next cut finds it in IDLE.
    await atRest(gateway);
  }
  expect(await upstreamLines(upstream, ['INBOX'])).toEqual([...tokens].sort());
});

it('a connection that died in IDLE without a word', async () => {
  rig = await startBehindProxies([
    { name: 'A', personality: 'generic', commandTimeoutMs: 500, traits: { idleMs: 1_000 } },
  ]);
  const { proxy, direct } = rig.upstream('A');
  await using gateway = await rig.gateway();
  await atRest(gateway);
  const client = await gateway.login();
  await client.ok('SELECT A/INBOX');
  client.send('i IDLE\r\n');
  expect(await client.line()).toMatch(/^\+/);
  const before = proxy.connections;
  proxy.freeze();
  await direct.deliver(['INBOX'], mail('while-dead'));
  await untilExists(client, 1);
  expect(proxy.connections).toBeGreaterThan(before);
});
