// A provider with a date window: what leaves it and comes back is what it was, with the flags that only we keep.
import { expect, test } from 'vitest';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, shown, userStores } from '../../../support/core-mail.js';
import { createFakeUpstream, flags } from '../../../support/fake-connector.js';

useVirtualTime();

const DAY = Date.UTC(2026, 0, 5) / 1000;

test.each([{}, { condstore: true }, { qresync: true }])(
  'a window that shrinks and grows again (%o)',
  async (options) => {
    const fake = createFakeUpstream({ ...options, permanentFlags: ['\\Seen'] });
    const put = (token: string, set = flags()) => fake.deliver('INBOX', mail(token), { internalDate: DAY, flags: set });
    const uids = ['m1', 'm2', 'm3', 'm4'].map((token) => put(token));
    const rig = await createRig({ accounts: [{ name: 'A', fake }] });
    await using _ = rig;
    await rig.settle();
    userStores(rig, 'INBOX', 'm1', '\\Seen', '\\Flagged', 'Later');
    userStores(rig, 'INBOX', 'm2', 'Later', '\\Deleted');
    await rig.settle();
    const here = () => new Map(shown(rig, 'INBOX').map((row) => [row.token, row.flags]));
    fake.expunge('INBOX', ...uids.slice(0, 3));
    await rig.settle();
    expect([...here().keys()]).toEqual(['m4']);
    await rig.restart();
    await rig.settle();
    // Under new uids, as QQ does, and with what was changed there meanwhile; another mail of its name and date is another one.
    put('m1');
    put('m3');
    fake.deliver('INBOX', mail('m2').replace('This is', 'That was not'), { internalDate: DAY });
    await rig.settle();
    expect(here()).toEqual(
      new Map([
        ['m4', ''],
        ['m1', '\\Flagged Later'],
        ['m3', ''],
        ['m2', ''],
      ]),
    );
    put('m2');
    await rig.settle();
    // \Deleted waits for nobody: what has come back is not to be expunged unseen.
    expect(shown(rig, 'INBOX').at(-1)).toMatchObject({ token: 'm2', flags: 'Later' });
    // Given back once: the next of the very same is a mail of its own.
    put('m1');
    await rig.settle();
    expect(shown(rig, 'INBOX').at(-1)).toMatchObject({ token: 'm1', flags: '' });
  },
);

test('what waits is bounded: the oldest is forgotten', async () => {
  const fake = createFakeUpstream();
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await using _ = rig;
  const { keptFlags } = rig.store;
  const one = { ownFlags: 1, flags: 1, ownKeywords: [], keywords: [] };
  expect(keptFlags.isEmpty()).toBe(true);
  for (const name of ['first', 'second', 'third']) {
    keptFlags.keep(1, name, one);
    await rig.during(new Promise<void>((done) => setTimeout(done, 10)));
  }
  keptFlags.trim(2);
  expect(['first', 'second', 'third'].map((name) => keptFlags.take(1, name) !== undefined)).toEqual([
    false,
    true,
    true,
  ]);
  expect(keptFlags.isEmpty()).toBe(true);
});
