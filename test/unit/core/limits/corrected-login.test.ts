// A sign-in that was refused is left alone; a corrected one is tried by the next sync, without any force.
import { expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import { mail } from '../../../support/core-mail.js';
import { createFakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

/** Virtual time runs while the disk is waited for. */
const LONG = 100 * 86_400_000;

async function refusedAccount() {
  const fake = createFakeUpstream();
  fake.deliver('INBOX', mail('m1'));
  const refused = new UpstreamError('auth', 'no', { serverText: 'Login fail', retryAfterMs: LONG });
  const password = { now: 'wrong' };
  fake.before = ({ method }) => {
    if (method === 'connect' && password.now !== 'accepted') throw refused;
  };
  const rig = await createRig({ accounts: [{ name: 'A', fake, login: () => ['server', 'user', password.now] }] });
  const state = () => rig.core.overview.accounts()[0]?.state;
  await rig.until('it is refused', () => state() === 'needsSignIn', 10);
  await rig.until('which login it was is on disk', () => rig.store.pauses.get(1, 'imap')?.loginKey !== undefined, 10);
  const connects = () => fake.calls.filter(({ method }) => method === 'connect').length;
  const sync = () => rig.during(rig.core.overview.syncNow(undefined), 10);
  return { fake, password, rig, state, connects, sync };
}

test.each([false, true])(
  'the same login is not tried again; a corrected one is, at once (restarted: %s)',
  async (again) => {
    const { password, rig, state, connects, sync } = await refusedAccount();
    await using _ = rig;
    if (again) await rig.restart();
    const before = connects();
    await expect(sync()).rejects.toThrow(/^A: Login fail; it is left alone until .*a password corrected in its file/);
    await expect(sync()).rejects.toMatchObject({
      chinese: expect.stringMatching(
        /^A：.*“Login fail”；在 .* 之前不再尝试（密码文件更正后[^a-fh-z]*"gateway sync --force" 用原密码再试一次）$/,
      ),
    });
    expect(connects()).toBe(before);
    password.now = 'right';
    await expect(sync()).rejects.toThrow(/Login fail/);
    expect(connects()).toBeGreaterThan(before);
    expect(state()).toBe('needsSignIn');
  },
);

test('a sign-in that is refused anew is the one that is left alone from then on', async () => {
  const { password, rig, connects, sync } = await refusedAccount();
  await using _ = rig;
  password.now = 'wrong too';
  await expect(sync()).rejects.toThrow(/Login fail/);
  const tried = connects();
  await expect(sync()).rejects.toThrow(/left alone until/);
  expect(connects()).toBe(tried);
});

/** What is owed has been tried while the sign-in was refused; then it is corrected. */
async function owedWhileRefused({ fake, password, rig }: Awaited<ReturnType<typeof refusedAccount>>) {
  rig.core.mailboxes.create('A/Box');
  await rig.until('it has been tried', () => (rig.store.journal.head(1, 1)[0]?.attempts ?? 0) > 0, 100);
  password.now = 'accepted';
  return () => fake.mailbox('Box') !== undefined;
}

test('what is owed is carried out by the sync with the corrected password, and is when that says it is done', async () => {
  const refused = await refusedAccount();
  await using _ = refused.rig;
  const isDone = await owedWhileRefused(refused);
  await refused.sync();
  expect(isDone()).toBe(true);
});

test('and at once by a start with it', async () => {
  const refused = await refusedAccount();
  await using rig = refused.rig;
  const isDone = await owedWhileRefused(refused);
  await rig.restart();
  const since = Date.now();
  await rig.until('it is carried out', isDone, 100);
  expect(Date.now() - since).toBeLessThan(3_600_000);
});
