// What providers do to a whole mailbox: new numbers for it, announced or not, a window that shrinks, a folder that is lost; each
// while changes are owed. Nothing is lost, the uids told to clients stay, and the client of another account hears nothing of it.
import { afterEach, beforeEach, expect, it } from 'vitest';
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
import type { ImapClient } from '../../support/imap-client.js';
import { waitUntil } from '../../support/wait-until.js';

let rig: BehindProxies;
let gateway: Harness;
let a: Upstream;
let client: ImapClient;
let other: ImapClient;
const DAY = 86_400;

beforeEach(async () => {
  rig = await startBehindProxies([
    { name: 'A', personality: 'qq', quirks: { visibleDays: 10_000, renumberUids: undefined }, commandTimeoutMs: 1_000 },
    { name: 'B', personality: 'generic' },
  ]);
  a = rig.upstream('A');
  const now = Math.floor(Date.now() / 1000);
  await a.direct.create(['其他文件夹', 'Box']);
  for (let i = 0; i < 4; i++) {
    await a.direct.deliver(['INBOX'], mail(`m${i}`), { internalDate: now - (4 - i) * 20 * DAY });
    await a.direct.deliver(['其他文件夹', 'Box'], mail(`box${i}`));
  }
  await rig.upstream('B').direct.deliver(['INBOX'], mail('of-b'));
  gateway = await rig.gateway();
  await atRest(gateway);
  [client, other] = [await gateway.login(), await gateway.login()];
  await client.ok('SELECT A/INBOX');
  await other.ok('SELECT B/INBOX');
});
afterEach(async () => {
  // The other account's client has been told nothing, and is answered.
  expect(await other.ok('NOOP')).toEqual([]);
  expect((await other.ok('FETCH 1 (UID FLAGS)')).join()).toMatch(/^\* 1 FETCH \(UID 1 FLAGS \(/);
  await gateway[Symbol.asyncDispose]();
  await rig[Symbol.asyncDispose]();
});

/** Message-ID → uid, as a client is told. */
async function uids(path: string): Promise<Record<string, string>> {
  const looking = await gateway.login();
  await looking.ok(`EXAMINE "${path}"`);
  const told = (await looking.ok('FETCH 1:* (UID BODY.PEEK[HEADER.FIELDS (SUBJECT)])')).join('\n');
  looking.destroy();
  const pairs = [...told.matchAll(/UID (\d+)[\s\S]*?Subject: (\S+)/g)].map(([, uid = '', token = '']) => [token, uid]);
  return Object.fromEntries(pairs) as Record<string, string>;
}

it.each([
  ['a new UIDVALIDITY', { uidValidity: 'new', uids: 'compact' }],
  ['new uids under the old UIDVALIDITY, from 1 again', { uidValidity: 'same', uids: 'compact' }],
  ['new uids under the old UIDVALIDITY, above the old ones', { uidValidity: 'same', uids: 'above' }],
] as const)('%s, while changes are owed', async (_, how) => {
  // So that compact numbers are other numbers.
  await a.direct.expunge(['INBOX'], 1);
  await atRest(gateway);
  const before = await uids('A/INBOX');
  expect(Object.keys(before)).toEqual(['m1', 'm2', 'm3']);
  a.proxy.down();
  await client.ok(`UID STORE ${before.m2} +FLAGS (\\Flagged)`);
  await client.ok(`UID MOVE ${before.m3} Trash`);
  a.hand.renumber('INBOX', how);
  a.proxy.calm();
  await atRest(gateway);
  await waitUntil('the flag is upstream', async () => (await upstreamLines(a, ['INBOX'])).includes('m2 \\Flagged'));
  expect(await upstreamLines(a, ['INBOX'])).toEqual(['m1', 'm2 \\Flagged']);
  expect(await upstreamLines(a, ['Deleted Messages'])).toEqual(['m3']);
  await atRest(gateway);
  expect(await uids('A/INBOX')).toEqual({ m1: before.m1, m2: before.m2 });
  expect(await shownLines(gateway, 'A/INBOX')).toEqual(['m1', 'm2 \\Flagged']);
  expect(await shownLines(gateway, 'Trash')).toEqual(['m3']);
});

it('a window that shrinks to 30 days, and grows again', async () => {
  a.proxy.down();
  const before = await uids('A/INBOX');
  await client.ok(`UID STORE ${before.m0} +FLAGS (\\Flagged)`);
  await client.ok(`UID STORE ${before.m3} +FLAGS (\\Flagged)`);
  a.hand.showDays(30);
  a.proxy.calm();
  await atRest(gateway);
  expect(await shownLines(gateway, 'A/INBOX')).toEqual(['m3 \\Flagged']);
  a.hand.showDays(10_000);
  await atRest(gateway);
  // Nothing was deleted anywhere, and what had been asked of a message that could not be seen is done.
  await waitUntil('the flag is upstream', async () => (await upstreamLines(a, ['INBOX'])).includes('m0 \\Flagged'));
  await atRest(gateway);
  const all = ['m0 \\Flagged', 'm1', 'm2', 'm3 \\Flagged'];
  expect(await upstreamLines(a, ['INBOX'])).toEqual(all);
  expect(await shownLines(gateway, 'A/INBOX')).toEqual(all);
});

it('a folder that is lost, with changes owed to what was in it', async () => {
  const box = await uids('A/Box');
  await client.ok('SELECT A/Box');
  a.proxy.down();
  await client.ok(`UID STORE ${box.box0} +FLAGS (\\Flagged)`);
  await client.ok(`UID MOVE ${box.box1} A/INBOX`);
  const text = mail('kept');
  client.send(`a APPEND A/Box {${text.length}+}\r\n${text}\r\n`);
  await client.finish('a');
  const hand = await a.login();
  await hand.ok('DELETE "&UXZO1mWHTvZZOQ-/Box"');
  a.proxy.calm();
  await atRest(gateway);
  // No upstream has room for it any more: it is here.
  const lists = async () => (await other.ok('LIST "" *')).join('\n');
  expect(await lists()).not.toContain('A/Box"');
  expect(await shownLines(gateway, 'Recovered')).toEqual(['kept']);
  expect(await shownLines(gateway, 'A/INBOX')).toEqual(['m0', 'm1', 'm2', 'm3']);
});
