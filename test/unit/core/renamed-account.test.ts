// An account that is given another name in the configuration is still the same account (promises 1 and 2).
import { expect, test } from 'vitest';
import { createRig, useVirtualTime } from '../../support/core-harness.js';
import { appendMail, mail, shown, upstreamTokens } from '../../support/core-mail.js';
import { createFakeUpstream, flags } from '../../support/fake-connector.js';

useVirtualTime();

test('what it is owed is carried out, and every uid stays', async () => {
  const fake = createFakeUpstream();
  fake.create('Projects');
  fake.deliver('Projects', mail('plan'));
  for (const token of ['m1', 'm2']) fake.deliver('INBOX', mail(token));
  const rig = await createRig({ accounts: [{ name: 'Old', address: 'me@example.org', fake }] });
  await using _ = rig;
  await rig.settle();
  const identity = (path: string) => [rig.core.mailboxes.find(path)?.uidValidity, shown(rig, path)];
  const before = [identity('INBOX'), identity('Old/Projects')];
  fake.goOffline();
  await appendMail(rig, 'Drafts', mail('draft', 'me@example.org'), flags('\\Draft'));
  await rig.crash({ accounts: [{ name: 'New', address: 'me@example.org', fake }] });
  fake.goOnline();
  await rig.settle();
  expect([identity('INBOX'), identity('New/Projects')]).toEqual(before);
  expect(upstreamTokens(fake, 'Drafts')).toEqual(['draft']);
  expect(rig.core.mailboxes.list().filter(({ path }) => path.startsWith('Old'))).toEqual([]);
  const subscribed = rig.core.mailboxes.subscriptions();
  expect([subscribed.has('New/Projects'), subscribed.has('Old/Projects')]).toEqual([true, false]);
});
