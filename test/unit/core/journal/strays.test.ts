// The user changes a message that another client moves elsewhere before the change is upstream: it follows the message,
// never another, and nothing is asked of the upstream that was not asked before when all is well.
import { describe, expect, it, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { createRig, named, type Rig, useVirtualTime } from '../../../support/core-harness.js';
import {
  mail,
  readBody,
  shown,
  shownTokens,
  uidOf,
  upstreamTokens,
  userExpunges,
  userMoves,
  userStores,
} from '../../../support/core-mail.js';
import { createFakeUpstream, type FakeUpstream, type FakeUpstreamOptions } from '../../../support/fake-connector.js';

useVirtualTime();

/** Every kind of server that tells in its own way what is gone. */
const SERVERS: readonly [string, FakeUpstreamOptions][] = [
  ['QRESYNC', {}],
  ['CONDSTORE', { qresync: false }],
  ['plain IMAP', { condstore: false, move: false }],
  ['EMAILID', { objectId: true }],
];
const TOKENS = ['m1', 'm2', 'm3'];

async function start(options: FakeUpstreamOptions = {}): Promise<{ fake: FakeUpstream; rig: Rig }> {
  const fake = createFakeUpstream(options);
  for (const box of ['Box', 'Other']) fake.create(box);
  for (const token of TOKENS) fake.deliver('Box', mail(token));
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  return { fake, rig };
}

const [store, move, remove] = [userStores, userMoves, userExpunges];
const shownFlags = (rig: Rig, path: string) =>
  shown(rig, path).map(({ token, flags: told }) => `${token} ${told}`.trim());
const upstreamFlags = (fake: FakeUpstream, path: string) =>
  fake
    .contents(path)
    .map(
      (message) => `${/Message-ID: <(.*)@/.exec(Buffer.from(message.bytes).toString())?.[1]} ${message.flags.system}`,
    );
const strays = ({ store: { database } }: Rig) =>
  database.sqlite.prepare('SELECT count(*) FROM journal').pluck().get() as number;

describe.each(SERVERS)('on a server with %s', (_, options) => {
  // Looked at before Box, and after it: the message is seen in its new place before, or after, it is missed in the old one.
  it.each(['Archive', 'Other'])('a flag follows the message to %s', async (to) => {
    const { fake, rig } = await start(options);
    await using _rig = rig;
    fake.goOffline();
    store(rig, 'A/Box', 'm2', '\\Flagged');
    fake.move('Box', 2, to);
    fake.goOnline();
    await rig.settle();
    expect(upstreamFlags(fake, to)).toEqual(['m2 4']);
    expect(upstreamFlags(fake, 'Box')).toEqual(['m1 0', 'm3 0']);
    expect(shownFlags(rig, `A/${to}`)).toEqual(['m2 \\Flagged']);
    expect(shownTokens(rig, 'A/Box')).toEqual(['m1', 'm3']);
    expect(strays(rig)).toBe(0);
  });

  it.each(['Archive', 'Other'])('a move follows the message to %s', async (to) => {
    const { fake, rig } = await start(options);
    await using _rig = rig;
    fake.goOffline();
    store(rig, 'A/Box', 'm2', '\\Seen');
    move(rig, 'A/Box', 'm2', 'A/Junk');
    const uid = uidOf(rig, 'A/Junk', 'm2');
    fake.move('Box', 2, to);
    fake.goOnline();
    await rig.settle();
    expect(upstreamFlags(fake, 'Junk')).toEqual(['m2 1']);
    expect(upstreamTokens(fake, to)).toEqual([]);
    // Where the user put it, it stood all the time.
    expect(shown(rig, 'A/Junk').map((row) => [row.token, row.uid])).toEqual([['m2', uid]]);
    expect(shownTokens(rig, `A/${to}`)).toEqual([]);
    expect(strays(rig)).toBe(0);
  });

  it.each(['Archive', 'Other'])('a move to where another client has moved it (%s) is done', async (to) => {
    const { fake, rig } = await start(options);
    await using _rig = rig;
    fake.goOffline();
    move(rig, 'A/Box', 'm2', `A/${to}`);
    store(rig, `A/${to}`, 'm2', '\\Flagged');
    const uid = uidOf(rig, `A/${to}`, 'm2');
    fake.move('Box', 2, to);
    fake.goOnline();
    await rig.settle();
    expect(upstreamFlags(fake, to)).toEqual(['m2 4']);
    expect(shown(rig, `A/${to}`).map((row) => [row.token, row.uid])).toEqual([['m2', uid]]);
    expect(strays(rig)).toBe(0);
  });

  it('a deletion follows the message, to Trash and no further', async () => {
    const { fake, rig } = await start(options);
    await using _rig = rig;
    fake.goOffline();
    remove(rig, 'A/Box', 'm2');
    fake.move('Box', 2, 'Other');
    fake.goOnline();
    await rig.settle();
    expect(upstreamTokens(fake, 'Other')).toEqual([]);
    expect(upstreamTokens(fake, 'Trash')).toEqual(['m2']);
    expect(shownTokens(rig, 'Trash')).toEqual(['m2']);
    expect(shownTokens(rig, 'A/Other')).toEqual([]);
  });

  it('what was deleted for good in the Trash, and taken out of it by another client, stays', async () => {
    const { fake, rig } = await start(options);
    await using _rig = rig;
    fake.deliver('Trash', mail('rescued'));
    await rig.settle();
    fake.goOffline();
    remove(rig, 'A/Trash', 'rescued');
    fake.move('Trash', 1, 'INBOX');
    fake.goOnline();
    await rig.settle();
    expect(upstreamTokens(fake, 'INBOX')).toEqual(['rescued']);
    expect(shownTokens(rig, 'INBOX')).toEqual(['rescued']);
  });

  it('an EXPUNGE that was carried out, and whose answer was lost, is done', async () => {
    const { fake, rig } = await start(options);
    await using _rig = rig;
    const lost = new UpstreamError('transient', 'the connection was lost', { outcomeUnknown: true });
    fake.failNext('expunge', lost, { when: 'after', cut: true });
    const [, there] = fake.contents('Box');
    remove(rig, 'A/Box', 'm2');
    await rig.until('it is carried out', () => !upstreamTokens(fake, 'Box').includes('m2'), 10);
    // Another client puts back what it still has, before the answer is known.
    if (there) fake.deliver('Other', there.bytes, { internalDate: there.internalDate });
    await rig.settle();
    expect(upstreamTokens(fake, 'Other')).toEqual(['m2']);
    expect(shownTokens(rig, 'A/Other')).toEqual(['m2']);
    expect(rig.store.journal.strays(1)).toEqual([]);
  });

  it('a change waits over a restart, until the message is seen', async () => {
    const { fake, rig } = await start(options);
    await using _rig = rig;
    fake.goOffline();
    store(rig, 'A/Box', 'm2', '\\Flagged');
    // On its way between two mailboxes, in the hands of a client that copies by itself.
    const [bytes] = fake.contents('Box').filter(({ uid }) => uid === 2);
    fake.expunge('Box', 2);
    fake.goOnline();
    await rig.settle();
    expect(shownTokens(rig, 'A/Box')).toEqual(['m1', 'm3']);
    expect(strays(rig)).toBe(1);
    await rig.crash();
    await rig.settle();
    fake.deliver('Other', bytes?.bytes ?? '', { internalDate: bytes?.internalDate ?? 0, ...content(bytes) });
    await rig.settle();
    expect(upstreamFlags(fake, 'Other')).toEqual(['m2 4']);
    expect(shownFlags(rig, 'A/Other')).toEqual(['m2 \\Flagged']);
  });

  it('follows into a mailbox that another client has made, or renamed, meanwhile', async () => {
    const { fake, rig } = await start(options);
    await using _rig = rig;
    fake.goOffline();
    store(rig, 'A/Box', 'm2', '\\Flagged');
    move(rig, 'A/Box', 'm1', 'A/Junk');
    fake.rename('Box', 'Renamed');
    fake.create('Made');
    fake.move('Renamed', 1, 'Made');
    fake.goOnline();
    await rig.settle();
    expect(upstreamFlags(fake, 'Renamed')).toEqual(['m2 4', 'm3 0']);
    expect(shownFlags(rig, 'A/Renamed')).toEqual(['m2 \\Flagged', 'm3']);
    expect(upstreamTokens(fake, 'Made')).toEqual([]);
    expect(upstreamTokens(fake, 'Junk')).toEqual(['m1']);
    expect(shownTokens(rig, 'A/Junk')).toEqual(['m1']);
  });
});

const content = (message: { contentId: string } | undefined) => (message ? { contentId: message.contentId } : {});

describe('never another message', () => {
  test('two that are alike in all: neither', async () => {
    const { fake, rig } = await start();
    await using _ = rig;
    for (let i = 0; i < 2; i++) fake.deliver('Box', mail('twin'), { internalDate: 1_770_000_000 });
    await rig.settle();
    fake.goOffline();
    store(rig, 'A/Box', 'twin', '\\Flagged');
    fake.move('Box', 4, 'Other');
    fake.goOnline();
    await rig.settle();
    expect(upstreamFlags(fake, 'Other')).toEqual(['twin 0']);
    expect(upstreamFlags(fake, 'Box')).toEqual(['m1 0', 'm2 0', 'm3 0', 'twin 0']);
  });

  test('one that stood elsewhere all the time', async () => {
    const { fake, rig } = await start();
    await using _ = rig;
    const date = fake.contents('Box')[1]?.internalDate ?? 0;
    fake.deliver('Other', mail('m2'), { internalDate: date });
    await rig.settle();
    fake.goOffline();
    remove(rig, 'A/Box', 'm2');
    fake.expunge('Box', 2);
    fake.goOnline();
    await rig.settle();
    expect(upstreamTokens(fake, 'Other')).toEqual(['m2']);
    expect(upstreamTokens(fake, 'Trash')).toEqual([]);
  });

  test('one with its Message-ID and another content', async () => {
    const { fake, rig } = await start();
    await using _ = rig;
    fake.goOffline();
    remove(rig, 'A/Box', 'm2');
    fake.expunge('Box', 2);
    fake.deliver('Other', mail('m2').replace('Subject: m2', 'Subject: again'));
    fake.goOnline();
    await rig.settle();
    expect(upstreamTokens(fake, 'Other')).toEqual(['m2']);
    expect(shownTokens(rig, 'A/Other')).toEqual(['m2']);
  });

  test('what is not seen again within the time is given up, and shows nowhere', async () => {
    const { fake, rig } = await start();
    await using _ = rig;
    fake.goOffline();
    move(rig, 'A/Box', 'm2', 'A/Junk');
    fake.expunge('Box', 2);
    fake.goOnline();
    await rig.settle();
    expect(strays(rig)).toBe(1);
    // It is in no mailbox, and nobody could read it.
    expect(shownTokens(rig, 'A/Junk')).toEqual([]);
    await rig.until('it is given up', () => strays(rig) === 0, 60_000);
    expect(shownTokens(rig, 'A/Junk')).toEqual([]);
    expect(rig.store.database.sqlite.prepare('SELECT count(*) FROM copies').pluck().get()).toBe(2);
  });
});

test('two moves, one after the other, follow', async () => {
  const { fake, rig } = await start();
  await using _ = rig;
  fake.goOffline();
  move(rig, 'A/Box', 'm2', 'A/Junk');
  move(rig, 'A/Junk', 'm2', 'A/Archive');
  fake.move('Box', 2, 'Other');
  fake.goOnline();
  await rig.settle();
  expect([upstreamTokens(fake, 'Archive'), upstreamTokens(fake, 'Other')]).toEqual([['m2'], []]);
  expect([shownTokens(rig, 'A/Archive'), shownTokens(rig, 'A/Other')]).toEqual([['m2'], []]);
});

test('what was to be done with a message that is given up is given up with it, at once', async () => {
  const { fake, rig } = await start();
  await using _ = rig;
  fake.goOffline();
  move(rig, 'A/Box', 'm2', 'A/Junk');
  move(rig, 'A/Junk', 'm2', 'A/Archive');
  fake.expunge('Box', 2);
  fake.goOnline();
  await rig.until('the first is astray', () => rig.core.overview.accounts()[0]?.journalDepth === 1);
  // All that time goes by in a moment.
  rig.store.database.sqlite.prepare('UPDATE journal SET createdAt = 0').run();
  const before = Date.now();
  await rig.during(rig.core.overview.syncNow(undefined), 10);
  await rig.until('nothing is owed', () => strays(rig) === 0, 100);
  expect(Date.now() - before).toBeLessThan(30_000);
  expect(shownTokens(rig, 'A/Archive')).toEqual([]);
});

test('what was in no mailbox for a while is moved when it is seen again', async () => {
  const { fake, rig } = await start();
  await using _ = rig;
  fake.goOffline();
  move(rig, 'A/Box', 'm2', 'A/Junk');
  const found = fake.contents('Box').find(({ uid }) => uid === 2);
  fake.expunge('Box', 2);
  fake.goOnline();
  await rig.settle();
  expect(shownTokens(rig, 'A/Junk')).toEqual([]);
  fake.deliver('Other', found?.bytes ?? '', { internalDate: found?.internalDate ?? 0 });
  await rig.settle();
  expect([upstreamTokens(fake, 'Junk'), upstreamTokens(fake, 'Other')]).toEqual([['m2'], []]);
  expect([shownTokens(rig, 'A/Junk'), shownTokens(rig, 'A/Other')]).toEqual([['m2'], []]);
});

test('a renumbered mailbox, and the message moved out of it', async () => {
  const { fake, rig } = await start();
  await using _ = rig;
  fake.goOffline();
  store(rig, 'A/Box', 'm2', '\\Flagged');
  fake.move('Box', 2, 'Other');
  fake.resetUidValidity('Box', 2);
  fake.goOnline();
  await rig.settle();
  expect(upstreamFlags(fake, 'Other')).toEqual(['m2 4']);
  expect(upstreamFlags(fake, 'Box')).toEqual(['m1 0', 'm3 0']);
});

test('a move to another account follows the message', async () => {
  const [a, b] = [createFakeUpstream(), createFakeUpstream()];
  a.create('Other');
  a.deliver('INBOX', mail('m1'));
  const rig = await createRig({
    accounts: named({ A: a, B: b }),
  });
  await using _ = rig;
  await rig.settle();
  a.goOffline();
  move(rig, 'A/INBOX', 'm1', 'B/Archive');
  a.move('INBOX', 1, 'Other');
  a.goOnline();
  await rig.settle();
  expect(upstreamTokens(b, 'Archive')).toEqual(['m1']);
  expect(upstreamTokens(a, 'Other')).toEqual([]);
  expect(await readBody(rig, 'B/Archive', uidOf(rig, 'B/Archive', 'm1'))).toBe(mail('m1'));
});

test('on a label store a change goes to the mail, whatever label it has lost', async () => {
  const fake = createFakeUpstream({
    labelStore: true,
    traits: { deleteIsMoveToTrash: true, archiveIsAll: true },
    mailboxes: [
      { path: 'INBOX', role: 'inbox' },
      { path: 'All', role: 'all' },
      { path: 'Trash', role: 'trash' },
      { path: 'Label' },
    ],
  });
  for (const token of TOKENS) fake.deliver('INBOX', mail(token));
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await using _ = rig;
  await rig.settle();
  fake.goOffline();
  store(rig, 'INBOX', 'm1', '\\Flagged');
  move(rig, 'INBOX', 'm2', 'A/Label');
  remove(rig, 'INBOX', 'm3');
  // Archived by another client.
  for (const uid of [1, 2, 3]) fake.expunge('INBOX', uid);
  fake.goOnline();
  await rig.settle();
  expect(upstreamTokens(fake, 'Label')).toEqual(['m2']);
  expect(upstreamTokens(fake, 'Trash')).toEqual(['m3']);
  expect(upstreamFlags(fake, 'All')).toEqual(['m1 4', 'm2 0']);
  expect(shownTokens(rig, 'Archive')).toEqual(['m1']);
});

test('nothing more is asked than before when nothing is amiss', async () => {
  const { fake, rig } = await start();
  await using _ = rig;
  const asked: string[] = [];
  fake.before = ({ session, method }) => void (method !== 'waitForChange' && asked.push(`${session} ${method}`));
  fake.goOffline();
  fake.goOnline();
  store(rig, 'A/Box', 'm2', '\\Flagged');
  await rig.until('it is carried out', () => rig.core.overview.accounts()[0]?.journalDepth === 0);
  const at = asked.findIndex((call) => call.endsWith('storeFlags'));
  const session = asked[at]?.split(' ')[0];
  const before = asked.slice(0, at).filter((call) => call.startsWith(`${session} `));
  expect(before.at(-1)).toBe(`${session} select`);
  expect(asked.filter((call) => call.endsWith('fetchFlags'))).toEqual([]);
});
