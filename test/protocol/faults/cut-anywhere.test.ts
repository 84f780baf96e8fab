// The upstream connection is cut behind every n-th byte, of what is sent and of what comes: afterwards everything is there,
// once, on both sides.
import { afterEach, expect, it } from 'vitest';
import {
  atRest,
  type BehindProxies,
  shownLines,
  startBehindProxies,
  type Upstream,
  upstreamLines,
} from '../../support/behind-proxies.js';
import { mail } from '../../support/core-mail.js';
import type { Harness } from '../../support/harness.js';
import { waitUntil } from '../../support/wait-until.js';

/** Bytes between two cuts of a push; `CUT_STEP=1` tries them all, in an hour. */
const STEP = Number(process.env.CUT_STEP ?? 149);
const TIMEOUT_MS = process.env.CUT_STEP === undefined ? 120_000 : 2 * 3_600_000;

const rigs: BehindProxies[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig[Symbol.asyncDispose]();
});

async function oneAccount(
  personality: 'qq' | 'hotmail' | 'gmail',
): Promise<{ rig: BehindProxies; upstream: Upstream }> {
  const rig = await startBehindProxies([{ name: 'A', personality }]);
  rigs.push(rig);
  return { rig, upstream: rig.upstream('A') };
}

it.each([
  ['qq', STEP * 8],
  ['hotmail', STEP * 8],
  ['gmail', STEP * 8],
] as const)(
  'a first synchronisation with %s, cut anywhere, ends with every message once',
  async (personality, step) => {
    const { rig, upstream } = await oneAccount(personality);
    for (let i = 0; i < 5; i++)
      await upstream.direct.deliver(['INBOX'], mail(`m${i}`), { flags: i % 2 ? ['\\Seen'] : [] });
    const there = await upstreamLines(upstream, ['INBOX']);
    let round = 0;
    for (let hasCut = true; hasCut; round++) {
      upstream.proxy.cutAt(1 + round * step);
      await using gateway = await rig.gateway({ awaited: false });
      await atRest(gateway);
      const why = `after a cut at ${1 + round * step}`;
      expect(await shownLines(gateway, 'A/INBOX'), why).toEqual(there);
      expect(await shownLines(gateway, 'INBOX'), why).toEqual(there);
      hasCut = upstream.proxy.hasCut;
      upstream.proxy.calm();
    }
    expect(round).toBeGreaterThan(5);
  },
  TIMEOUT_MS,
);

const TRASH = { qq: 'Deleted Messages', hotmail: 'Deleted', gmail: '[Gmail]/Trash' } as const;

it.each([
  ['qq', STEP],
  ['hotmail', STEP],
  // Its pushes are the shortest, the more so where a slow machine joins them.
  ['gmail', Math.ceil(STEP / 2)],
] as const)(
  'flags, moves and appends to %s, cut anywhere, are carried out once',
  async (personality, step) => {
    const { rig, upstream } = await oneAccount(personality);
    await upstream.direct.deliver(['INBOX'], mail('flagged'));
    await using gateway = await rig.gateway();
    const inTrash: string[] = [];
    const appended: string[] = [];
    let round = 0;
    for (let hasCut = true; hasCut; round++) {
      await deliver(gateway, upstream, `moved${round}`);
      const sign = round % 2 === 0 ? '+' : '-';
      upstream.proxy.cutAt(1 + round * step);
      await act(gateway, round, sign);
      const { overview } = gateway.core;
      await waitUntil('the cut, or the end', () => upstream.proxy.hasCut || overview.accounts()[0]?.journalDepth === 0);
      hasCut = upstream.proxy.hasCut;
      upstream.proxy.calm();
      await atRest(gateway);
      inTrash.push(`moved${round}`);
      appended.push(`appended${round} \\Seen`);
      const inInbox = [...appended, `flagged${sign === '+' ? ' \\Flagged' : ''}`].sort();
      const why = `after a cut at ${1 + round * step}`;
      expect(await upstreamLines(upstream, ['INBOX']), why).toEqual(inInbox);
      expect(await shownLines(gateway, 'A/INBOX'), why).toEqual(inInbox);
      expect(await upstreamLines(upstream, TRASH[personality].split('/')), why).toEqual([...inTrash].sort());
      expect(await shownLines(gateway, 'Trash'), why).toEqual([...inTrash].sort());
    }
    expect(round).toBeGreaterThan(10);
  },
  TIMEOUT_MS,
);

async function act(gateway: Harness, round: number, sign: string): Promise<void> {
  const client = await gateway.login();
  await client.ok('SELECT A/INBOX');
  await client.ok(`UID STORE ${await uidOf(client, 'flagged')} ${sign}FLAGS (\\Flagged)`);
  await client.ok(`UID MOVE ${await uidOf(client, `moved${round}`)} Trash`);
  const text = mail(`appended${round}`);
  client.send(`a APPEND A/INBOX (\\Seen) {${text.length}+}\r\n${text}\r\n`);
  await client.finish('a');
  client.destroy();
}

/** Puts a message upstream, round the proxy, and waits until the gateway shows it. */
async function deliver(gateway: Harness, { direct }: Upstream, token: string): Promise<void> {
  await direct.deliver(['INBOX'], mail(token));
  do await atRest(gateway);
  while (!(await shownLines(gateway, 'A/INBOX')).includes(token));
}

async function uidOf(client: Awaited<ReturnType<Harness['login']>>, token: string): Promise<number> {
  const found = await client.ok(`UID SEARCH HEADER Message-ID <${token}@test>`);
  return Number(/^\* SEARCH (\d+)/.exec(found[0] ?? '')?.[1]);
}
