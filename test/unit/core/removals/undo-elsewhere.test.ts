// What was removed in other ways, and what comes back to another place than it was taken from.
import { expect, test, vi } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { NO_FLAGS } from '../../../../src/mail/flags.js';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import {
  appendMail,
  mail,
  one,
  readBody,
  shown,
  shownTokens,
  uidOf,
  upstreamTokens,
} from '../../../support/core-mail.js';
import { createFakeUpstream } from '../../../support/fake-connector.js';
import { expunge, startWith, undo } from '../../../support/removals.js';

useVirtualTime();

test('Gmail: expunging moves to Trash, and it moves back from there', async () => {
  const { fake, rig } = await startWith(['a'], { labelStore: true, traits: { deleteIsMoveToTrash: true } });
  await using _ = rig;
  expunge(rig, 'INBOX', ['a']);
  await rig.settle();
  expect(upstreamTokens(fake, 'Trash')).toEqual(['a']);
  expect(await undo(rig)).toEqual({ a: 'trash' });
  await rig.settle();
  expect([upstreamTokens(fake, 'INBOX'), upstreamTokens(fake, 'Trash')]).toEqual([['a'], []]);
  expect(shown(rig, 'INBOX').map(({ token, flags }) => [token, flags])).toEqual([['a', '']]);
});

test('Gmail: what has been taken out of Trash by another program is there; a label it bore before does not count', async () => {
  const options = { labelStore: true, traits: { deleteIsMoveToTrash: true } };
  const { fake, rig } = await startWith(['a', 'b'], options);
  await using _ = rig;
  fake.create('Box');
  await rig.settle();
  for (const token of ['a', 'b']) await readBody(rig, 'INBOX', uidOf(rig, 'INBOX', token));
  rig.core.actions.copy(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'b')), 'A/Box');
  await rig.settle();
  await vi.advanceTimersByTimeAsync(2_000);
  expunge(rig, 'INBOX', ['a', 'b']);
  await rig.settle();
  fake.expunge('Trash', ...fake.contents('Trash').map(({ uid }) => uid));
  await vi.advanceTimersByTimeAsync(2_000);
  fake.deliver('Box', mail('a'));
  await rig.settle();
  expect(await undo(rig)).toEqual({ a: 'there', b: 'cache' });
  await rig.settle();
  expect(upstreamTokens(fake, 'INBOX')).toEqual(['b']);
});

test('Trash has been emptied by another program: the kept body is appended', async () => {
  const { fake, rig } = await startWith(['a']);
  await using _ = rig;
  await readBody(rig, 'INBOX', uidOf(rig, 'INBOX', 'a'));
  rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'a')), 'Trash');
  await rig.settle();
  fake.expunge('Trash', ...fake.contents('Trash').map(({ uid }) => uid));
  expect(await undo(rig)).toEqual({ a: 'cache' });
  await rig.settle();
  expect(upstreamTokens(fake, 'INBOX')).toEqual(['a']);
});

test('a deleted mailbox is made again with its messages', async () => {
  const { fake, rig } = await startWith([]);
  await using _ = rig;
  fake.create('Work');
  for (const token of ['a', 'b']) fake.deliver('Work', mail(token));
  await rig.settle();
  rig.core.mailboxes.delete('A/Work', { device: 'laptop' });
  await rig.settle();
  expect(fake.mailbox('Work')).toBeUndefined();
  expect(await undo(rig)).toEqual({ a: 'cache', b: 'cache' });
  expect(shownTokens(rig, 'A/Work').sort()).toEqual(['a', 'b']);
  await rig.settle();
  expect(upstreamTokens(fake, 'Work').sort()).toEqual(['a', 'b']);
});

