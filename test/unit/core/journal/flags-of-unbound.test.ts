// STORE to a message whose new copy the upstream has not made yet: the flags reach every copy they were meant for, no other.
import { expect, test } from 'vitest';
import { createRig, named, type Rig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, one, shown, uidOf } from '../../../support/core-mail.js';
import { createFakeUpstream, type FakeUpstream, flags } from '../../../support/fake-connector.js';

useVirtualTime();

async function twoAccounts() {
  const a = createFakeUpstream();
  const b = createFakeUpstream({ firstUidValidity: 5001 });
  a.deliver('INBOX', mail('m1'), { flags: flags('\\Answered', '\\Seen', '$Work') });
  const rig = await createRig({
    accounts: named({ A: a, B: b }),
  });
  await rig.settle();
  a.goOffline();
  b.goOffline();
  const goOnline = async () => {
    a.goOnline();
    b.goOnline();
    await rig.settle();
  };
  return { a, b, rig, goOnline };
}

const transfer = (rig: Rig, kind: 'move' | 'copy', from: string, to: string) =>
  rig.core.actions[kind](rig.idOf(from), one(uidOf(rig, from, 'm1')), to);

const store = (rig: Rig, path: string, operation: 'add' | 'remove', ...names: string[]) =>
  rig.core.actions.storeFlags(rig.idOf(path), {
    uids: one(uidOf(rig, path, 'm1')),
    operation,
    flags: flags(...names),
  });

const flagsIn = (fake: FakeUpstream, path: string) =>
  fake.contents(path).map((message) => [message.flags.system, [...message.flags.keywords].sort().join(' ')]);
const SEEN = 1;
const ANSWERED = 2;
const FLAGGED = 4;

test('flags of a message that then leaves for another account go with it to its own Trash', async () => {
  const { a, b, rig, goOnline } = await twoAccounts();
  await using _ = rig;
  transfer(rig, 'move', 'A/INBOX', 'A/Archive');
  store(rig, 'A/Archive', 'remove', '\\Seen', '$Work');
  store(rig, 'A/Archive', 'add', '\\Flagged', '$Later');
  transfer(rig, 'move', 'A/Archive', 'B/Archive');
  await goOnline();
  expect(flagsIn(b, 'Archive')).toEqual([[ANSWERED | FLAGGED, '$Later']]);
  expect(flagsIn(a, 'Trash')).toEqual([[ANSWERED | FLAGGED, '$Later']]);
});

test('flags set after a COPY, while its original is still to be made, stay off the copy and off what is made of that', async () => {
  const { a, b, rig, goOnline } = await twoAccounts();
  await using _ = rig;
  transfer(rig, 'move', 'A/INBOX', 'B/Junk');
  transfer(rig, 'copy', 'B/Junk', 'B/Archive');
  transfer(rig, 'copy', 'B/Archive', 'B/Drafts');
  store(rig, 'B/Junk', 'remove', '\\Seen', '$Work');
  store(rig, 'B/Junk', 'add', '\\Flagged', '$Later');
  await goOnline();
  expect(flagsIn(b, 'Junk')).toEqual([[ANSWERED | FLAGGED, '$Later']]);
  expect(flagsIn(b, 'Archive')).toEqual([[ANSWERED | SEEN, '$Work']]);
  expect(flagsIn(b, 'Drafts')).toEqual([[ANSWERED | SEEN, '$Work']]);
  expect(shown(rig, 'B/Archive')).toMatchObject([{ flags: '\\Answered \\Seen $Work' }]);
  expect(flagsIn(a, 'Trash')).toEqual([[ANSWERED | SEEN, '$Work']]);
});
