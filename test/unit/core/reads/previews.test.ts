// Beginnings of messages' texts (RFC 8970): when they are made, and what is done for them.
import { expect, test } from 'vitest';
import type { FetchColumns } from '../../../../src/core/core.js';
import { createRig, type Rig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, readBody } from '../../../support/core-mail.js';
import { createFakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

/** [uid, preview] of each row, and whether some could not be had. */
async function previews(rig: Rig, preview: NonNullable<FetchColumns['preview']>) {
  const rows: [number, string | null | undefined][] = [];
  const mailboxId = rig.idOf('INBOX');
  const read = async () => {
    const { uids } = rig.core.reads.snapshot(mailboxId);
    for await (const batch of rig.core.reads.rows(mailboxId, uids, { preview }, new AbortController().signal)) {
      rows.push(...batch.map((row): [number, string | null | undefined] => [row.uid, row.preview]));
    }
  };
  const error = await rig.during(read()).then(
    () => false,
    () => true,
  );
  return { rows, error };
}

test('lazily, those whose bytes are here; else all that can be had, and then for ever', async () => {
  const fake = createFakeUpstream();
  for (const token of ['m1', 'm2', 'm3']) fake.deliver('INBOX', mail(token));
  // So small that nothing stays in the cache for long.
  await using rig = await createRig({ accounts: [{ name: 'A', fake }], cacheBytes: 300 });
  await rig.settle();
  const nothing = [1, 2, 3].map((uid) => [uid, null]);
  expect(await previews(rig, 'lazy')).toEqual({ rows: nothing, error: false });
  await readBody(rig, 'INBOX', 2);
  fake.goOffline();
  const second = [2, '"This is m2."'];
  expect(await previews(rig, 'lazy')).toEqual({ rows: [[1, null], second, [3, null]], error: false });
  expect(await previews(rig, 'made')).toEqual({ rows: [second], error: true });
  fake.goOnline();
  await rig.settle();
  const all = [[1, '"This is m1."'], second, [3, '"This is m3."']];
  expect(await previews(rig, 'made')).toEqual({ rows: all, error: false });
  fake.goOffline();
  await rig.restart();
  expect(await previews(rig, 'lazy')).toEqual({ rows: all, error: false });
  expect(await previews(rig, 'made')).toEqual({ rows: all, error: false });
});

test('of a large message, also behind its attachment; one that is gone leaves nothing behind', async () => {
  const fake = createFakeUpstream();
  const attachment = `--b\r\nContent-Type: application/zip\r\n\r\n${'z'.repeat(600_000)}\r\n`;
  const large = (order: readonly string[]) =>
    `Subject: large\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${order.join('')}--b--\r\n`;
  fake.deliver('INBOX', large([attachment, '--b\r\n\r\ntext behind\r\n']));
  fake.deliver('INBOX', large(['--b\r\n\r\ntext before\r\n', attachment]));
  fake.deliver('INBOX', large([attachment]));
  await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  const rows = [
    [1, '"text behind"'],
    [2, '"text before"'],
    [3, '""'],
  ];
  expect(await previews(rig, 'made')).toEqual({ rows, error: false });
  const kept = rig.store.database.sqlite.prepare('SELECT count(*) FROM previews').pluck();
  expect(kept.get()).toBe(3);
  rig.store.database.sqlite.exec('DELETE FROM copies');
  for (const id of [1, 2, 3]) rig.store.messages.removeIfOrphan(id);
  expect(kept.get()).toBe(0);
  rig.store.previews.set(1, '"late"');
  expect(kept.get()).toBe(0);
});

test('a message whose bytes are not given has none yet, rather than an empty one for ever', async () => {
  const fake = createFakeUpstream();
  const uid = fake.deliver('INBOX', mail('m1'));
  await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  fake.hideBody('INBOX', uid);
  expect(await previews(rig, 'made')).toEqual({ rows: [[1, null]], error: false });
  fake.showBody('INBOX', uid);
  expect(await previews(rig, 'made')).toEqual({ rows: [[1, '"This is m1."']], error: false });
});
