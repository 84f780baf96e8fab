// What status says of an account is what is so: neither at work while it is refused, nor in trouble that is over.
import { expect, test } from 'vitest';
import { withDisk } from '../../../../src/core/sync/gate.js';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { refusal } from '../../../../src/upstream/imap/errors.js';
import { createRig, type Rig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, problemsOf } from '../../../support/core-mail.js';
import { createFakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

const account = (rig: Rig) => rig.core.overview.accounts()[0];

test('every command refused: that is told, not that it is at work', async () => {
  const fake = createFakeUpstream();
  for (let i = 1; i <= 3; i++) fake.deliver('INBOX', mail(`m${i}`));
  const refused = new UpstreamError('transient', 'no', { serverText: 'Not now.' });
  for (const method of ['fetchHeaders', 'listMailboxes'] as const) fake.failNext(method, refused, { times: 1_000 });
  await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.until('it has been tried', () => problemsOf(rig).includes('Not now.'), 10);
  expect(account(rig)).toMatchObject({ state: 'offline', reason: 'Not now.\n“Not now.”' });
});

test.each([
  [undefined, 'Too many requests.'],
  ['THROTTLED', 'No.'],
])('a throttle in words nobody knows is one: %s %s', async (code, text) => {
  const fake = createFakeUpstream();
  fake.deliver('INBOX', mail('m1'));
  fake.failNext('fetchHeaders', refusal('UID FETCH', { code, text }), { times: 1_000 });
  await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.until('it has been tried', () => problemsOf(rig).includes(text), 10);
  expect(account(rig)).toMatchObject({ state: 'throttled', pausedUntil: expect.any(Number) });
});

test('what an earlier run told and is over is not told any more once the account has been let in', async () => {
  const fake = createFakeUpstream();
  fake.create('Broken');
  fake.deliver('INBOX', mail('m1'));
  await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  const source = rig.store.sources.ofAccount(1).find(({ path }) => path[0] === 'Broken');
  for (const subject of ['connection', 'smtp', 'budget', 'journal waits', `mailbox ${source?.id}`])
    rig.store.problems.report(1, subject, {
      code: 'stillOwed',
      account: subject,
      address: 'old@example.org',
      changes: 1,
      messages: 0,
    });
  expect(problemsOf(rig)).toHaveLength(5);
  await rig.restart();
  await rig.until('it is well', () => account(rig)?.state === 'ready', 10);
  await rig.until('nothing is told', () => problemsOf(rig).length === 0, 10);
});

test('what is still to be fetched waits while the disk takes nothing', () => {
  const status = (state: 'connecting' | 'syncing' | 'ready' | 'offline') => ({
    state,
    reason: undefined,
    pausedUntil: undefined,
  });
  for (const state of ['connecting', 'syncing'] as const)
    expect(withDisk(status(state), 'full')).toMatchObject({
      state: 'waitingForDisk',
      reason: 'the disk of the gateway is full\n网关所在的磁盘已满',
    });
  for (const state of ['ready', 'offline'] as const) expect(withDisk(status(state), 'full').state).toBe(state);
  expect(withDisk(status('syncing'), undefined).state).toBe('syncing');
});
