// The first listing of a source whose uids have holes (DESIGN §6).
import { expect, test } from 'vitest';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, shown } from '../../../support/core-mail.js';
import { createFakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

test('thousands of uids in a row that are gone do not stop it', async () => {
  const fake = createFakeUpstream();
  const deliver = (count: number) => Array.from({ length: count }, (_, i) => fake.deliver('INBOX', mail(`m${i}`)));
  deliver(6_000);
  fake.expunge('INBOX', ...deliver(5_500));
  deliver(1);
  let commands = 0;
  fake.before = ({ method }) => {
    if (method === 'fetchListing') commands += 1;
    if (commands > 10) throw new Error('the same uids are asked for again and again');
  };
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await using _ = rig;
  await rig.until('it is listed', () => shown(rig, 'INBOX').length === 6_001);
  expect(commands).toBeLessThanOrEqual(4);
});
