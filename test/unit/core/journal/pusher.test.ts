import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { type FlagSet, NO_FLAGS } from '../../../../src/mail/flags.js';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import {
  appendMail,
  mail,
  one,
  problemsOf,
  shown,
  shownTokens,
  uidOf,
  upstreamTokens,
} from '../../../support/core-mail.js';
import { createFakeUpstream, type FakeUpstreamOptions, flags } from '../../../support/fake-connector.js';

useVirtualTime();

const refused = new UpstreamError('permanent', 'no', { serverText: 'read-only' });
const busy = new UpstreamError('transient', 'busy');

async function account(count: number, options: FakeUpstreamOptions = {}) {
  const fake = createFakeUpstream(options);
  for (let i = 1; i <= count; i++) fake.deliver('INBOX', mail(`m${i}`));
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  fake.calls.length = 0;
  const store = (uid: number, ...names: string[]) =>
    rig.core.actions.storeFlags(rig.idOf('INBOX'), { uids: one(uid), operation: 'add', flags: flags(...names) });
  const calls = (method: string) => fake.calls.filter((call) => call.method === method);
  const stored = () => calls('storeFlags').map(({ args: [uids, , set] }) => [uids, (set as FlagSet).system]);
  return { fake, rig, store, calls, stored };
}

describe('order', () => {
  test('1,000 STOREs while the upstream is away become a handful of UID STOREs', async () => {
    const { fake, rig, store, calls } = await account(1_000);
    await using _ = rig;
    fake.goOffline();
    for (let uid = 1; uid <= 1_000; uid++) store(uid, '\\Seen');
    fake.goOnline();
    await rig.settle();
    expect(calls('storeFlags').length).toBeLessThanOrEqual(6);
    expect(fake.contents('INBOX').every((message) => message.flags.system === 1)).toBe(true);
  });

  test('one STORE of 1,000 is one UID STORE', async () => {
    const { rig, calls } = await account(1_000);
    await using _ = rig;
    rig.core.actions.storeFlags(rig.idOf('INBOX'), { uids: [[1, 1_000]], operation: 'add', flags: flags('\\Seen') });
    await rig.settle();
    expect(calls('storeFlags').map(({ args }) => args[0])).toEqual([[[1, 1_000]]]);
  });

  test('first in, first out: only like neighbours are joined', async () => {
    const { fake, rig, store, stored } = await account(3);
    await using _ = rig;
    fake.goOffline();
    store(1, '\\Seen');
    store(2, '\\Seen');
    store(1, '\\Flagged');
    store(3, '\\Seen');
    fake.goOnline();
    await rig.settle();
    expect(stored()).toEqual([
      [[[1, 2]], 1],
      [[[1, 1]], 4],
      [[[3, 3]], 1],
    ]);
  });

  test('a row that waits holds up those behind it, and no other account', async () => {
    const { fake, rig, store } = await account(2);
    await using _ = rig;
    fake.failNext('storeFlags', busy, { times: 3 });
    store(1, '\\Seen');
    rig.core.actions.move(rig.idOf('INBOX'), one(1), 'Archive');
    await rig.settle();
    expect(upstreamTokens(fake, 'Archive')).toEqual(['m1']);
    expect(fake.contents('Archive')[0]?.flags.system).toBe(1);
    expect(rig.core.overview.problems()).toEqual([]);
  });
});

