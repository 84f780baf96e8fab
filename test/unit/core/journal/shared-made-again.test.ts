// A mailbox below a unified one is deleted, made again and used while its deletion is still owed: what is put into it is not
// deleted with the former.
import { expect, test } from 'vitest';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import { appendMail, mail, problemsOf, shownTokens, upstreamTokens, userMoves } from '../../../support/core-mail.js';
import { createFakeUpstream, flags } from '../../../support/fake-connector.js';

useVirtualTime();

test('what is moved and stored there arrives', async () => {
  const fake = createFakeUpstream();
  for (const token of ['old', 'm1', 'm2']) fake.deliver('INBOX', mail(token));
  await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  rig.core.mailboxes.create('Archive/2026');
  userMoves(rig, 'INBOX', 'old', 'Archive/2026');
  await rig.settle();
  fake.goOffline();
  rig.core.mailboxes.delete('Archive/2026');
  rig.core.mailboxes.create('Archive/2026');
  for (const token of ['m1', 'm2']) userMoves(rig, 'INBOX', token, 'Archive/2026');
  await appendMail(rig, 'Archive/2026', mail('stored'), flags('\\Seen'));
  expect(shownTokens(rig, 'Archive/2026')).toEqual(['m1', 'm2', 'stored']);
  fake.goOnline();
  await rig.settle();
  expect(upstreamTokens(fake, ['Archive', '2026']).sort()).toEqual(['m1', 'm2', 'stored']);
  for (const path of ['Archive/2026', 'A/Archive/2026'])
    expect(shownTokens(rig, path).sort()).toEqual(['m1', 'm2', 'stored']);
  expect(problemsOf(rig)).toEqual([]);
});
