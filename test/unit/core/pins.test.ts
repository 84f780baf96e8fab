// A body's pins are counted anew at every start, from what answers for it: a crash between a pin and its row leaves none behind.
import { expect, test } from 'vitest';
import { UpstreamError } from '../../../src/mail/errors.js';
import { createRig, type Rig, useVirtualTime } from '../../support/core-harness.js';
import { appendMail, mail, shownTokens, userExpunges } from '../../support/core-mail.js';
import { createFakeUpstream, flags } from '../../support/fake-connector.js';

useVirtualTime();

const pinned = ({ store }: Rig): number[] =>
  store.database.sqlite.prepare('SELECT pins FROM bodies WHERE pins > 0').pluck().all() as number[];
const kept = ({ store }: Rig): string[] => store.bodyIndex.refs();

test('handed over and taken in by nobody: it may go; what is owed stays, through it all', async () => {
  const fake = createFakeUpstream();
  const rig = await createRig({ accounts: [{ name: 'A', fake }], cacheBytes: 100 });
  await using _ = rig;
  await rig.settle();
  fake.goOffline();
  await appendMail(rig, 'Archive', mail('owed'), flags());
  const { bodyRef } = await spooled(rig, mail('half'));
  // The newest that may go stays, whatever the cache may hold.
  await spooled(rig, mail('half as well'));
  expect(pinned(rig)).toEqual([1, 1, 1]);
  await rig.crash();
  expect(pinned(rig)).toEqual([1]);
  // More than the cache takes: what is least used goes, and the file with it.
  await appendMail(rig, 'Archive', mail('owed too'), flags());
  await rig.until('it has gone', () => !kept(rig).includes(bodyRef));
  expect(kept(rig)).toHaveLength(3);
  fake.goOnline();
  await rig.settle();
  expect(fake.contents('Archive')).toHaveLength(2);
  expect(pinned(rig)).toEqual([]);
});

test('a body that a removal, Recovered or the outbox has is kept once, after any number of starts', async () => {
  const fake = createFakeUpstream();
  fake.deliver('INBOX', mail('m1'));
  const rig = await createRig({ accounts: [{ name: 'A', fake }], prefetchDays: 100 });
  await using _ = rig;
  await rig.settle();
  await rig.until('its body is here', () => kept(rig).length === 1);
  userExpunges(rig, 'INBOX', 'm1');
  fake.failNext('append', new UpstreamError('permanent', 'NO not today'));
  await appendMail(rig, 'Archive', mail('recovered'), flags());
  await rig.settle();
  const submitted = {
    message: await spooled(rig, mail('sent', 'a@example.org')),
    mailFrom: 'a@example.org',
    rcptTo: ['b@example.org'],
    eightBit: false,
    smtpUtf8: false,
  };
  await rig.during(rig.core.outbox.submit(submitted));
  const before = pinned(rig);
  expect(before).toEqual([1, 1, 1]);
  for (let i = 0; i < 2; i++) {
    await rig.crash();
    expect(pinned(rig)).toEqual(before);
  }
  expect(shownTokens(rig, 'Recovered')).toEqual(['recovered']);
});

test('a pin that has got lost is there again', async () => {
  const fake = createFakeUpstream();
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await using _ = rig;
  await rig.settle();
  fake.goOffline();
  await appendMail(rig, 'Archive', mail('owed'), flags());
  rig.store.database.sqlite.exec('UPDATE bodies SET pins = 0');
  await rig.crash();
  expect(pinned(rig)).toEqual([1]);
});

async function spooled(rig: Rig, text: string) {
  const spool = rig.core.outbox.spool(text.length);
  await spool.write(Buffer.from(text));
  return rig.during(spool.finish(), 10);
}