describe('failures', () => {
  test('what fails for a while is tried again, ever more slowly, and survives a crash', async () => {
    const { fake, rig, store, calls } = await account(1);
    await using _ = rig;
    fake.failNext('storeFlags', busy, { times: 6 });
    store(1, '\\Seen');
    const at: number[] = [];
    await rig.until('four attempts', () => {
      if (calls('storeFlags').length > at.length) at.push(Date.now());
      return at.length === 4;
    });
    const pauses = at.slice(1).map((time, i) => time - (at[i] ?? 0));
    expect(pauses[2]).toBeGreaterThan(pauses[0] ?? 0);
    await rig.crash();
    await rig.settle();
    expect(fake.contents('INBOX')[0]?.flags.system).toBe(1);
    expect(rig.core.overview.accounts()[0]).toMatchObject({ journalDepth: 0 });
  });

  test('a wait that has worried the user is over when it is over', async () => {
    const { fake, rig, store } = await account(1);
    await using _ = rig;
    fake.failNext('storeFlags', busy, { times: 12 });
    store(1, '\\Seen');
    await rig.until('a problem is shown', () => rig.core.overview.problems().length > 0);
    expect(problemsOf(rig)[0]).toContain('waiting to be carried out');
    await rig.settle();
    expect(rig.core.overview.problems()).toEqual([]);
  });

  test('so it is when what it waited for is gone', async () => {
    const { fake, rig, store } = await account(1);
    await using _ = rig;
    fake.failNext('storeFlags', busy, { times: 9 });
    store(1, '\\Seen');
    await rig.until('a problem is shown', () => rig.core.overview.problems().length > 0);
    fake.expunge('INBOX', 1);
    await rig.settle();
    expect(shownTokens(rig, 'INBOX')).toEqual([]);
    await rig.until('the problem is over', () => rig.core.overview.problems().length === 0);
  });

  test('a refused STORE is put back where every client sees it', async () => {
    const { fake, rig, store } = await account(2);
    await using _ = rig;
    fake.failNext('storeFlags', refused);
    const { modseq } = rig.core.reads.snapshot(rig.idOf('INBOX'));
    store(1, '\\Seen');
    expect(shown(rig, 'INBOX')[0]?.flags).toBe('\\Seen');
    await rig.settle();
    expect(shown(rig, 'INBOX')[0]?.flags).toBe('');
    const { changed } = rig.core.reads.changesSince(rig.idOf('INBOX'), modseq);
    expect(changed.map(({ uid, flags: { system } }) => [uid, system])).toEqual([[1, 0]]);
    expect(problemsOf(rig)[0]).toBe('the provider refused to change flags: read-only');
  });

  test('of joined rows only the one that is refused is undone', async () => {
    const { fake, rig, store } = await account(3);
    await using _ = rig;
    fake.goOffline();
    for (const uid of [1, 2, 3]) store(uid, '\\Seen');
    fake.before = ({ method, args }) => {
      if (method === 'storeFlags' && JSON.stringify(args[0]).includes('2')) throw refused;
      if (method === 'storeFlags' && JSON.stringify(args[0]) === '[[1,3]]') throw refused;
    };
    fake.goOnline();
    await rig.settle();
    expect(shown(rig, 'INBOX').map((row) => row.flags)).toEqual(['\\Seen', '', '\\Seen']);
    expect(fake.contents('INBOX').map((message) => message.flags.system)).toEqual([1, 0, 1]);
  });

  test.each(['move', 'expunge'] as const)('a refused %s: the messages are back, under new uids', async (kind) => {
    const { fake, rig, store } = await account(2);
    await using _ = rig;
    fake.failNext(kind, refused);
    if (kind === 'move') rig.core.actions.move(rig.idOf('INBOX'), one(1), 'Archive');
    else {
      store(1, '\\Deleted');
      rig.core.actions.expunge(rig.idOf('INBOX'), undefined);
    }
    expect(shownTokens(rig, 'INBOX')).toEqual(['m2']);
    await rig.settle();
    expect(shown(rig, 'INBOX').map(({ uid, token }) => [uid, token])).toEqual([
      [2, 'm2'],
      [3, 'm1'],
    ]);
    expect(shownTokens(rig, 'Archive')).toEqual([]);
    expect(rig.core.overview.problems().length).toBe(1);
  });

  test('a refused COPY leaves nothing behind', async () => {
    const { fake, rig } = await account(1);
    await using _ = rig;
    fake.failNext('copy', refused);
    rig.core.actions.copy(rig.idOf('INBOX'), one(1), 'Archive');
    expect(shownTokens(rig, 'Archive')).toEqual(['m1']);
    await rig.settle();
    expect([shownTokens(rig, 'INBOX'), shownTokens(rig, 'Archive')]).toEqual([['m1'], []]);
  });

  test('a refused APPEND is kept in Recovered, bytes and flags, over restarts', async () => {
    const { fake, rig } = await account(0);
    await using _ = rig;
    fake.failNext('append', refused);
    await appendMail(rig, 'Drafts', mail('draft'), flags('\\Draft', '\\Seen'));
    await rig.settle();
    await rig.restart();
    await rig.settle();
    expect(shownTokens(rig, 'Drafts')).toEqual([]);
    expect(shown(rig, 'Recovered')).toMatchObject([{ token: 'draft', flags: '\\Seen \\Draft' }]);
    expect(fake.contents('Drafts')).toEqual([]);
  });
});

