// A folder that is renamed in the provider's web page: the same mailbox under another name, with the same uids; nothing is
// downloaded again. One that is gone leaves, in slices.
import { expect, test } from 'vitest';
import { createRig, type Rig, useVirtualTime } from '../../../support/core-harness.js';
import { appendMail, mail, one, shown, uidOf, upstreamTokens } from '../../../support/core-mail.js';
import { createFakeUpstream, type FakeUpstream, flags } from '../../../support/fake-connector.js';

useVirtualTime();

async function start(count = 5): Promise<{ fake: FakeUpstream; rig: Rig }> {
  const fake = createFakeUpstream({});
  fake.create('Work');
  for (let i = 1; i <= count; i++) fake.deliver('Work', mail(`w${i}`), { internalDate: 1_770_000_000 + i });
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  return { fake, rig };
}

const view = (rig: Rig, path: string) => ({
  uidValidity: rig.core.mailboxes.find(path)?.uidValidity,
  messages: shown(rig, path).map(({ uid, token }) => `${uid} ${token}`),
});
const paths = (rig: Rig) => rig.core.mailboxes.list().map(({ path }) => path);
const headerRows = (fake: FakeUpstream) => fake.calls.filter(({ method }) => method === 'fetchHeaders').length;

test('renamed upstream: the mailbox keeps its uids, its subscription, and what was set on its messages', async () => {
  const { fake, rig } = await start();
  await using _rig = rig;
  const before = view(rig, 'A/Work');
  rig.core.mailboxes.subscribe('A/Work', true);
  const asked = headerRows(fake);
  fake.rename('Work', 'Clients');
  await rig.settle();
  expect(paths(rig)).not.toContain('A/Work');
  expect(view(rig, 'A/Clients')).toEqual(before);
  expect(before.messages).toHaveLength(5);
  expect([...rig.core.mailboxes.subscriptions()]).toContain('A/Clients');
  expect([...rig.core.mailboxes.subscriptions()]).not.toContain('A/Work');
  // The three that are compared, nothing else.
  expect(headerRows(fake)).toBe(asked + 1);
  // What comes next goes on from there, both ways.
  fake.deliver('Clients', mail('w6'), { internalDate: 1_770_000_100 });
  rig.core.actions.storeFlags(rig.idOf('A/Clients'), {
    uids: [[uidOf(rig, 'A/Clients', 'w2'), uidOf(rig, 'A/Clients', 'w2')]],
    operation: 'add',
    flags: flags('\\Flagged'),
  });
  await rig.settle();
  expect(view(rig, 'A/Clients').messages).toEqual([...before.messages, '6 w6']);
  expect(fake.contents('Clients').filter((m) => m.flags.system === flags('\\Flagged').system)).toHaveLength(1);
});

test('renamed with what is below it', async () => {
  const { fake, rig } = await start();
  await using _rig = rig;
  fake.create(['Work', 'Old']);
  fake.deliver(['Work', 'Old'], mail('o1'));
  await rig.settle();
  const before = [view(rig, 'A/Work'), view(rig, 'A/Work/Old')];
  fake.rename('Work', 'Clients');
  await rig.settle();
  expect([view(rig, 'A/Clients'), view(rig, 'A/Clients/Old')]).toEqual(before);
  expect(paths(rig).filter((path) => path.startsWith('A/Work'))).toEqual([]);
});

test('one is gone and another has come with other messages: no rename', async () => {
  const { fake, rig } = await start();
  await using _rig = rig;
  const before = view(rig, 'A/Work');
  fake.remove('Work');
  fake.create('Clients');
  for (let i = 1; i <= 5; i++) fake.deliver('Clients', mail(`c${i}`), { internalDate: 1_770_000_000 + i });
  await rig.settle();
  expect(paths(rig)).not.toContain('A/Work');
  expect(view(rig, 'A/Clients').uidValidity).not.toBe(before.uidValidity);
  expect(view(rig, 'A/Clients').messages.map((line) => line.split(' ')[1])).toEqual(['c1', 'c2', 'c3', 'c4', 'c5']);
});

test('renamed while a change of flags was owed: it arrives', async () => {
  const { fake, rig } = await start();
  await using _rig = rig;
  const before = view(rig, 'A/Work');
  fake.rename('Work', 'Clients');
  rig.core.actions.storeFlags(rig.idOf('A/Work'), {
    uids: [[uidOf(rig, 'A/Work', 'w3'), uidOf(rig, 'A/Work', 'w3')]],
    operation: 'add',
    flags: flags('\\Flagged'),
  });
  await rig.settle();
  const flagged = fake.contents('Clients').filter((m) => m.flags.system & flags('\\Flagged').system);
  expect(flagged.map(({ uid }) => uid)).toEqual([3]);
  expect(view(rig, 'A/Clients')).toEqual(before);
});

test.each(['move', 'copy', 'append', 'moveBetween'] as const)(
  'renamed while a %s into it was owed: it arrives',
  async (kind) => {
    const { fake, rig } = await start();
    await using _rig = rig;
    fake.deliver('INBOX', mail('m'));
    const other = createFakeUpstream();
    other.deliver('INBOX', mail('n'));
    await rig.restart({
      accounts: [
        { name: 'A', fake },
        { name: 'B', fake: other },
      ],
    });
    await rig.settle();
    fake.goOffline();
    const uid = (token: string) => one(uidOf(rig, 'INBOX', token));
    if (kind === 'append') await appendMail(rig, 'A/Work', mail('a'), flags());
    else if (kind === 'moveBetween') rig.core.actions.move(rig.idOf('INBOX'), uid('n'), 'A/Work');
    else rig.core.actions[kind](rig.idOf('INBOX'), uid('m'), 'A/Work');
    fake.rename('Work', 'Clients');
    fake.goOnline();
    await rig.settle();
    const token = { move: 'm', copy: 'm', append: 'a', moveBetween: 'n' }[kind];
    expect(upstreamTokens(fake, 'Clients').at(-1)).toBe(token);
    expect(paths(rig)).toContain('A/Clients');
    expect(rig.core.overview.problems()).toEqual([]);
  },
);

test('a mailbox of 1,300 that is gone leaves with its messages', async () => {
  const { fake, rig } = await start(1_300);
  await using _rig = rig;
  expect(view(rig, 'A/Work').messages).toHaveLength(1_300);
  fake.remove('Work');
  await rig.settle();
  expect(paths(rig)).not.toContain('A/Work');
  expect(rig.store.sources.ofAccount(1).map(({ path }) => path[0])).not.toContain('Work');
});

test('deleted upstream, and only a level of what is below it now: its messages are shown no longer', async () => {
  const { fake, rig } = await start();
  await using _rig = rig;
  fake.create(['Work', 'Old']);
  await rig.settle();
  fake.remove(['Work', 'Old']);
  fake.remove('Work');
  fake.create(['Work', 'New']);
  await rig.settle();
  expect(paths(rig)).toEqual(expect.arrayContaining(['A/Work', 'A/Work/New']));
  expect(view(rig, 'A/Work').messages).toEqual([]);
});
