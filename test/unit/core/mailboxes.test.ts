import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../src/mail/errors.js';
import { createRig, named, useVirtualTime } from '../../support/core-harness.js';
import { appendMail, mail, one, shown, shownTokens, uidOf, upstreamTokens } from '../../support/core-mail.js';
import { createFakeUpstream, flags } from '../../support/fake-connector.js';

useVirtualTime();

const busy = new UpstreamError('transient', 'busy');
const START = Date.UTC(2026, 0, 1) / 1000;

/** An account whose inbox holds `name1` … at the given days. */
function inboxOf(name: string, days: readonly number[], firstUidValidity = 1001) {
  const fake = createFakeUpstream({ firstUidValidity });
  days.forEach((day, i) => {
    fake.deliver('INBOX', mail(`${name}${i + 1}`), { internalDate: START + day * 86_400 });
  });
  return fake;
}
const validity = (rig: Awaited<ReturnType<typeof createRig>>, path: string) =>
  rig.core.mailboxes.find(path)?.uidValidity;

describe('uids', () => {
  test('are in order of date over all accounts at first sight, then in order of arrival', async () => {
    const a = inboxOf('a', [5, 1, 9]);
    const b = inboxOf('b', [2, 9, 3], 5001);
    await using rig = await createRig({
      accounts: named({ A: a, B: b }),
    });
    await rig.settle();
    expect(shownTokens(rig, 'INBOX')).toEqual(['a2', 'b1', 'b3', 'a1', 'a3', 'b2']);
    expect(shownTokens(rig, 'A/INBOX')).toEqual(['a2', 'a1', 'a3']);
    b.deliver('INBOX', mail('old'), { internalDate: START });
    await rig.settle();
    expect(shown(rig, 'INBOX').at(-1)).toMatchObject({ uid: 7, token: 'old' });
  });

  test('nobody waits for an account that cannot be reached; when it comes, everything is numbered anew once', async () => {
    const a = inboxOf('a', [5]);
    const b = inboxOf('b', [2], 5001);
    b.goOffline();
    await using rig = await createRig({
      accounts: named({ A: a, B: b }),
    });
    await rig.until('A is shown', () => shownTokens(rig, 'INBOX').length === 1);
    const first = validity(rig, 'INBOX');
    const drafts = validity(rig, 'Drafts');
    b.goOnline();
    await rig.settle();
    expect(shownTokens(rig, 'INBOX')).toEqual(['b1', 'a1']);
    const second = validity(rig, 'INBOX');
    expect(second).toBeGreaterThan(first ?? 0);
    // Nothing in it could have changed its meaning.
    expect(validity(rig, 'Drafts')).toBe(drafts);
    b.goOffline();
    await rig.restart();
    b.goOnline();
    await rig.settle();
    expect(validity(rig, 'INBOX')).toBe(second);
    expect(shownTokens(rig, 'INBOX')).toEqual(['b1', 'a1']);
  });

  test('an account that is added later renumbers once; one that is taken out only leaves', async () => {
    const a = { name: 'A', fake: inboxOf('a', [5, 6]) };
    const b = { name: 'B', fake: inboxOf('b', [2], 5001) };
    await using rig = await createRig({ accounts: [a] });
    await rig.settle();
    const alone = validity(rig, 'INBOX');
    const own = validity(rig, 'A/INBOX');
    await rig.restart({ accounts: [a, b] });
    await rig.settle();
    const both = validity(rig, 'INBOX');
    expect(both).toBeGreaterThan(alone ?? 0);
    expect(shownTokens(rig, 'INBOX')).toEqual(['b1', 'a1', 'a2']);
    const { modseq } = rig.core.reads.snapshot(rig.idOf('INBOX'));
    await rig.restart({ accounts: [a] });
    await rig.settle();
    expect(validity(rig, 'INBOX')).toBe(both);
    expect(rig.core.reads.changesSince(rig.idOf('INBOX'), modseq)).toMatchObject({ vanished: [[1, 1]], changed: [] });
    expect(shown(rig, 'INBOX').map(({ uid, token }) => [uid, token])).toEqual([
      [2, 'a1'],
      [3, 'a2'],
    ]);
    expect(validity(rig, 'A/INBOX')).toBe(own);
    expect(rig.core.mailboxes.list().some(({ path }) => path.startsWith('B'))).toBe(false);
    // The upstream does not hear of it.
    expect(upstreamTokens(b.fake, 'INBOX')).toEqual(['b1']);
  });

  test('a message that the upstream no longer lists leaves, and nothing is deleted because of it', async () => {
    const a = inboxOf('a', [1, 2, 3]);
    await using rig = await createRig({ accounts: [{ name: 'A', fake: a }] });
    await rig.settle();
    a.calls.length = 0;
    a.expunge('INBOX', 2);
    await rig.settle();
    expect(shown(rig, 'INBOX').map(({ uid }) => uid)).toEqual([1, 3]);
    const writing = new Set(['expunge', 'move', 'copy', 'append', 'storeFlags', 'deleteMailbox']);
    expect(a.calls.filter(({ method }) => writing.has(method))).toEqual([]);
  });

  test('new uidValidity upstream: every message keeps its uid, also two that cannot be told apart', async () => {
    const a = inboxOf('a', [1, 2, 3]);
    for (let i = 0; i < 2; i++) a.deliver('INBOX', mail('twin'), { internalDate: START });
    await using rig = await createRig({ accounts: [{ name: 'A', fake: a }] });
    await rig.settle();
    const before = shown(rig, 'INBOX');
    a.resetUidValidity('INBOX', 100);
    a.cut();
    a.expunge('INBOX', 101);
    await rig.settle();
    const left = before.filter(({ token }) => token !== 'a2');
    expect(shown(rig, 'INBOX').map(({ uid, token }) => [uid, token])).toEqual(
      left.map(({ uid, token }) => [uid, token]),
    );
  });
});

