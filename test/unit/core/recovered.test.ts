// `Recovered` is local: what is done to its messages is no command for any upstream.
import { expect, test } from 'vitest';
import { UpstreamError } from '../../../src/mail/errors.js';
import { NO_FLAGS, SystemFlag } from '../../../src/mail/flags.js';
import { createRig, useVirtualTime } from '../../support/core-harness.js';
import { appendMail, mail, one, readBody, shownTokens, uidOf, upstreamTokens } from '../../support/core-mail.js';
import { createFakeUpstream } from '../../support/fake-connector.js';

useVirtualTime();

async function recovered() {
  const fake = createFakeUpstream();
  fake.create('Box');
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  fake.failNext('append', new UpstreamError('permanent', 'NO not today'));
  await appendMail(rig, 'A/Box', mail('draft'), NO_FLAGS);
  await rig.until('it is kept', () => rig.core.mailboxes.find('Recovered') !== undefined);
  return { fake, rig };
}

test('a message moved out of it arrives, and only then is it gone for good', async () => {
  const { fake, rig } = await recovered();
  await using _ = rig;
  rig.core.actions.move(rig.idOf('Recovered'), one(uidOf(rig, 'Recovered', 'draft')), 'A/Box');
  expect(shownTokens(rig, 'Recovered')).toEqual([]);
  expect(shownTokens(rig, 'A/Box')).toEqual(['draft']);
  await rig.settle();
  expect(upstreamTokens(fake, 'Box')).toEqual(['draft']);
  expect(shownTokens(rig, 'A/Box')).toEqual(['draft']);
  expect(await readBody(rig, 'A/Box', uidOf(rig, 'A/Box', 'draft'))).toBe(mail('draft'));
});

test('a move that is refused again leaves it where it was', async () => {
  const { fake, rig } = await recovered();
  await using _ = rig;
  fake.failNext('append', new UpstreamError('permanent', 'NO not today either'));
  rig.core.actions.move(rig.idOf('Recovered'), one(uidOf(rig, 'Recovered', 'draft')), 'A/Box');
  await rig.settle();
  expect(upstreamTokens(fake, 'Box')).toEqual([]);
  expect(shownTokens(rig, 'Recovered')).toEqual(['draft']);
  expect(await readBody(rig, 'Recovered', uidOf(rig, 'Recovered', 'draft'))).toBe(mail('draft'));
});

test('deleted, it is gone at once, whatever becomes of the account; its bytes are kept for undo, and then no longer', async () => {
  const { fake, rig } = await recovered();
  await using _ = rig;
  fake.goOffline();
  const id = rig.idOf('Recovered');
  const uids = one(uidOf(rig, 'Recovered', 'draft'));
  rig.core.actions.storeFlags(id, { uids, operation: 'add', flags: { system: SystemFlag.Deleted, keywords: [] } });
  rig.core.actions.expunge(id, undefined);
  expect(shownTokens(rig, 'Recovered')).toEqual([]);
  expect(rig.store.journal.depth(1).depth).toBe(0);
  const pinned = () => rig.store.database.sqlite.prepare('SELECT sum(pins) FROM bodies').pluck().get();
  expect(pinned()).toBe(1);
  await rig.restart({ undoDays: 0 });
  expect(pinned()).toBe(0);
});

test('its account is taken out of the configuration: it stays, under its uid, with its bytes, and can be moved to another account', async () => {
  const { fake, rig } = await recovered();
  await using _ = rig;
  const uid = uidOf(rig, 'Recovered', 'draft');
  const other = createFakeUpstream();
  await rig.restart({ accounts: [{ name: 'B', fake: other }], cacheBytes: 1 });
  await rig.settle();
  expect(rig.core.mailboxes.find('A/INBOX')).toBeUndefined();
  expect(uidOf(rig, 'Recovered', 'draft')).toBe(uid);
  expect(await readBody(rig, 'Recovered', uid)).toBe(mail('draft'));
  rig.core.actions.move(rig.idOf('Recovered'), one(uid), 'B/Drafts');
  await rig.settle();
  expect([upstreamTokens(other, 'Drafts'), shownTokens(rig, 'Recovered')]).toEqual([['draft'], []]);
  await rig.restart({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  expect(rig.core.overview.problems()).toEqual([]);
});
