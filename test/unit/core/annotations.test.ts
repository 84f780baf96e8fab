import { expect, test } from 'vitest';
import { createRig, useVirtualTime } from '../../support/core-harness.js';
import { createFakeUpstream } from '../../support/fake-connector.js';

useVirtualTime();

const rigWithOne = async () => {
  const rig = await createRig({ accounts: [{ name: 'A', fake: createFakeUpstream() }] });
  await rig.settle();
  const id = rig.core.mailboxes.find('INBOX')?.id;
  if (id === undefined) throw new Error('no INBOX');
  return { rig, id };
};
const bytes = (length: number) => Buffer.alloc(length, 'x');

test('values and their number are bounded; nothing of a refused change stays', async () => {
  const { rig, id } = await rigWithOne();
  await using _ = rig;
  const { annotations } = rig.core;
  const own = () => annotations.of(id).filter(({ entry }) => entry.startsWith('/private/vendor/'));
  annotations.set(id, [{ entry: '/private/vendor/x/large', value: bytes(32_768) }]);
  expect(() =>
    annotations.set(id, [
      { entry: '/private/vendor/x/small', value: bytes(1) },
      { entry: '/private/vendor/x/larger', value: bytes(32_769) },
    ]),
  ).toThrow(expect.objectContaining({ code: 'METADATA MAXSIZE 32768' }));
  const many = Array.from({ length: 100 }, (_, i) => ({ entry: `/private/vendor/x/${i}`, value: bytes(1) }));
  expect(() => annotations.set(id, many)).toThrow(expect.objectContaining({ code: 'METADATA TOOMANY' }));
  expect(own().map(({ entry }) => entry)).toEqual(['/private/vendor/x/large']);
  annotations.set(id, many.slice(0, 99));
  expect(own()).toHaveLength(100);
  // One more for one less is no more.
  annotations.set(id, [
    { entry: '/private/vendor/x/other', value: bytes(1) },
    { entry: '/private/vendor/x/0', value: undefined },
  ]);
  expect(own()).toHaveLength(100);
});

test('a mailbox that is numbered anew keeps them', async () => {
  const { rig, id } = await rigWithOne();
  await using _ = rig;
  rig.core.annotations.set(id, [{ entry: '/shared/comment', value: Buffer.from('kept') }]);
  rig.store.database.durable(() => rig.store.mailboxes.renumber(id));
  expect(rig.store.annotations.of(id)).toHaveLength(1);
  rig.store.mailboxes.remove(id);
  expect(rig.store.annotations.of(id)).toEqual([]);
});