describe('where things go', () => {
  async function two() {
    const a = createFakeUpstream();
    const b = createFakeUpstream({ firstUidValidity: 5001 });
    for (const fake of [a, b]) fake.create('Receipts');
    a.deliver('INBOX', mail('a1'));
    b.deliver('INBOX', mail('b1'));
    a.deliver('Receipts', mail('a2'));
    b.deliver('Receipts', mail('b2'));
    const rig = await createRig({
      accounts: named({ A: a, B: b }),
      merge: { Receipts: ['A/Receipts', 'B/Receipts'] },
    });
    await rig.settle();
    return { a, b, rig };
  }

  test('same-named mailboxes may be joined; what is put into them stays in its account', async () => {
    const { a, b, rig } = await two();
    await using _ = rig;
    expect(shownTokens(rig, 'Receipts').sort()).toEqual(['a2', 'b2']);
    for (const token of ['a1', 'b1'])
      rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', token)), 'Receipts');
    await rig.settle();
    expect([upstreamTokens(a, 'Receipts'), upstreamTokens(b, 'Receipts')]).toEqual([
      ['a2', 'a1'],
      ['b2', 'b1'],
    ]);
  });

  test('a move from INBOX to Trash lands in the trash of that very account', async () => {
    const { a, b, rig } = await two();
    await using _ = rig;
    rig.core.actions.move(rig.idOf('INBOX'), [[1, 2]], 'Trash');
    await rig.settle();
    expect([upstreamTokens(a, 'Trash'), upstreamTokens(b, 'Trash')]).toEqual([['a1'], ['b1']]);
  });

  test('APPEND goes by the From header, else to the default account', async () => {
    const { a, b, rig } = await two();
    await using _ = rig;
    await appendMail(rig, 'Drafts', mail('fromB', 'Me <B@example.org>'), flags());
    await appendMail(rig, 'Drafts', mail('other', 'else@example.net'), flags());
    await rig.settle();
    expect([upstreamTokens(a, 'Drafts'), upstreamTokens(b, 'Drafts')]).toEqual([['other'], ['fromB']]);
  });

  test('role mailboxes can be neither renamed nor deleted; names that exist or cannot be are refused', async () => {
    const { rig } = await two();
    await using _ = rig;
    const { mailboxes } = rig.core;
    const cases: readonly [() => unknown, string][] = [
      [() => mailboxes.delete('Trash'), 'CANNOT'],
      [() => mailboxes.rename('A/Sent', 'A/Other'), 'CANNOT'],
      [() => mailboxes.create('inbox'), 'ALREADYEXISTS'],
      [() => mailboxes.create('A/Receipts'), 'ALREADYEXISTS'],
      [() => mailboxes.create('A//x'), 'CANNOT'],
      [() => mailboxes.rename('A/None', 'A/x'), 'NONEXISTENT'],
      [() => mailboxes.rename('A/Receipts', 'B/Other'), 'CANNOT'],
      [() => rig.core.actions.copy(rig.idOf('INBOX'), one(1), 'A/None'), 'TRYCREATE'],
    ];
    for (const [attempt, code] of cases) expect(attempt).toThrow(expect.objectContaining({ code }));
  });
});

