// DELETE of a mailbox with more messages than fit into one transaction.
import { expect, test, vi } from 'vitest';
import { UpstreamError } from '../../../src/mail/errors.js';
import { createRig, type Rig, useVirtualTime } from '../../support/core-harness.js';
import { mail, shownTokens, upstreamTokens, userExpunges } from '../../support/core-mail.js';
import { createFakeUpstream } from '../../support/fake-connector.js';

useVirtualTime();

const AT_ONCE = 200;
/** More than a slice. */
const MANY = 250;

async function large(options: { readonly merge?: Readonly<Record<string, readonly string[]>> } = {}, size = MANY) {
  const fake = createFakeUpstream();
  fake.create('Box');
  for (let i = 0; i < size; i++) fake.deliver('Box', mail(`m${i}`));
  const rig = await createRig({ accounts: [{ name: 'A', fake }], ...options });
  await rig.settle();
  expect(rig.core.reads.snapshot(rig.idOf('A/Box')).uids.length).toBe(size);
  const [feed] = rig.store.mailboxes.feedsOfMailbox(rig.idOf('A/Box'));
  return { fake, rig, sourceId: feed?.sourceId ?? 0, boxId: rig.idOf('A/Box') };
}

const count = (rig: Rig, sql: string, ...values: number[]) =>
  rig.store.database.sqlite
    .prepare(sql)
    .pluck()
    .get(...values) as number;
const leaving = (rig: Rig, sourceId: number) =>
  count(rig, 'SELECT count(*) FROM copies WHERE sourceId = ? AND leaving = 1', sourceId);

/** How many messages are out of view after each transaction; each takes its time. */
function watchSteps(rig: Rig, sourceId: number): number[] {
  const steps = [leaving(rig, sourceId)];
  const { database } = rig.store;
  for (const way of ['durable', 'batch'] as const) {
    const transaction = database[way];
    vi.spyOn(database, way).mockImplementation((work) => {
      const result = transaction(work);
      steps.push(leaving(rig, sourceId));
      vi.advanceTimersByTime(10);
      return result;
    });
  }
  return steps;
}
const largest = (steps: readonly number[]) => Math.max(...steps.map((now, i) => Math.abs(now - (steps[i - 1] ?? now))));
const undoLast = (rig: Rig) => rig.core.removals.undo({ since: undefined, dryRun: false });

