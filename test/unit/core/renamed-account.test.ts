// An account that is given another name in the configuration is still the same account (promises 1 and 2).
import { expect, test } from 'vitest';
import { createRig, useVirtualTime } from '../../support/core-harness.js';
import { appendMail, mail, problemsOf, shown, upstreamTokens } from '../../support/core-mail.js';
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

test('a mailbox has its new name already: that one stays what it is, and nothing is lost of the account', async () => {
  const [other, fake] = [createFakeUpstream(), createFakeUpstream()];
  fake.deliver('INBOX', mail('m1'));
  fake.create('Sub');
  fake.deliver('Sub', mail('s1'));
  const other1 = { name: 'Other', address: 'other@example.org', fake: other };
  const rig = await createRig({ accounts: [other1, { name: 'Old', address: 'me@example.org', fake }] });
  await using _ = rig;
  await rig.settle();
  for (const path of ['Work', 'Work/Sub']) rig.core.mailboxes.create(path);
  await rig.settle();
  const identity = (path: string) => [rig.core.mailboxes.find(path)?.uidValidity, shown(rig, path)];
  const before = ['INBOX', 'Old/Sub', 'Work/Sub'].map(identity);
  fake.goOffline();
  await appendMail(rig, 'Old/Drafts', mail('draft', 'me@example.org'), flags('\\Draft'));
  await rig.crash({ accounts: [other1, { name: 'Work', address: 'me@example.org', fake }] });
  fake.goOnline();
  await rig.settle();
  expect(['INBOX', 'Work/Sub (2)', 'Work/Sub'].map(identity)).toEqual(before);
  expect(upstreamTokens(fake, 'Drafts')).toEqual(['draft']);
  expect(rig.core.mailboxes.list().filter(({ path }) => path.startsWith('Old'))).toEqual([]);
  expect(rig.core.mailboxes.subscriptions().has('Work/Sub (2)')).toBe(true);
  expect(problemsOf(rig)).toEqual([]);
});
