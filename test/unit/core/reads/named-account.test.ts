// In a mailbox that several accounts fill, who reads must learn which of them cannot be had.
import { expect, test } from 'vitest';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, uidOf } from '../../../support/core-mail.js';
import { createFakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

test.each([
  ['Alpha', 'account Alpha: '],
  // A client that asked for no language reads ASCII.
  ['工作', 'account a@example.org: '],
])('%s: a body that cannot be fetched now names its account', async (name, prefix) => {
  const [fake, other] = [createFakeUpstream(), createFakeUpstream()];
  fake.deliver('INBOX', mail('m1'), { internalDate: 1_000_000_000 });
  const alpha = { name, address: 'a@example.org', fake };
  await using rig = await createRig({ accounts: [alpha, { name: 'Beta', address: 'b@example.org', fake: other }] });
  await rig.settle();
  fake.goOffline();
  const read = async () => {
    const { signal } = new AbortController();
    const uids = Uint32Array.of(uidOf(rig, 'INBOX', 'm1'));
    for await (const { error } of rig.core.reads.bodies(rig.idOf('INBOX'), uids, signal)) return error;
    return undefined;
  };
  const error = (await rig.during(read())) as Error;
  expect(error.message.startsWith(prefix)).toBe(true);
  expect(error.message.length).toBeGreaterThan(prefix.length);
});