test('the deletion of a mailbox is called off', async () => {
  const { fake, rig } = await startWith([]);
  await using _ = rig;
  fake.create('Work');
  for (const token of ['a', 'b']) fake.deliver('Work', mail(token));
  await rig.settle();
  fake.goOffline();
  rig.core.mailboxes.delete('A/Work');
  expect(Object.keys(await undo(rig)).sort()).toEqual(['a', 'b']);
  fake.goOnline();
  await rig.settle();
  expect(upstreamTokens(fake, 'Work')).toEqual(['a', 'b']);
  expect(shownTokens(rig, 'A/Work').sort()).toEqual(['a', 'b']);
  expect(fake.calls.filter(({ method }) => method === 'deleteMailbox')).toEqual([]);
});

test('what no upstream takes is put into Recovered, flags and date kept', async () => {
  const { fake, rig } = await startWith(['a']);
  await using _ = rig;
  const internalDate = fake.contents('INBOX')[0]?.internalDate;
  expunge(rig, 'INBOX', ['a']);
  await rig.settle();
  fake.failNext('append', new UpstreamError('permanent', 'NO over quota'));
  expect(await undo(rig)).toEqual({ a: 'cache' });
  await rig.settle();
  expect(shownTokens(rig, 'INBOX')).toEqual([]);
  expect(shownTokens(rig, 'Recovered')).toEqual(['a']);
  const date = rig.store.database.sqlite.prepare('SELECT internalDate FROM messages').pluck().all();
  expect(date).toEqual([internalDate]);
  expect(await readBody(rig, 'Recovered', uidOf(rig, 'Recovered', 'a'))).toBe(mail('a'));
  // And from there it can be deleted and brought back as well.
  expunge(rig, 'Recovered', ['a']);
  expect(await undo(rig)).toEqual({ a: 'recovered' });
  expect(await readBody(rig, 'Recovered', uidOf(rig, 'Recovered', 'a'))).toBe(mail('a'));
});

test('REPLACE: the old message can be brought back', async () => {
  const { fake, rig } = await startWith([]);
  await using _ = rig;
  await appendMail(rig, 'Drafts', mail('old'), NO_FLAGS);
  await rig.settle();
  const spool = rig.core.actions.spool(1_000);
  await rig.during(spool.write(Buffer.from(mail('new'))), 10);
  const message = { spool, flags: NO_FLAGS, internalDate: undefined, isBinary: false };
  await rig.during(
    rig.core.actions.replace(rig.idOf('Drafts'), uidOf(rig, 'Drafts', 'old'), 'Drafts', message, { device: '' }),
    10,
  );
  await rig.settle();
  expect(upstreamTokens(fake, 'Drafts')).toEqual(['new']);
  expect(await undo(rig)).toEqual({ old: 'cache' });
  await rig.settle();
  expect(upstreamTokens(fake, 'Drafts')).toEqual(['new', 'old']);
});

test('moved to the Trash of another account, it moves back from there; from its own once that account is gone', async () => {
  const [a, b] = [createFakeUpstream(), createFakeUpstream()];
  for (const token of ['one', 'two']) a.deliver('INBOX', mail(token));
  const accounts = [
    { name: 'A', fake: a },
    { name: 'B', fake: b },
  ];
  const rig = await createRig({ accounts });
  await using _ = rig;
  await rig.settle();
  for (const token of ['one', 'two']) {
    rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', token)), 'B/Trash');
    await rig.settle();
  }
  expect(upstreamTokens(b, 'Trash')).toEqual(['one', 'two']);
  expect(await undo(rig)).toEqual({ two: 'trash' });
  await rig.settle();
  expect(upstreamTokens(a, 'INBOX')).toEqual(['two']);
  expect(upstreamTokens(b, 'Trash')).toEqual(['one']);
  await rig.restart({ accounts: accounts.slice(0, 1) });
  // A move between accounts leaves the original in its own Trash.
  expect(await undo(rig, 0)).toMatchObject({ one: 'trash' });
  await rig.settle();
  expect(upstreamTokens(a, 'INBOX')).toEqual(['two', 'one']);
});
