// An account that is taken out of the configuration for a while does not take what was removed from it along.
import { expect, test } from 'vitest';
import { createRig, named, type Rig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, one, readBody, shownTokens, uidOf, upstreamTokens } from '../../../support/core-mail.js';
import { createFakeUpstream } from '../../../support/fake-connector.js';
import { expunge, pins, undo } from '../../../support/removals.js';

useVirtualTime();

async function two() {
  const a = createFakeUpstream();
  const b = createFakeUpstream();
  for (const token of ['x', 'y']) a.deliver('INBOX', mail(token));
  const rig = await createRig({
    accounts: named({ A: a, B: b }),
  });
  await rig.settle();
  return { a, b, rig };
}

const told = async (rig: Rig) => {
  const batches = await rig.during(rig.core.removals.undo({ since: 0, dryRun: false }), 10);
  return batches.flatMap(({ messages }) => messages);
};

test('what was expunged is said to be kept, and comes back once the account is there again', async () => {
  const { a, b, rig } = await two();
  await using _ = rig;
  expunge(rig, 'A/INBOX', ['x']);
  await rig.settle();
  expect(upstreamTokens(a, 'INBOX')).toEqual(['y']);
  await rig.restart({ accounts: [{ name: 'B', fake: b }] });
  await rig.settle();
  expect(rig.core.mailboxes.find('A/INBOX')).toBeUndefined();
  expect(pins(rig)).toBe(1);
  const [message, ...more] = await told(rig);
  expect(more).toEqual([]);
  expect(message).toMatchObject({ account: 'A', subject: 'x', way: 'lost' });
  expect(message?.reason).toMatch(/^its account is not configured: put a@example\.org back/);
  // Also the start after that one leaves it alone.
  await rig.restart();
  await rig.restart({
    accounts: named({ A: a, B: b }),
  });
  await rig.settle();
  expect(shownTokens(rig, 'A/INBOX')).toEqual(['y']);
  expect(await undo(rig)).toEqual({ x: 'cache' });
  await rig.settle();
  expect(upstreamTokens(a, 'INBOX').sort()).toEqual(['x', 'y']);
  expect(await readBody(rig, 'A/INBOX', uidOf(rig, 'A/INBOX', 'x'))).toBe(mail('x'));
  expect(pins(rig)).toBe(0);
});

test('under another name it is the same account; what is in its Trash moves back', async () => {
  const { a, b, rig } = await two();
  await using _ = rig;
  rig.core.actions.move(rig.idOf('A/INBOX'), one(uidOf(rig, 'A/INBOX', 'x')), 'A/Trash');
  await rig.settle();
  await rig.restart({ accounts: [{ name: 'B', fake: b }] });
  await rig.settle();
  await rig.restart({
    accounts: [
      { name: 'Work', address: 'a@example.org', fake: a },
      { name: 'B', fake: b },
    ],
  });
  await rig.settle();
  expect(await undo(rig)).toEqual({ x: 'trash' });
  await rig.settle();
  expect([upstreamTokens(a, 'INBOX').sort(), upstreamTokens(a, 'Trash')]).toEqual([['x', 'y'], []]);
});

test('another account that takes its name gets none of its mail', async () => {
  const { b, rig } = await two();
  await using _ = rig;
  expunge(rig, 'A/INBOX', ['x']);
  await rig.settle();
  await rig.restart({ accounts: [{ name: 'B', fake: b }] });
  const other = createFakeUpstream();
  await rig.restart({
    accounts: [
      { name: 'A', address: 'other@example.org', fake: other },
      { name: 'B', fake: b },
    ],
  });
  await rig.settle();
  expect(await undo(rig, 0)).toEqual({ x: 'lost' });
  await rig.settle();
  expect(upstreamTokens(other, 'INBOX')).toEqual([]);
  expect(pins(rig)).toBe(1);
});

test('when undo is over, nothing of the account is left', async () => {
  const { b, rig } = await two();
  await using _ = rig;
  expunge(rig, 'A/INBOX', ['x']);
  await rig.settle();
  await rig.restart({ accounts: [{ name: 'B', fake: b }] });
  await rig.restart({ undoDays: 0 });
  expect(pins(rig)).toBe(0);
  await rig.restart();
  expect(rig.store.accounts.list().map(({ name }) => name)).toEqual(['B']);
});
