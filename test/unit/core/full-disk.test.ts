// A disk that takes nothing (issue 4): what is here is read, nothing is promised, nothing spins, and it passes by itself.
import { expect, test, vi } from 'vitest';
import { DiskError } from '../../../src/mail/errors.js';
import { NO_FLAGS, SystemFlag } from '../../../src/mail/flags.js';
import { asUid } from '../../../src/mail/ids.js';
import { createRig, type Rig, useVirtualTime } from '../../support/core-harness.js';
import { appendMail, mail, problemsOf, readBody } from '../../support/core-mail.js';
import { createFakeUpstream } from '../../support/fake-connector.js';

useVirtualTime();

/** SQLite itself refuses from here on, as on a disk that has become read-only. */
const takeNothing = (rig: Rig) => void rig.store.database.sqlite.pragma('query_only = ON');
const takeAgain = (rig: Rig) => void rig.store.database.sqlite.pragma('query_only = OFF');

async function account() {
  const fake = createFakeUpstream();
  for (const name of ['one', 'two']) fake.deliver('INBOX', mail(name));
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  return { fake, rig };
}
const flag = (rig: Rig, uid: number) =>
  rig.core.actions.storeFlags(rig.idOf('INBOX'), {
    uids: [[uid, uid]],
    operation: 'add',
    flags: { system: SystemFlag.Flagged, keywords: [] },
  });
const pass = (rig: Rig, ms: number) => rig.during(new Promise<void>((done) => setTimeout(done, ms)));

test('what would have to be kept is refused, what is here is read, and the user is told once', async () => {
  const { rig } = await account();
  await using _ = rig;
  const told: string[] = [];
  rig.core.overview.onEvent((event) => void (event.event === 'problem' && told.push(event.text)));
  await readBody(rig, 'INBOX', asUid(2));
  takeNothing(rig);
  expect(() => flag(rig, 1)).toThrow(DiskError);
  expect(() => flag(rig, 2)).toThrow(DiskError);
  await expect(appendMail(rig, 'Drafts', mail('draft'), NO_FLAGS)).rejects.toThrow(DiskError);
  expect(await readBody(rig, 'INBOX', asUid(2))).toBe(mail('two'));
  expect(problemsOf(rig)).toEqual([expect.stringMatching(/^the data directory cannot be written to/)]);
  expect(told).toHaveLength(1);
  takeAgain(rig);
  await rig.until('it is over', () => problemsOf(rig).length === 0);
  flag(rig, 1);
  await rig.settle();
});

test('the sync pauses: nothing is asked of the provider, and what came meanwhile comes afterwards', async () => {
  const { fake, rig } = await account();
  await using _ = rig;
  takeNothing(rig);
  expect(() => flag(rig, 1)).toThrow(DiskError);
  fake.deliver('INBOX', mail('three'));
  // One look may be under way; it cannot be kept, and no other follows.
  await pass(rig, 10_000);
  const before = fake.calls.length;
  await pass(rig, 300_000);
  expect(fake.calls.length).toBe(before);
  await expect(rig.core.overview.syncNow(undefined)).rejects.toThrow('the disk of the gateway is read-only');
  takeAgain(rig);
  await rig.until('the new message is here', () => rig.core.reads.snapshot(rig.idOf('INBOX')).uids.length === 3);
  expect(problemsOf(rig)).toEqual([]);
});

test('a change that is owed already is carried out once the disk takes what becomes of it', async () => {
  const { fake, rig } = await account();
  await using _ = rig;
  fake.goOffline();
  flag(rig, 1);
  takeNothing(rig);
  expect(() => flag(rig, 2)).toThrow(DiskError);
  fake.goOnline();
  await pass(rig, 300_000);
  expect(fake.calls.filter(({ method }) => method === 'storeFlags')).toEqual([]);
  takeAgain(rig);
  await rig.settle();
  expect(fake.calls.filter(({ method }) => method === 'storeFlags')).toHaveLength(1);
});

test('what a run ended with is no problem of the next one', async () => {
  const { rig } = await account();
  await using _ = rig;
  rig.store.problems.report(undefined, 'disk', { code: 'disk', trouble: 'full' });
  await rig.restart();
  expect(problemsOf(rig)).toEqual([]);
});

test.each([
  ['EIO', 'the disk of the gateway fails'],
  ['ENOSPC', 'the disk of the gateway is full'],
])('%s while a message is written down: refused, told, nothing left behind, over by itself', async (code, text) => {
  const { rig } = await account();
  await using _ = rig;
  const told: string[] = [];
  rig.core.overview.onEvent((event) => void (event.event === 'problem' && told.push(event.text)));
  const create = rig.files.create.bind(rig.files);
  const spy = vi.spyOn(rig.files, 'create').mockImplementation((options) => ({
    ...create(options),
    seal: () => Promise.reject(Object.assign(new Error(code), { code, syscall: 'fsync' })),
    finish: () => Promise.reject(Object.assign(new Error(code), { code, syscall: 'fsync' })),
  }));
  await expect(appendMail(rig, 'Drafts', mail('draft'), NO_FLAGS)).rejects.toThrow(text);
  // It may be over by now: this disk takes what is tried on it.
  expect(told).toHaveLength(1);
  expect(rig.store.journal.depth(1).depth).toBe(0);
  spy.mockRestore();
  await rig.until('it is over', () => problemsOf(rig).length === 0);
  await appendMail(rig, 'Drafts', mail('draft'), NO_FLAGS);
  await rig.settle();
});
