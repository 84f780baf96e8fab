import { expect, test } from 'vitest';
import type { SearchHits } from '../../../../src/mail/search-criteria.js';
import type { SortCriterion } from '../../../../src/mail/sort-order.js';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import { mail } from '../../../support/core-mail.js';
import { createFakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

const BY_SUBJECT: readonly SortCriterion[] = [{ key: 'subject', reverse: false }];

async function rigWith(...subjects: string[]) {
  const fake = createFakeUpstream();
  for (const subject of subjects) fake.deliver('INBOX', mail(subject));
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  const hits = (): SearchHits => {
    const { uids } = rig.core.reads.snapshot(rig.idOf('INBOX'));
    return { uids, scores: new Uint8Array(uids.length).fill(100) };
  };
  const sorted = async () => {
    const found = hits();
    const order = await rig.during(rig.core.reads.sort(rig.idOf('INBOX'), found, BY_SUBJECT));
    return Array.from(order, (position) => found.uids[position]);
  };
  return { rig, fake, sorted };
}

test('keys that an older version has not kept are made when they are needed, and kept', async () => {
  const { rig, sorted } = await rigWith('pear', 'apple', 'plum');
  await using _ = rig;
  const count = () => rig.store.database.sqlite.prepare('SELECT count(*) FROM sortKeys').pluck().get();
  rig.store.database.sqlite.exec('DELETE FROM sortKeys');
  expect(await sorted()).toEqual([2, 1, 3]);
  expect(count()).toBe(3);
});

test('a message without its header yet sorts as an empty one, and in its place once the header is here', async () => {
  const { rig, sorted } = await rigWith('pear', 'apple', 'plum');
  await using _ = rig;
  const { sqlite } = rig.store.database;
  const block = sqlite.prepare('SELECT block FROM headers WHERE messageId = 3').pluck().get();
  sqlite.exec('DELETE FROM sortKeys WHERE messageId = 3; DELETE FROM headers WHERE messageId = 3');
  expect(await sorted()).toEqual([3, 2, 1]);
  sqlite.prepare('INSERT INTO headers (messageId, block) VALUES (3, ?)').run(block);
  expect(await sorted()).toEqual([2, 1, 3]);
});

test('what has come and gone since is in the next answer', async () => {
  const { rig, fake, sorted } = await rigWith('pear', 'apple', 'plum');
  await using _ = rig;
  expect(await sorted()).toEqual([2, 1, 3]);
  fake.expunge('INBOX', 2);
  fake.deliver('INBOX', mail('zebra'));
  await rig.settle();
  expect(await sorted()).toEqual([1, 3, 4]);
});
