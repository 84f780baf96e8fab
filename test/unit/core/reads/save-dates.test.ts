// The time a message came into a mailbox (RFC 8514).
import { expect, test } from 'vitest';
import { createRig, named, type Rig, useVirtualTime } from '../../../support/core-harness.js';
import { appendMail, mail } from '../../../support/core-mail.js';
import { createFakeUpstream, flags } from '../../../support/fake-connector.js';

useVirtualTime();

const now = () => Math.floor(Date.now() / 1000);

async function saveDates(rig: Rig, path: string): Promise<unknown[]> {
  const { signal } = new AbortController();
  const mailboxId = rig.idOf(path);
  const dates: unknown[] = [];
  const read = async () => {
    const { uids } = rig.core.reads.snapshot(mailboxId);
    for await (const rows of rig.core.reads.rows(mailboxId, uids, { saveDate: true }, signal)) {
      dates.push(...rows.map(({ saveDate }) => saveDate));
    }
  };
  await rig.during(read());
  return dates;
}

const passTime = async (rig: Rig) => {
  const end = Date.now() + 600_000;
  await rig.until('ten minutes', () => Date.now() > end);
};

test('is that of the append, the copy and the move, in every mailbox that shows it', async () => {
  const fake = createFakeUpstream();
  await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  const appended = now();
  await appendMail(rig, 'INBOX', mail('m1'), flags());
  const [first] = await saveDates(rig, 'INBOX');
  expect(first).toBeGreaterThanOrEqual(appended);
  expect(first).toBeLessThanOrEqual(now());
  expect(await saveDates(rig, 'A/INBOX')).toEqual([first]);
  await passTime(rig);
  rig.core.actions.copy(rig.idOf('INBOX'), [[1, 1]], 'Archive');
  expect(await saveDates(rig, 'Archive')).toEqual([now()]);
  expect(await saveDates(rig, 'INBOX')).toEqual([first]);
  await passTime(rig);
  rig.core.actions.move(rig.idOf('Archive'), [[1, 1]], 'Trash');
  const moved = now();
  expect(await saveDates(rig, 'Trash')).toEqual([moved]);
  await rig.settle();
  expect([await saveDates(rig, 'Trash'), await saveDates(rig, 'INBOX')]).toEqual([[moved], [first]]);
});

test('stays when an account that is added renumbers the mailbox', async () => {
  const [a, b] = [createFakeUpstream(), createFakeUpstream()];
  a.deliver('INBOX', mail('m1'));
  await using rig = await createRig({ accounts: [{ name: 'A', fake: a }] });
  await rig.settle();
  const [first] = await saveDates(rig, 'INBOX');
  const validity = rig.core.mailboxes.find('INBOX')?.uidValidity;
  await passTime(rig);
  b.deliver('INBOX', mail('m2'));
  await rig.restart({
    accounts: named({ A: a, B: b }),
  });
  await rig.settle();
  expect(rig.core.mailboxes.find('INBOX')?.uidValidity).not.toBe(validity);
  const dates = await saveDates(rig, 'INBOX');
  expect(dates).toHaveLength(2);
  expect(dates).toContain(first);
  expect(Math.max(...dates.map(Number))).toBeGreaterThanOrEqual(Number(first) + 600);
});

test('is unknown for what an older version took in; SEARCH then goes by the internal date', async () => {
  const fake = createFakeUpstream();
  fake.deliver('INBOX', mail('m1'));
  await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  const mailboxId = rig.idOf('INBOX');
  const uids = Uint32Array.of(1);
  const { signal } = new AbortController();
  let internalDate = 0;
  for await (const [row] of rig.core.reads.rows(mailboxId, uids, {}, signal)) internalDate = row?.internalDate ?? 0;
  const dayOf = (seconds: number) => {
    const date = new Date(seconds * 1000);
    return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  };
  const savedOn = async (seconds: number) => {
    const criteria = { key: 'saveDate', relation: 'on', day: dayOf(seconds) } as const;
    return [...(await rig.during(rig.core.reads.search(mailboxId, criteria, signal))).uids];
  };
  const [saved] = await saveDates(rig, 'INBOX');
  expect([await savedOn(Number(saved)), await savedOn(internalDate)]).toEqual([[1], []]);
  rig.store.database.sqlite.exec('UPDATE entries SET saveDate = NULL');
  expect(await saveDates(rig, 'INBOX')).toEqual([null]);
  expect([await savedOn(Number(saved)), await savedOn(internalDate)]).toEqual([[], [1]]);
});
