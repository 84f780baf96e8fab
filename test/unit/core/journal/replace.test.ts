// REPLACE upstream: the old message goes only when the new one has been found; what is refused is put back; a chain of
// drafts ends as one, whatever happens in between.
import { expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { NO_FLAGS } from '../../../../src/mail/flags.js';
import { createRig, named, type Rig, useVirtualTime } from '../../../support/core-harness.js';
import { appendMail, mail, shownTokens, uidOf, upstreamTokens } from '../../../support/core-mail.js';
import { createFakeUpstream, type FakeUpstreamOptions } from '../../../support/fake-connector.js';

useVirtualTime();

const lost = new UpstreamError('transient', 'the connection was lost');
const refused = new UpstreamError('permanent', 'no');
const FROM = 'a@example.org';

async function account(options: FakeUpstreamOptions = {}) {
  const fake = createFakeUpstream(options);
  fake.deliver('Drafts', mail('d0', FROM));
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  return { fake, rig };
}

async function replace(rig: Rig, path: string, old: string, by: string, from = FROM): Promise<void> {
  const { actions } = rig.core;
  const mailboxId = rig.idOf(path);
  const uid = uidOf(rig, path, old);
  const work = async () => {
    const spool = actions.spool(1);
    await spool.write(Buffer.from(mail(by, from)));
    await actions.replace(mailboxId, uid, path, { spool, flags: NO_FLAGS, internalDate: undefined, isBinary: false });
  };
  await rig.during(work(), 10);
}

/** Beside those of what `gateway undo` could bring back. */
const pins = ({ store }: Rig) =>
  store.database.sqlite
    .prepare('SELECT (SELECT sum(pins) FROM bodies) - (SELECT count(bodyRef) FROM removals)')
    .pluck()
    .get();

test('the new one is appended, then the old one expunged, also after crashes', async () => {
  const { fake, rig } = await account();
  await using _ = rig;
  fake.goOffline();
  await replace(rig, 'Drafts', 'd0', 'd1');
  expect(shownTokens(rig, 'Drafts')).toEqual(['d1']);
  await rig.crash();
  expect(shownTokens(rig, 'Drafts')).toEqual(['d1']);
  fake.calls.length = 0;
  fake.goOnline();
  await rig.settle();
  const writes = fake.calls.map(({ method }) => method).filter((method) => /append|expunge/.test(method));
  expect(writes).toEqual(['append', 'expunge']);
  expect(upstreamTokens(fake, 'Drafts')).toEqual(['d1']);
  expect(shownTokens(rig, 'Drafts')).toEqual(['d1']);
  expect(pins(rig)).toBe(0);
});

test('appended, but the answer is lost: found again, and only then is the old one expunged', async () => {
  const { fake, rig } = await account();
  await using _ = rig;
  fake.failNext('append', lost, { when: 'after', cut: true });
  await replace(rig, 'Drafts', 'd0', 'd1');
  await rig.settle();
  expect(fake.calls.filter(({ method }) => method === 'append')).toHaveLength(1);
  expect(upstreamTokens(fake, 'Drafts')).toEqual(['d1']);
  expect(shownTokens(rig, 'Drafts')).toEqual(['d1']);
});

test('refused for good: the old one shows again, the new one is kept in Recovered', async () => {
  const { fake, rig } = await account();
  await using _ = rig;
  fake.failNext('append', refused);
  await replace(rig, 'Drafts', 'd0', 'd1');
  await rig.settle();
  expect(upstreamTokens(fake, 'Drafts')).toEqual(['d0']);
  expect(shownTokens(rig, 'Drafts')).toEqual(['d0']);
  expect(shownTokens(rig, 'Recovered')).toEqual(['d1']);
});

test('three drafts in a row while the provider is away: the last one arrives, and only then the first one goes', async () => {
  const { fake, rig } = await account();
  await using _ = rig;
  fake.goOffline();
  await replace(rig, 'Drafts', 'd0', 'd1');
  await replace(rig, 'Drafts', 'd1', 'd2');
  await replace(rig, 'Drafts', 'd2', 'd3');
  expect(shownTokens(rig, 'Drafts')).toEqual(['d3']);
  fake.calls.length = 0;
  fake.before = ({ method }) => {
    if (method === 'expunge') expect(upstreamTokens(fake, 'Drafts')).toEqual(['d0', 'd3']);
  };
  fake.goOnline();
  await rig.settle();
  expect(upstreamTokens(fake, 'Drafts')).toEqual(['d3']);
  expect(shownTokens(rig, 'Drafts')).toEqual(['d3']);
  expect(fake.calls.filter(({ method }) => method === 'append')).toHaveLength(1);
  expect(pins(rig)).toBe(0);
});

test('replaced while it is not known whether it arrived: it does not stay behind', async () => {
  const { fake, rig } = await account();
  await using _ = rig;
  fake.failNext('append', lost, { when: 'after', cut: true });
  await replace(rig, 'Drafts', 'd0', 'd1');
  await rig.until('the append has gone out', () => upstreamTokens(fake, 'Drafts').includes('d1'), 1);
  fake.goOffline();
  await replace(rig, 'Drafts', 'd1', 'd2');
  fake.goOnline();
  await rig.settle();
  expect(upstreamTokens(fake, 'Drafts')).toEqual(['d2']);
  expect(shownTokens(rig, 'Drafts')).toEqual(['d2']);
});

test('deleted again before it went out: neither of the two is left', async () => {
  const { fake, rig } = await account();
  await using _ = rig;
  fake.goOffline();
  await replace(rig, 'Drafts', 'd0', 'd1');
  rig.core.actions.storeFlags(rig.idOf('Drafts'), {
    uids: [[1, 0xffff_ffff]],
    operation: 'add',
    flags: { system: 8, keywords: [] },
  });
  rig.core.actions.expunge(rig.idOf('Drafts'), undefined);
  fake.goOnline();
  await rig.settle();
  expect(upstreamTokens(fake, 'Drafts')).toEqual([]);
  expect(shownTokens(rig, 'Drafts')).toEqual([]);
});

test('a draft that changes its sender changes its account', async () => {
  const [a, b] = [createFakeUpstream(), createFakeUpstream()];
  await using rig = await createRig({
    accounts: named({ A: a, B: b }),
  });
  await rig.settle();
  await appendMail(rig, 'Drafts', mail('d1', FROM), NO_FLAGS);
  await rig.settle();
  b.goOffline();
  a.goOffline();
  await replace(rig, 'Drafts', 'd1', 'never sent');
  await replace(rig, 'Drafts', 'never sent', 'd2', 'b@example.org');
  expect(shownTokens(rig, 'Drafts')).toEqual(['d2']);
  a.goOnline();
  await rig.until('nothing is owed to A', () => rig.core.overview.accounts()[0]?.journalDepth === 0);
  await rig.during(rig.core.overview.syncNow('A'));
  expect(upstreamTokens(a, 'Drafts')).toEqual(['d1']);
  b.goOnline();
  await rig.settle();
  expect(upstreamTokens(a, 'Drafts')).toEqual([]);
  expect(upstreamTokens(b, 'Drafts')).toEqual(['d2']);
  expect(shownTokens(rig, 'Drafts')).toEqual(['d2']);
});
