// A mailbox of an account that is no longer configured is made at no other account.
import { expect, test } from 'vitest';
import { createRig, useVirtualTime } from '../../support/core-harness.js';
import { mail } from '../../support/core-mail.js';
import { createFakeUpstream } from '../../support/fake-connector.js';
import { expunge } from '../../support/removals.js';

useVirtualTime();

const refused = expect.objectContaining({ code: 'CANNOT', message: 'the account is not configured any more' });

async function two() {
  const [a, b] = [createFakeUpstream(), createFakeUpstream()];
  a.create('Box');
  b.deliver('INBOX', mail('m1'));
  const accounts = [
    { name: 'A', fake: a },
    { name: 'B', fake: b },
  ];
  const rig = await createRig({ accounts });
  await rig.settle();
  const look = () => rig.during(rig.core.overview.syncNow(undefined));
  const tried = (...[path, to]: [string, string?]) => {
    const { create, rename } = rig.core.mailboxes;
    try {
      return to === undefined ? create(path) : rename(path, to);
    } catch (error) {
      return error;
    }
  };
  return { a, b, accounts, rig, look, tried };
}

test('something is owed to it still: CREATE and RENAME are refused; what is owed waits, and goes where it belongs', async () => {
  const { a, b, accounts, rig, look, tried } = await two();
  await using _ = rig;
  b.goOffline();
  rig.core.mailboxes.create('B/Owed');
  await rig.restart({ accounts: accounts.slice(0, 1) });
  await look();
  const before = a.paths();
  expect(tried('B/Work')).toEqual(refused);
  expect(tried('B/Owed/Below')).toEqual(refused);
  expect(tried('B/Work/Below')).toEqual(refused);
  expect(tried('A/Box', 'B/Box')).toEqual(refused);
  await look();
  expect(a.paths()).toEqual(before);
  expect(rig.core.overview.problems().map(({ text }) => text)).toContainEqual(expect.stringContaining('B'));
  b.goOnline();
  await rig.restart({ accounts });
  await rig.settle();
  expect(b.paths()).toContainEqual(['Owed']);
  expect(a.paths()).toEqual(before);
});

test('nothing is left of it but what can be brought back', async () => {
  const { a, accounts, rig, look, tried } = await two();
  await using _ = rig;
  expunge(rig, 'B/INBOX', ['m1']);
  await rig.settle();
  await rig.restart({ accounts: accounts.slice(0, 1) });
  await look();
  const before = a.paths();
  expect(tried('B')).toEqual(refused);
  expect(tried('B/Work')).toEqual(refused);
  await look();
  expect(a.paths()).toEqual(before);
});

test('an account that was never there is a name like any other, at the default account', async () => {
  const { a, rig, tried } = await two();
  await using _ = rig;
  tried('C/Work');
  await rig.settle();
  expect(a.paths()).toContainEqual(['C', 'Work']);
});