describe('APPEND', () => {
  test.each(['before', 'after'] as const)('cut %s the server has it, then a crash: stored once', async (when) => {
    const { fake, rig } = await account(0);
    await using _ = rig;
    fake.failNext('append', busy, { when, cut: true });
    const uid = await appendMail(rig, 'Drafts', mail('draft'), flags('\\Draft'));
    await rig.until('it was tried', () => fake.calls.some(({ method }) => method === 'append'));
    await rig.crash();
    await rig.settle();
    expect(upstreamTokens(fake, 'Drafts')).toEqual(['draft']);
    expect(uidOf(rig, 'Drafts', 'draft')).toBe(uid);
  });

  test('deleted again before it was sent: the upstream never hears of it', async () => {
    const { fake, rig } = await account(0);
    await using _ = rig;
    fake.goOffline();
    await appendMail(rig, 'Drafts', mail('draft'), flags('\\Deleted'));
    rig.core.actions.expunge(rig.idOf('Drafts'), undefined);
    fake.goOnline();
    await rig.settle();
    expect(fake.calls.filter(({ method }) => method === 'append')).toEqual([]);
  });

  test('two of the same: both are stored', async () => {
    const { fake, rig } = await account(0);
    await using _ = rig;
    fake.failNext('append', busy, { when: 'after', cut: true });
    await appendMail(rig, 'Drafts', mail('draft'), NO_FLAGS);
    await appendMail(rig, 'Drafts', mail('draft'), NO_FLAGS);
    await rig.settle();
    expect(upstreamTokens(fake, 'Drafts')).toEqual(['draft', 'draft']);
    expect(shown(rig, 'Drafts').map(({ uid }) => uid)).toEqual([1, 2]);
  });
});

test('a message that waits behind more than one look at the journal is still found', async () => {
  const { fake, rig } = await account(1);
  await using _ = rig;
  const b = createFakeUpstream({ firstUidValidity: 5001 });
  await rig.restart({
    accounts: [
      { name: 'A', fake },
      { name: 'B', fake: b },
    ],
  });
  await rig.settle();
  fake.goOffline();
  rig.core.actions.copy(rig.idOf('INBOX'), one(1), 'B/Archive');
  // More rows of B than are looked at in one go; all wait for the message that A has yet to give.
  for (let i = 0; i < 210; i++) rig.core.actions.copy(rig.idOf('B/Archive'), one(1), 'B/Junk');
  fake.goOnline();
  await rig.settle();
  expect(b.contents('Junk').length).toBe(210);
});

describe('after a long time away', () => {
  const away = async () => {
    const prepared = await account(2);
    const { fake, rig, store } = prepared;
    fake.goOffline();
    store(1, '\\Flagged');
    // The waits between attempts have grown to minutes.
    await rig.during(new Promise<void>((done) => setTimeout(done, 3_600_000)), 5_000);
    fake.goOnline();
    return prepared;
  };

  test('`gateway sync` carries at once what is owed', async () => {
    const { rig, stored } = await away();
    await using _ = rig;
    const asked = Date.now();
    await rig.during(rig.core.overview.syncNow(undefined));
    await rig.until('it is carried', () => stored().length === 1);
    expect(Date.now() - asked).toBeLessThan(5_000);
  });

  test('the first connection that comes about wakes all that waits', async () => {
    const { fake, rig, stored } = await away();
    await using _ = rig;
    await rig.until('a connection', () => fake.calls.some(({ method }) => method === 'listMailboxes'));
    const back = Date.now();
    await rig.until('it is carried', () => stored().length === 1);
    expect(Date.now() - back).toBeLessThan(5_000);
  });
});