describe('flags that live in two places', () => {
  test('a keyword that the upstream cannot keep stays here, through its own changes, a move and a restart', async () => {
    const fake = createFakeUpstream({ keywords: false });
    fake.deliver('INBOX', mail('m1'));
    await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
    await rig.settle();
    rig.core.actions.storeFlags(rig.idOf('INBOX'), { uids: one(1), operation: 'add', flags: flags('$Work', '\\Seen') });
    await rig.settle();
    fake.setFlags('INBOX', 1, flags('\\Flagged'), 'add');
    await rig.settle();
    expect(shown(rig, 'INBOX')[0]?.flags).toBe('\\Flagged \\Seen $Work');
    rig.core.actions.move(rig.idOf('INBOX'), one(1), 'Archive');
    await rig.restart();
    await rig.settle();
    expect(shown(rig, 'Archive')[0]?.flags).toBe('\\Flagged \\Seen $Work');
    const stored = fake.calls.filter(({ method }) => method === 'storeFlags');
    expect(stored.some(({ args }) => JSON.stringify(args).includes('$Work'))).toBe(false);
  });

  test('\\Deleted in a unified mailbox is ours alone until EXPUNGE; in the account it goes up', async () => {
    const fake = inboxOf('a', [1, 2]);
    await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
    await rig.settle();
    const mark = (path: string, uid: number) =>
      rig.core.actions.storeFlags(rig.idOf(path), { uids: one(uid), operation: 'add', flags: flags('\\Deleted') });
    mark('INBOX', 1);
    mark('A/INBOX', 2);
    await rig.settle();
    expect(fake.contents('INBOX').map((message) => message.flags.system)).toEqual([0, 8]);
    await rig.restart();
    await rig.settle();
    expect(shown(rig, 'INBOX').map((row) => row.flags)).toEqual(['\\Deleted', '\\Deleted']);
    expect(rig.core.actions.expunge(rig.idOf('INBOX'), one(1))).toEqual([[1, 1]]);
    await rig.settle();
    expect(upstreamTokens(fake, 'INBOX')).toEqual(['a2']);
  });

  test('what the user did is not undone by a look at the upstream before it has been told', async () => {
    const fake = inboxOf('a', [1]);
    await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
    await rig.settle();
    // The journal cannot get through, the sync can.
    fake.before = ({ method }) => {
      if (method === 'storeFlags') fake.failNext('storeFlags', busy);
    };
    rig.core.actions.storeFlags(rig.idOf('INBOX'), { uids: one(1), operation: 'add', flags: flags('\\Seen') });
    fake.setFlags('INBOX', 1, flags('\\Flagged', '$Work'), 'add');
    await rig.during(rig.core.overview.syncNow(undefined));
    await rig.until('the upstream was seen', () => shown(rig, 'INBOX')[0]?.flags === '\\Flagged \\Seen $Work');
    expect(fake.contents('INBOX')[0]?.flags.system).toBe(4);
    fake.before = undefined;
    await rig.settle();
    expect(fake.contents('INBOX')[0]?.flags.system).toBe(5);
  });
});

test('a level of the hierarchy that becomes a mailbox upstream can be selected', async () => {
  const fake = inboxOf('a', []);
  fake.create(['Level', 'Below']);
  await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  expect(rig.core.mailboxes.find('A/Level')?.selectable).toBe(false);
  fake.create('Level');
  fake.deliver('Level', mail('inside'));
  await rig.during(rig.core.overview.syncNow(undefined));
  expect(rig.core.mailboxes.find('A/Level')?.selectable).toBe(true);
  expect(shownTokens(rig, 'A/Level')).toEqual(['inside']);
});
