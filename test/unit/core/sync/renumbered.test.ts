// A server that gives its messages other uids: with a new UIDVALIDITY, or under the same one (QQ). No client sees a
// difference (promise 1), and nothing that was meant for one message reaches another.
import { describe, expect, test } from 'vitest';
import { SystemFlag } from '../../../../src/mail/flags.js';
import { createRig, type Rig, useVirtualTime } from '../../../support/core-harness.js';
import { appendMail, mail, shown, uidOf, upstreamTokens } from '../../../support/core-mail.js';
import { createFakeUpstream, type FakeUpstream, flags } from '../../../support/fake-connector.js';

useVirtualTime();

const TOKENS = ['m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7'];

async function start(): Promise<{ fake: FakeUpstream; rig: Rig }> {
  const fake = createFakeUpstream({ traits: { renumbersSilently: true }, condstore: false });
  for (const [i, token] of TOKENS.entries()) fake.deliver('INBOX', mail(token), { internalDate: 1_770_000_000 + i });
  const rig = await createRig({ accounts: [{ name: 'QQ', fake }] });
  await rig.settle();
  return { fake, rig };
}

const uids = (rig: Rig) => shown(rig, 'INBOX').map(({ uid, token }) => `${uid} ${token}`);
const headerFetches = (fake: FakeUpstream) => fake.calls.filter(({ method }) => method === 'fetchHeaders').length;

describe.each([
  ['a new UIDVALIDITY', (fake: FakeUpstream, first: number) => fake.resetUidValidity('INBOX', first)],
  ['the same UIDVALIDITY', (fake: FakeUpstream, first: number) => fake.renumberSilently('INBOX', first)],
])('new uids under %s', (_, renumber) => {
  test.each([3, 100])('from %i on: every message keeps its uid here', async (first) => {
    const { fake, rig } = await start();
    await using _rig = rig;
    const before = uids(rig);
    renumber(fake, first);
    await rig.settle();
    expect(uids(rig)).toEqual(before);
    // The index speaks of the new ones: what is done now reaches the right message.
    rig.core.actions.storeFlags(rig.idOf('INBOX'), {
      uids: [[uidOf(rig, 'INBOX', 'm4'), uidOf(rig, 'INBOX', 'm4')]],
      operation: 'add',
      flags: { system: SystemFlag.Flagged, keywords: [] },
    });
    await rig.settle();
    const flagged = fake.contents('INBOX').filter(({ flags }) => flags.system & SystemFlag.Flagged);
    expect(flagged.map(({ uid }) => uid)).toEqual([first + 3]);
  });

  test('with one gone and one come: those two leave and come, the others stay', async () => {
    const { fake, rig } = await start();
    await using _rig = rig;
    const before = uids(rig);
    fake.expunge('INBOX', 2);
    fake.deliver('INBOX', mail('m8'), { internalDate: 1_770_000_100 });
    renumber(fake, 1);
    await rig.settle();
    expect(uids(rig)).toEqual([...before.filter((line) => !line.endsWith('m2')), '8 m8']);
  });

  test.each(['move', 'delete'] as const)('while a %s is owed: it reaches what was meant', async (kind) => {
    const { fake, rig } = await start();
    await using _rig = rig;
    fake.create('Trash', 'trash');
    await rig.settle();
    const uid = uidOf(rig, 'INBOX', 'm3');
    fake.goOffline();
    if (kind === 'move') rig.core.actions.move(rig.idOf('INBOX'), [[uid, uid]], 'Trash');
    else {
      rig.core.actions.storeFlags(rig.idOf('QQ/INBOX' as never), {
        uids: [[uid, uid]],
        operation: 'add',
        flags: { system: SystemFlag.Deleted, keywords: [] },
      });
      rig.core.actions.expunge(rig.idOf('QQ/INBOX' as never), undefined);
    }
    fake.expunge('INBOX', 1);
    renumber(fake, 1);
    fake.goOnline();
    await rig.settle();
    expect(upstreamTokens(fake, 'INBOX')).toEqual(['m2', 'm4', 'm5', 'm6', 'm7']);
    expect(upstreamTokens(fake, 'Trash')).toEqual(kind === 'move' ? ['m3'] : []);
  });

  test('two that nothing tells apart keep their uids, too', async () => {
    const { fake, rig } = await start();
    await using _rig = rig;
    for (let i = 0; i < 2; i++) fake.deliver('INBOX', mail('twin'), { internalDate: 1_770_000_050 });
    await rig.settle();
    const before = uids(rig);
    renumber(fake, 50);
    await rig.settle();
    expect(uids(rig)).toEqual(before);
  });
});

test('a mailbox that has not been renumbered is not matched again', async () => {
  const { fake, rig } = await start();
  await using _rig = rig;
  const before = headerFetches(fake);
  await rig.settle();
  await rig.settle();
  expect(headerFetches(fake)).toBe(before);
});

test('mail that our clients stored, and a server that rewrites it, are no sign of new uids', async () => {
  const { fake, rig } = await start();
  await using _rig = rig;
  await appendMail(rig, 'INBOX', mail('own'), flags());
  await rig.settle();
  // What the provider made of it: another date and size than were given.
  const sql = rig.store.database.sqlite;
  sql.exec(
    "UPDATE messages SET sizeBytes = sizeBytes + 7, internalDate = internalDate + 1 WHERE messageIdHeader = 'own@test'",
  );
  await rig.settle();
  const before = headerFetches(fake);
  await rig.settle();
  expect(headerFetches(fake)).toBe(before);
});
