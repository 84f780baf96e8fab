// Undo of a deletion whose message another client has taken away before it was carried out: it waits to be seen elsewhere
// (journal/strays.ts), and is nowhere to be called off.
import { describe, expect, test } from 'vitest';
import { type Rig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, readBody, shown, shownTokens, uidOf, upstreamTokens, userMoves } from '../../../support/core-mail.js';
import type { FakeUpstream } from '../../../support/fake-connector.js';
import { expunge, startWith, undo } from '../../../support/removals.js';

useVirtualTime();

const DATE = Date.UTC(2026, 0, 1) / 1000;

describe.each([
  ['expunged', (rig: Rig) => expunge(rig, 'INBOX', ['a'])],
  ['moved to Trash', (rig: Rig) => userMoves(rig, 'INBOX', 'a', 'Trash')],
])('%s here, expunged by another client', (_, remove) => {
  /** While the upstream is down. */
  async function goneOnBothSides(fake: FakeUpstream, rig: Rig) {
    fake.goOffline();
    remove(rig);
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
});
