// A message whose text the provider does not give (Outlook) is moved to another account: it waits, and nothing else with it.
import { expect, test } from 'vitest';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, one, shown, shownTokens, uidOf, upstreamTokens } from '../../../support/core-mail.js';
import { createFakeUpstream, flags } from '../../../support/fake-connector.js';

useVirtualTime();

async function unreadable() {
  const [a, b] = [createFakeUpstream(), createFakeUpstream()];
  a.create('Box');
  a.deliver('Box', mail('m'));
  a.deliver('INBOX', mail('n'));
  const accounts = [
    { name: 'A', fake: a },
    { name: 'B', fake: b },
  ];
  const rig = await createRig({ accounts });
  await rig.settle();
  a.hideBody('Box', 1);
  rig.core.actions.move(rig.idOf('A/Box'), one(uidOf(rig, 'A/Box', 'm')), 'B/Archive');
  return { a, b, rig };
}

test('what is done to other messages of its account goes on, and it follows when it can be read', async () => {
  const { a, b, rig } = await unreadable();
  await using _ = rig;
  const uids = one(uidOf(rig, 'INBOX', 'n'));
  rig.core.actions.storeFlags(rig.idOf('INBOX'), { uids, operation: 'add', flags: flags('\\Flagged') });
  await rig.until('the flag is there', () => a.contents('INBOX')[0]?.flags.system === flags('\\Flagged').system);
  expect(upstreamTokens(a, 'Box')).toEqual(['m']);
  a.showBody('Box', 1);
  await rig.settle();
  expect([upstreamTokens(a, 'Box'), upstreamTokens(a, 'Trash'), upstreamTokens(b, 'Archive')]).toEqual([
    [],
    ['m'],
    ['m'],
  ]);
});

test('its mailbox is not deleted before', async () => {
  const { a, b, rig } = await unreadable();
  await using _ = rig;
  rig.core.mailboxes.delete('A/Box');
  rig.core.mailboxes.create('A/Box');
  await rig.during(new Promise<void>((done) => setTimeout(done, 30 * 60_000)));
  expect(upstreamTokens(a, 'Box')).toEqual(['m']);
  expect(rig.core.overview.problems()).toHaveLength(1);
  a.showBody('Box', 1);
  await rig.settle();
  expect([upstreamTokens(a, 'Trash'), upstreamTokens(b, 'Archive')]).toEqual([['m'], ['m']]);
  expect([upstreamTokens(a, 'Box'), shown(rig, 'A/Box'), shownTokens(rig, 'B/Archive')]).toEqual([[], [], ['m']]);
});
