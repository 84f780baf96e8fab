import { expect, test } from 'vitest';
import type { AccountState } from '../../../src/core/core.js';
import { UpstreamError } from '../../../src/mail/errors.js';
import { createRig, useVirtualTime } from '../../support/core-harness.js';
import { mail } from '../../support/core-mail.js';
import { createFakeUpstream, type FakeUpstream } from '../../support/fake-connector.js';

useVirtualTime();

test.each<[AccountState, (fake: FakeUpstream) => void]>([
  ['offline', (fake) => fake.goOffline()],
  [
    'needsSignIn',
    (fake) => {
      fake.before = async ({ method }) => {
        if (method === 'connect') throw new UpstreamError('auth', 'the password is wrong');
      };
      fake.cut();
    },
  ],
])('after a restart, an account that is %s tells how many messages are served', async (state, away) => {
  const fake = createFakeUpstream();
  for (const token of ['m1', 'm2']) fake.deliver('INBOX', mail(token));
  await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  away(fake);
  await rig.restart();
  const status = () => rig.core.overview.accounts()[0];
  await rig.until(state, () => status()?.state === state);
  const inbox = status()?.sources.find(({ path }) => path === 'INBOX');
  expect(inbox).toEqual({ path: 'INBOX', done: 2, total: 2 });
});
