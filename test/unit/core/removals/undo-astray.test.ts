// Undo of a deletion whose message another client has taken away before it was carried out: it waits to be seen elsewhere
// (journal/strays.ts), and is nowhere to be called off.
import { expect, test } from 'vitest';
import { type Rig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, readBody, shown, shownTokens, uidOf, upstreamTokens } from '../../../support/core-mail.js';
import type { FakeUpstream } from '../../../support/fake-connector.js';
import { expunge, startWith, undo } from '../../../support/removals.js';

useVirtualTime();

const DATE = Date.UTC(2026, 0, 1) / 1000;

/** `a` is expunged here while the upstream is down, and by another client there. */
async function goneOnBothSides(fake: FakeUpstream, rig: Rig) {
  fake.goOffline();
  expunge(rig, 'INBOX', ['a']);
  fake.expunge('INBOX', 1);
  fake.goOnline();
  await rig.settle();
}

test('nothing is shown that no upstream has', async () => {
  const { fake, rig } = await startWith(['a']);
  await using _ = rig;
  await goneOnBothSides(fake, rig);
  expect(await undo(rig)).toEqual({ a: 'lost' });
  await rig.settle();
  expect(shown(rig, 'INBOX')).toEqual([]);
});

test('its body is here: it is stored again, and stays wherever it is seen afterwards', async () => {
  const { fake, rig } = await startWith(['a']);
  await using _ = rig;
  await readBody(rig, 'INBOX', uidOf(rig, 'INBOX', 'a'));
  await goneOnBothSides(fake, rig);
  expect(await undo(rig)).toEqual({ a: 'cache' });
  // Not even while its copy is on its way.
  expect(rig.store.accounts.list().flatMap(({ id }) => rig.store.journal.strays(id))).toEqual([]);
  await rig.settle();
  fake.deliver('Archive', mail('a'), { internalDate: DATE });
  await rig.settle();
  expect([upstreamTokens(fake, 'INBOX'), upstreamTokens(fake, 'Archive'), upstreamTokens(fake, 'Trash')]).toEqual([
    ['a'],
    ['a'],
    [],
  ]);
  expect(shownTokens(rig, 'INBOX')).toEqual(['a']);
  expect(await undo(rig)).toEqual({ a: 'undone' });
});

test('it is seen elsewhere first: the deletion has followed it, and Trash gives it back', async () => {
  const { fake, rig } = await startWith(['a']);
  await using _ = rig;
  await goneOnBothSides(fake, rig);
  expect(await undo(rig)).toEqual({ a: 'lost' });
  fake.deliver('Archive', mail('a'), { internalDate: DATE });
  await rig.settle();
  expect(upstreamTokens(fake, 'Trash')).toEqual(['a']);
  expect(await undo(rig)).toEqual({ a: 'trash' });
  await rig.settle();
  expect([upstreamTokens(fake, 'INBOX'), upstreamTokens(fake, 'Trash')]).toEqual([['a'], []]);
});
