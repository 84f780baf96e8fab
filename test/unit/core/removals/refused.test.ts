// A removal that the provider refuses is over: what is removed again afterwards is brought back once.
import { expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { type Rig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, readBody, shownTokens, uidOf, upstreamTokens, userMoves } from '../../../support/core-mail.js';
import type { FakeMethod } from '../../../support/fake-connector.js';
import { expunge, pins, startWith, undo } from '../../../support/removals.js';

useVirtualTime();

const no = new UpstreamError('permanent', 'no');

test.each<[string, FakeMethod, (rig: Rig) => void]>([
  ['EXPUNGE', 'expunge', (rig) => expunge(rig, 'A/Box', ['a'])],
  ['MOVE to Trash', 'move', (rig) => userMoves(rig, 'A/Box', 'a', 'Trash')],
  ['DELETE', 'deleteMailbox', (rig) => rig.core.mailboxes.delete('A/Box')],
])('%s', async (_, method, remove) => {
  const { fake, rig } = await startWith([]);
  await using __ = rig;
  fake.create('Box');
  fake.deliver('Box', mail('a'));
  await rig.settle();
  await readBody(rig, 'A/Box', uidOf(rig, 'A/Box', 'a'));
  fake.failNext(method, no);
  remove(rig);
  await rig.settle();
  expect([shownTokens(rig, 'A/Box'), pins(rig)]).toEqual([['a'], 0]);
  remove(rig);
  await rig.settle();
  const isBack = async () => {
    await rig.settle();
    expect([upstreamTokens(fake, 'Box'), shownTokens(rig, 'A/Box')]).toEqual([['a'], ['a']]);
  };
  await undo(rig);
  await isBack();
  expect(await undo(rig, 1)).toEqual({ a: 'undone' });
  await isBack();
  expect(await undo(rig)).toEqual({ a: 'undone' });
  await isBack();
});
