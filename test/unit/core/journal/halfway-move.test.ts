// Where the server has no MOVE it is COPY, then EXPUNGE. Cut between the two, the move goes on with the EXPUNGE: the message is
// copied once and its original goes.
import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { createRig, named, type Rig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, one, shown, uidOf } from '../../../support/core-mail.js';
import { createFakeUpstream, type FakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

const cut = new UpstreamError('transient', 'the connection was lost', { outcomeUnknown: true });
const subjectsIn = (fake: FakeUpstream, path: string) =>
  fake.contents(path).map(({ bytes }) => /Subject: (.*)\r/.exec(Buffer.from(bytes).toString())?.[1]);

async function movedAndCut(fake: FakeUpstream, { meanwhile }: { readonly meanwhile?: () => void } = {}) {
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  fake.failNext('move', cut, { when: 'halfway', cut: true });
  if (meanwhile) {
    let isCut = false;
    fake.before = ({ method }) => {
      if (method === 'move') isCut = true;
      else if (isCut && method === 'connect') {
        fake.before = undefined;
        meanwhile();
      }
    };
  }
  const { pairs } = rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'm1')), 'Archive');
  await rig.settle();
  return { rig, told: pairs[0]?.[1] };
}

describe.each([
  ['COPYUID told', {}],
  ['no COPYUID', { traits: { trustsCopyUid: false } }],
  ['QRESYNC', { qresync: true }],
  ['nothing but UIDPLUS', { qresync: false, condstore: false }],
])('%s', (_, options) => {
  test('the original goes, the copy has the uid that was told', async () => {
    const fake = createFakeUpstream({ move: false, ...options });
    fake.deliver('INBOX', mail('m1'));
    fake.deliver('INBOX', mail('m2'));
    const { rig, told } = await movedAndCut(fake);
    await using __ = rig;
    expect(subjectsIn(fake, 'INBOX')).toEqual(['m2']);
    expect(subjectsIn(fake, 'Archive')).toEqual(['m1']);
    expect(uidOf(rig, 'Archive', 'm1')).toBe(told);
  });

  test('the original has gone meanwhile: the copy stays', async () => {
    const fake = createFakeUpstream({ move: false, ...options });
    fake.deliver('INBOX', mail('m1'));
    const { rig, told } = await movedAndCut(fake, { meanwhile: () => fake.expunge('INBOX', 1) });
    await using __ = rig;
    expect([subjectsIn(fake, 'INBOX'), subjectsIn(fake, 'Archive')]).toEqual([[], ['m1']]);
    expect(uidOf(rig, 'Archive', 'm1')).toBe(told);
  });
});

describe('to Trash, what is moved to another account', () => {
  test.each([
    ['', () => undefined],
    ['; Trash is looked at before it goes on', (rig: Rig) => rig.core.overview.syncNow(undefined)],
  ])('cut between the two: it is there once%s', async (_, look) => {
    const [a, b] = [createFakeUpstream({ move: false }), createFakeUpstream()];
    a.deliver('INBOX', mail('m1'));
    const rig = await createRig({ accounts: named({ A: a, B: b }) });
    await using __ = rig;
    await rig.settle();
    a.failNext('move', cut, { when: 'halfway', cut: true });
    rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'm1')), 'B/Archive');
    await rig.until('it is cut', () => subjectsIn(a, 'Trash').length === 1, 10);
    await rig.during(Promise.resolve(look(rig)));
    await rig.settle();
    expect([subjectsIn(a, 'INBOX'), subjectsIn(a, 'Trash'), subjectsIn(b, 'Archive')]).toEqual([[], ['m1'], ['m1']]);
    expect(shown(rig, 'A/Trash').map(({ token }) => token)).toEqual(['m1']);
  });
});

test('what nobody has seen in a mailbox that is deleted comes to Trash once', async () => {
  const fake = createFakeUpstream({ move: false });
  fake.create('Box');
  fake.deliver('Box', mail('m1'));
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await using _ = rig;
  await rig.settle();
  fake.goOffline();
  rig.core.mailboxes.delete('A/Box');
  fake.deliver('Box', mail('later'));
  fake.deliver('Box', mail('later still'));
  fake.failNext('move', cut, { when: 'halfway', cut: true });
  fake.goOnline();
  await rig.settle();
  expect(fake.paths().map((path) => path.join('/'))).not.toContain('Box');
  expect(subjectsIn(fake, 'Trash')).toEqual(['later', 'later still']);
});

test('what stands in the target and is only like it takes no original away', async () => {
  const fake = createFakeUpstream({ move: false });
  fake.deliver('INBOX', mail('m1'), { internalDate: 1000 });
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await using _ = rig;
  await rig.settle();
  fake.failNext('move', cut, { when: 'before', cut: true });
  fake.before = ({ method }) => {
    if (method !== 'move') return;
    fake.before = undefined;
    fake.deliver('Archive', mail('m1'), { internalDate: 1001 });
  };
  rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'm1')), 'Archive');
  await rig.settle();
  expect([...subjectsIn(fake, 'INBOX'), ...subjectsIn(fake, 'Archive')]).toEqual(['m1', 'm1']);
});

test('what has no Message-ID is never expunged for another: two of a second may differ in nothing but their text', async () => {
  const report = (text: string) => `From: a@example.org\r\nSubject: alarm\r\n\r\n${text}\r\n`;
  const fake = createFakeUpstream({ move: false });
  for (const disk of ['sda', 'sdb']) fake.deliver('INBOX', report(disk), { internalDate: 1000 });
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await using _ = rig;
  await rig.settle();
  fake.failNext('move', cut, { when: 'before', cut: true });
  fake.before = ({ method }) => {
    if (method !== 'move') return;
    fake.before = undefined;
    fake.copy('INBOX', 2, 'Archive');
  };
  rig.core.actions.move(rig.idOf('INBOX'), one(shown(rig, 'INBOX')[0]?.uid ?? 0), 'Archive');
  await rig.settle();
  const texts = ['INBOX', 'Archive'].flatMap((path) =>
    fake.contents(path).map(({ bytes }) => Buffer.from(bytes).toString().slice(-5).trim()),
  );
  expect(texts).toEqual(expect.arrayContaining(['sda', 'sdb']));
});
