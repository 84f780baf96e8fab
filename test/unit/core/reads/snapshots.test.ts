import { expect, test } from 'vitest';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, one } from '../../../support/core-mail.js';
import { createFakeUpstream, flags } from '../../../support/fake-connector.js';

useVirtualTime();

test('a snapshot that takes in a change of flags and many new messages at once has both', async () => {
  const fake = createFakeUpstream();
  for (let i = 1; i <= 3; i++) fake.deliver('INBOX', mail(`m${i}`));
  await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  const id = rig.idOf('INBOX');
  const before = rig.core.reads.snapshot(id);
  rig.core.actions.storeFlags(id, { uids: one(3), operation: 'add', flags: flags('\\Flagged') });
  for (let i = 4; i <= 20; i++) fake.deliver('INBOX', mail(`m${i}`));
  await rig.settle();
  const { uids, flagIds, flagTable } = rig.core.reads.snapshot(id);
  expect([...uids]).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  expect(Array.from(flagIds, (flag) => flagTable[flag]?.system)).toEqual([0, 0, 4, ...Array<number>(17).fill(0)]);
  expect(before.uids.length).toBe(3);
  expect(rig.core.reads.status(id)).toMatchObject({ messages: 20, unseen: 20, deleted: 0, uidNext: 21 });
});