test('no transaction takes more than a slice, others have their turn in between, and the mailbox is gone at once', async () => {
  const size = 2 * AT_ONCE + 10;
  const { fake, rig, sourceId, boxId } = await large({}, size);
  await using _ = rig;
  fake.goOffline();
  const steps = watchSteps(rig, sourceId);
  rig.core.mailboxes.delete('A/Box');
  expect(rig.core.mailboxes.find('A/Box')).toBeUndefined();
  expect(() => rig.core.reads.snapshot(boxId)).toThrow('gone');
  const seenByOthers: number[] = [];
  while (leaving(rig, sourceId) < size) {
    seenByOthers.push(leaving(rig, sourceId));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(largest(steps)).toBeLessThanOrEqual(AT_ONCE);
  expect(new Set(seenByOthers).size).toBeGreaterThan(1);
  await rig.until(
    'nothing left of it',
    () => count(rig, 'SELECT count(*) FROM entries WHERE mailboxId = ?', boxId) === 0,
  );
  fake.goOnline();
  await rig.settle();
  expect(fake.paths()).not.toContainEqual(['Box']);
  expect(upstreamTokens(fake, 'Trash')).toEqual([]);
  expect(count(rig, 'SELECT count(*) FROM copies WHERE sourceId = ?', sourceId)).toBe(0);
});

test('killed half-way it goes on: all of it is gone and noted for undo, and what nobody saw is kept', async () => {
  const { fake, rig, sourceId } = await large();
  await using _ = rig;
  fake.goOffline();
  rig.core.mailboxes.delete('A/Box', { device: 'laptop' });
  await rig.crash();
  expect(leaving(rig, sourceId)).toBeLessThan(MANY);
  expect(rig.core.mailboxes.find('A/Box')).toBeUndefined();
  fake.deliver('Box', mail('late'));
  fake.goOnline();
  await rig.settle();
  expect(fake.paths()).not.toContainEqual(['Box']);
  expect(upstreamTokens(fake, 'Trash')).toEqual(['late']);
  const batches = await rig.during(rig.core.removals.list(undefined));
  expect(batches.map(({ device, messages }) => [device, messages.length])).toEqual([['laptop', MANY]]);
  expect(batches[0]?.messages[0]?.mailbox).toBe('A/Box');
});

test('called off while it is half done, the mailbox and all its messages are back', async () => {
  const { fake, rig, sourceId } = await large();
  await using _ = rig;
  fake.goOffline();
  rig.core.mailboxes.delete('A/Box');
  expect(leaving(rig, sourceId)).toBeLessThan(MANY);
  const [batch] = await rig.during(rig.core.removals.undo({ since: undefined, dryRun: false }));
  expect(batch?.messages.filter(({ way }) => way === 'calledOff' || way === 'there').length).toBe(MANY);
  fake.goOnline();
  await rig.settle();
  expect(shownTokens(rig, 'A/Box').length).toBe(MANY);
  expect(upstreamTokens(fake, 'Box').length).toBe(MANY);
});

test('called off, its messages come back a slice at a time, and others have their turn in between', async () => {
  const size = 2 * AT_ONCE + 10;
  const { fake, rig, sourceId } = await large({}, size);
  await using _ = rig;
  fake.goOffline();
  rig.core.mailboxes.delete('A/Box');
  await rig.until('all is put away', () => leaving(rig, sourceId) === size);
  const steps = watchSteps(rig, sourceId);
  const seenByOthers = new Set<number>();
  const undone = undoLast(rig);
  while (leaving(rig, sourceId) > 0) {
    seenByOthers.add(leaving(rig, sourceId));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const [batch] = await rig.during(undone);
  expect(new Set(batch?.messages.map(({ way }) => way))).toEqual(new Set(['calledOff']));
  expect(largest(steps)).toBeLessThanOrEqual(AT_ONCE);
  expect(seenByOthers.size).toBeGreaterThan(1);
  expect(shownTokens(rig, 'A/Box')).toEqual(Array.from({ length: size }, (_none, i) => `m${i}`));
  fake.goOnline();
  await rig.settle();
  expect([upstreamTokens(fake, 'Box').length, shownTokens(rig, 'A/Box').length]).toEqual([size, size]);
});

test('killed while it is called off: it goes on, and undone once more each message is there once', async () => {
  const { fake, rig, sourceId } = await large();
  await using _ = rig;
  fake.goOffline();
  rig.core.mailboxes.delete('A/Box');
  await rig.until('all is put away', () => leaving(rig, sourceId) === MANY);
  watchSteps(rig, sourceId);
  undoLast(rig).catch(() => undefined);
  while (leaving(rig, sourceId) === MANY) await new Promise((resolve) => setImmediate(resolve));
  expect(leaving(rig, sourceId)).toBeGreaterThan(0);
  await rig.crash();
  await rig.until('it has gone on', () => leaving(rig, sourceId) === 0);
  await rig.during(undoLast(rig));
  fake.goOnline();
  await rig.settle();
  expect([upstreamTokens(fake, 'Box').length, shownTokens(rig, 'A/Box').length]).toEqual([MANY, MANY]);
});

test('what was to go before the mailbox goes still, when only the mailbox is called off', async () => {
  const { fake, rig } = await large({}, 3);
  await using _ = rig;
  fake.goOffline();
  userExpunges(rig, 'A/Box', 'm1');
  rig.core.mailboxes.delete('A/Box');
  await rig.during(undoLast(rig));
  expect(shownTokens(rig, 'A/Box')).toEqual(['m0', 'm2']);
  fake.goOnline();
  await rig.settle();
  expect([upstreamTokens(fake, 'Box'), shownTokens(rig, 'A/Box')]).toEqual([
    ['m0', 'm2'],
    ['m0', 'm2'],
  ]);
});

test('the provider refuses: the mailbox is there again, and all its messages, a slice at a time', async () => {
  const { fake, rig, sourceId } = await large();
  await using _ = rig;
  fake.goOffline();
  rig.core.mailboxes.delete('A/Box');
  await rig.until('all is put away', () => leaving(rig, sourceId) === MANY);
  const steps = watchSteps(rig, sourceId);
  fake.failNext('deleteMailbox', new UpstreamError('permanent', 'no'));
  fake.goOnline();
  await rig.settle();
  expect(shownTokens(rig, 'A/Box').length).toBe(MANY);
  expect(largest(steps)).toBeLessThanOrEqual(AT_ONCE);
});

test('a mailbox that shows its messages too lets them go, and tells its clients', async () => {
  const { fake, rig } = await large({ merge: { Work: ['A/Box'] } });
  await using _ = rig;
  const work = rig.idOf('Work');
  const before = rig.core.reads.snapshot(work);
  expect(before.uids.length).toBe(MANY);
  fake.goOffline();
  rig.core.mailboxes.delete('A/Box');
  await rig.until('all gone there', () => rig.core.reads.snapshot(work).uids.length === 0);
  const { vanished } = rig.core.reads.changesSince(work, before.modseq);
  expect(vanished.reduce((sum, [low, high]) => sum + high - low + 1, 0)).toBe(MANY);
});

test('what is removed while the mailbox is still being put away was removed last: undo brings back that, and only that', async () => {
  const { fake, rig } = await large();
  await using _ = rig;
  fake.deliver('INBOX', mail('later'));
  await rig.during(rig.core.overview.syncNow(undefined, { force: true }));
  fake.goOffline();
  rig.core.mailboxes.delete('A/Box');
  userExpunges(rig, 'INBOX', 'later');
  expect(shownTokens(rig, 'INBOX')).toEqual([]);
  const batches = await rig.during(rig.core.removals.undo({ since: undefined, dryRun: false }));
  expect(batches.map(({ messages }) => messages.length)).toEqual([1]);
  expect(shownTokens(rig, 'INBOX')).toEqual(['later']);
  expect(rig.core.mailboxes.find('A/Box')).toBeUndefined();
});
