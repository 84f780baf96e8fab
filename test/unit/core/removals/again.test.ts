// The same messages are removed, brought back, removed again and brought back again: none is lost, none comes twice.
import { expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, shownTokens, upstreamTokens } from '../../../support/core-mail.js';
import { createFakeUpstream } from '../../../support/fake-connector.js';
import { expunge, pins, undo } from '../../../support/removals.js';

useVirtualTime();

const tokens = Array.from({ length: 15 }, (_, i) => `t${10 + i}`);

test('an emptied Trash, twice; then everything at once, to where it was first', async () => {
  const fake = createFakeUpstream();
  for (const token of tokens) fake.deliver('INBOX', mail(token));
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await using _ = rig;
  await rig.settle();
  const places = () =>
    ['INBOX', 'Trash'].map((path) => [upstreamTokens(fake, path).sort(), shownTokens(rig, path).sort()]);
  const none: string[] = [];
  rig.core.actions.move(rig.idOf('INBOX'), [[1, tokens.length]], 'Trash', { device: 'phone' });
  await rig.settle();
  for (const _round of [1, 2]) {
    expunge(rig, 'Trash', tokens);
    await rig.settle();
    expect(places()).toEqual([
      [none, none],
      [none, none],
    ]);
    expect(Object.values(await undo(rig))).toEqual(tokens.map(() => 'cache'));
    await rig.settle();
    expect(places()).toEqual([
      [none, none],
      [tokens, tokens],
    ]);
    expect(pins(rig)).toBe(0);
  }
  expunge(rig, 'Trash', tokens);
  await rig.settle();
  await undo(rig, 0);
  await rig.settle();
  expect(places()).toEqual([
    [tokens, tokens],
    [none, none],
  ]);
  // All of it has been brought back.
  expect(new Set(Object.values(await undo(rig, 0)))).toEqual(new Set(['undone']));
});

/** A message that went to Trash before anything was known of its header: nothing tells it from others but its row. */
async function trashedUnread() {
  const fake = createFakeUpstream();
  fake.deliver('INBOX', mail('t'));
  fake.before = ({ method }) => {
    if (method === 'fetchHeaders') throw new UpstreamError('transient', 'not now');
  };
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  const count = () => (rig.core.mailboxes.find('INBOX') ? rig.core.reads.snapshot(rig.idOf('INBOX')).uids.length : 0);
  await rig.until('it is listed', () => count() === 1);
  rig.core.actions.move(rig.idOf('INBOX'), [[1, 1]], 'Trash', { device: 'phone' });
  fake.before = undefined;
  await rig.settle();
  expect([upstreamTokens(fake, 'Trash'), shownTokens(rig, 'Trash')]).toEqual([['t'], ['t']]);
  expunge(rig, 'Trash', ['t']);
  await rig.settle();
  expect(upstreamTokens(fake, 'Trash')).toEqual([]);
  return { fake, rig };
}

test('what has come back to Trash as another message is known there by what removed it first', async () => {
  const { fake, rig } = await trashedUnread();
  await using _ = rig;
  expect(await undo(rig)).toEqual({ t: 'cache' });
  await rig.settle();
  expect(upstreamTokens(fake, 'Trash')).toEqual(['t']);
  await undo(rig, 0);
  await rig.settle();
  expect([upstreamTokens(fake, 'INBOX'), upstreamTokens(fake, 'Trash')]).toEqual([['t'], []]);
});

test('deleted, and from Trash too: both undone at once, it comes back to where it was first', async () => {
  const { fake, rig } = await trashedUnread();
  await using _ = rig;
  await undo(rig, 0);
  await rig.settle();
  expect([upstreamTokens(fake, 'INBOX'), upstreamTokens(fake, 'Trash')]).toEqual([['t'], []]);
});
