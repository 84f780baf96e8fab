import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { NO_FLAGS } from '../../../../src/mail/flags.js';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import {
  appendMail,
  mail,
  one,
  problemsOf,
  readBody,
  shownTokens,
  uidOf,
  upstreamTokens,
} from '../../../support/core-mail.js';
import { createFakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

const paths = (fake: ReturnType<typeof createFakeUpstream>) =>
  fake
    .paths()
    .map((path) => path.join('/'))
    .filter((path) => !/^(INBOX|Drafts|Sent|Archive|Junk|Trash)$/.test(path))
    .sort();

async function oneAccount(folders: readonly string[] = []) {
  const fake = createFakeUpstream();
  for (const folder of folders) fake.create(folder);
  fake.deliver('INBOX', mail('m1'));
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  return { fake, rig };
}

describe('changes of the tree while the upstream is away', () => {
  test('delete and make again: the new mailbox is there, with what was put into it', async () => {
    const { fake, rig } = await oneAccount(['Box']);
    await using _ = rig;
    fake.deliver('Box', mail('old'));
    await rig.settle();
    fake.goOffline();
    rig.core.mailboxes.delete('A/Box');
    rig.core.mailboxes.create('A/Box');
    await appendMail(rig, 'A/Box', mail('new'), NO_FLAGS);
    expect(shownTokens(rig, 'A/Box')).toEqual(['new']);
    fake.goOnline();
    await rig.settle();
    expect(upstreamTokens(fake, 'Box')).toEqual(['new']);
    expect(shownTokens(rig, 'A/Box')).toEqual(['new']);
    expect(rig.core.overview.problems()).toEqual([]);
  });

  test('rename, then make another of the old name', async () => {
    const { fake, rig } = await oneAccount(['Box']);
    await using _ = rig;
    fake.deliver('Box', mail('old'));
    await rig.settle();
    fake.goOffline();
    rig.core.mailboxes.rename('A/Box', 'A/Moved');
    rig.core.mailboxes.create('A/Box');
    await appendMail(rig, 'A/Box', mail('new'), NO_FLAGS);
    expect([shownTokens(rig, 'A/Moved'), shownTokens(rig, 'A/Box')]).toEqual([['old'], ['new']]);
    fake.goOnline();
    await rig.settle();
    expect(paths(fake)).toEqual(['Box', 'Moved']);
    expect([upstreamTokens(fake, 'Moved'), upstreamTokens(fake, 'Box')]).toEqual([['old'], ['new']]);
    expect([shownTokens(rig, 'A/Moved'), shownTokens(rig, 'A/Box')]).toEqual([['old'], ['new']]);
  });

  test('rename a mailbox, then one below it', async () => {
    const { fake, rig } = await oneAccount(['Box']);
    await using _ = rig;
    fake.create(['Box', 'sub']);
    await rig.settle();
    fake.goOffline();
    rig.core.mailboxes.rename('A/Box', 'A/Moved');
    rig.core.mailboxes.rename('A/Moved/sub', 'A/Moved/other');
    rig.core.mailboxes.create('A/Moved/third');
    fake.goOnline();
    await rig.settle();
    expect(paths(fake)).toEqual(['Moved', 'Moved/other', 'Moved/third']);
    expect(rig.core.overview.problems()).toEqual([]);
  });

  test('make, fill, rename: one after the other when it is back', async () => {
    const { fake, rig } = await oneAccount();
    await using _ = rig;
    fake.goOffline();
    rig.core.mailboxes.create('A/Box');
    rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'm1')), 'A/Box');
    rig.core.mailboxes.rename('A/Box', 'A/Moved');
    await rig.crash();
    fake.goOnline();
    await rig.settle();
    expect(paths(fake)).toEqual(['Moved']);
    expect(upstreamTokens(fake, 'Moved')).toEqual(['m1']);
    expect(shownTokens(rig, 'A/Moved')).toEqual(['m1']);
  });
});

describe('the gateway dies when the upstream has done it, and finds the new name in LIST', () => {
  const lost = new UpstreamError('transient', 'the connection was cut');

  test('RENAME of a mailbox with another one below it', async () => {
    const { fake, rig } = await oneAccount(['Box']);
    await using _ = rig;
    fake.create(['Box', 'sub']);
    fake.deliver('Box', mail('old'));
    await rig.settle();
    const uid = uidOf(rig, 'A/Box', 'old');
    fake.failNext('renameMailbox', lost, { when: 'after', cut: true, times: 1 });
    rig.core.mailboxes.rename('A/Box', 'A/Moved');
    await rig.until('it was renamed', () => paths(fake).includes('Moved'));
    await rig.crash();
    await rig.settle();
    expect(paths(fake)).toEqual(['Moved', 'Moved/sub']);
    expect(rig.core.mailboxes.list().filter(({ path }) => /Box|Moved/.test(path))).toMatchObject([
      { path: 'A/Moved' },
      { path: 'A/Moved/sub' },
    ]);
    expect(uidOf(rig, 'A/Moved', 'old')).toBe(uid);
    expect(rig.core.overview.problems()).toEqual([]);
  });

  test('CREATE of a name that another mailbox had', async () => {
    const { fake, rig } = await oneAccount(['Box']);
    await using _ = rig;
    fake.goOffline();
    rig.core.mailboxes.rename('A/Box', 'A/Moved');
    rig.core.mailboxes.create('A/Box');
    await appendMail(rig, 'A/Box', mail('new'), NO_FLAGS);
    fake.failNext('createMailbox', lost, { when: 'after', cut: true, times: 1 });
    fake.goOnline();
    await rig.until('it was made', () => paths(fake).length === 2);
    await rig.crash();
    await rig.settle();
    expect(upstreamTokens(fake, 'Box')).toEqual(['new']);
    expect(shownTokens(rig, 'A/Box')).toEqual(['new']);
    expect(rig.core.overview.problems()).toEqual([]);
  });
});

describe('DELETE of a mailbox into which other clients have put mail meanwhile', () => {
  test.each([false, true])('that mail goes to Trash, also when it has been seen by then: %s', async (isSeen) => {
    const { fake, rig } = await oneAccount(['Box']);
    await using _ = rig;
    fake.deliver('Box', mail('old'));
    await rig.settle();
    fake.goOffline();
    rig.core.mailboxes.delete('A/Box');
    fake.move('INBOX', 1, 'Box');
    if (isSeen) fake.failNext('deleteMailbox', new UpstreamError('transient', 'busy'), { times: 5 });
    fake.goOnline();
    if (isSeen) {
      await rig.until('it has been tried', () => fake.calls.some(({ method }) => method === 'deleteMailbox'));
      fake.deliver('Box', mail('later'));
      const isKnown = () => rig.store.messages.byMessageIdHeader(1, 'later@test').length > 0;
      await rig.until('it has been seen', isKnown);
    }
    await rig.settle();
    expect(paths(fake)).toEqual([]);
    expect(upstreamTokens(fake, 'Trash')).toEqual(isSeen ? ['m1', 'later'] : ['m1']);
    expect(shownTokens(rig, 'Trash')).toEqual(upstreamTokens(fake, 'Trash'));
  });

  test('so does what was moved out of it here, and another client has put back into it: and on to where it was to go', async () => {
    const { fake, rig } = await oneAccount(['Box']);
    await using _ = rig;
    fake.deliver('Box', mail('m'));
    await rig.settle();
    const junk = fake.move('Box', fake.contents('Box')[0]?.uid ?? 0, 'Junk');
    fake.goOffline();
    rig.core.actions.move(rig.idOf('A/Box'), one(uidOf(rig, 'A/Box', 'm')), 'A/Sent');
    rig.core.mailboxes.delete('A/Box');
    fake.move('Junk', junk, 'Box');
    fake.goOnline();
    await rig.settle();
    expect(paths(fake)).toEqual([]);
    expect([upstreamTokens(fake, 'Sent'), shownTokens(rig, 'A/Sent'), upstreamTokens(fake, 'Trash')]).toEqual([
      ['m'],
      ['m'],
      [],
    ]);
  });

  test('where there is no Trash it is refused, and shows again', async () => {
    const fake = createFakeUpstream({ mailboxes: ['INBOX', 'Box'] });
    fake.deliver('Box', mail('old'));
    await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
    await rig.settle();
    fake.goOffline();
    rig.core.mailboxes.delete('A/Box');
    fake.deliver('Box', mail('new'));
    fake.goOnline();
    await rig.settle();
    expect(upstreamTokens(fake, 'Box')).toEqual(['old', 'new']);
    expect(shownTokens(rig, 'A/Box')).toEqual(['old', 'new']);
    expect(problemsOf(rig)[0]).toMatch(/nobody here has seen/);
  });

  test('gone already: done', async () => {
    const { fake, rig } = await oneAccount(['Box']);
    await using _ = rig;
    fake.goOffline();
    rig.core.mailboxes.delete('A/Box');
    fake.remove('Box');
    fake.goOnline();
    await rig.settle();
    expect(rig.core.overview.problems()).toEqual([]);
  });
});

describe('a change of the tree that is refused for good', () => {
  const refused = new UpstreamError('permanent', 'no', { serverText: 'not here' });

  test('CREATE: the mailbox goes, what was put into it is kept', async () => {
    const { fake, rig } = await oneAccount();
    await using _ = rig;
    fake.goOffline();
    fake.failNext('createMailbox', refused);
    rig.core.mailboxes.create('A/Box');
    await appendMail(rig, 'A/Box', mail('new'), NO_FLAGS);
    fake.goOnline();
    await rig.settle();
    expect(shownTokens(rig, 'Recovered')).toEqual(['new']);
    expect(problemsOf(rig)[0]).toBe('the provider refused to make a mailbox: not here');
  });

  test('CREATE: what was put into it is kept whatever else the cache has to hold', async () => {
    const fake = createFakeUpstream();
    fake.deliver('INBOX', mail('other'));
    await using rig = await createRig({ accounts: [{ name: 'A', fake }], cacheBytes: 1 });
    await rig.settle();
    fake.goOffline();
    fake.failNext('createMailbox', refused);
    rig.core.mailboxes.create('A/Box');
    await appendMail(rig, 'A/Box', mail('new'), NO_FLAGS);
    fake.goOnline();
    await rig.settle();
    await readBody(rig, 'INBOX', uidOf(rig, 'INBOX', 'other'));
    await rig.restart();
    expect(await readBody(rig, 'Recovered', uidOf(rig, 'Recovered', 'new'))).toBe(mail('new'));
  });

  test('CREATE: what was moved into it, from here and from another account, is back, and there only', async () => {
    const [a, b] = [createFakeUpstream(), createFakeUpstream()];
    for (const token of ['m', 'n']) a.deliver('INBOX', mail(token));
    const accounts = [
      { name: 'A', fake: a },
      { name: 'B', fake: b },
    ];
    await using rig = await createRig({ accounts });
    await rig.settle();
    for (const fake of [a, b]) {
      fake.goOffline();
      fake.failNext('createMailbox', refused);
    }
    for (const [token, path] of [['m', 'A/Box'] as const, ['n', 'B/Box'] as const]) {
      rig.core.mailboxes.create(path);
      rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', token)), path);
    }
    b.goOnline();
    await rig.until('it is refused', () => rig.core.mailboxes.find('B/Box') === undefined);
    a.goOnline();
    await rig.settle();
    expect([upstreamTokens(a, 'INBOX'), shownTokens(rig, 'INBOX').sort()]).toEqual([
      ['m', 'n'],
      ['m', 'n'],
    ]);
    expect(rig.core.mailboxes.find('Recovered')).toBeUndefined();
  });

  test('DELETE: the mailbox and its messages are back', async () => {
    const { fake, rig } = await oneAccount(['Box']);
    await using _ = rig;
    fake.deliver('Box', mail('old'));
    await rig.settle();
    fake.failNext('deleteMailbox', refused);
    rig.core.mailboxes.delete('A/Box');
    await rig.settle();
    expect(shownTokens(rig, 'A/Box')).toEqual(['old']);
    expect(upstreamTokens(fake, 'Box')).toEqual(['old']);
    expect(problemsOf(rig)[0]).toBe('the provider refused to delete a mailbox: not here');
  });

  test('RENAME: the old name is back', async () => {
    const { fake, rig } = await oneAccount(['Box']);
    await using _ = rig;
    fake.failNext('renameMailbox', refused);
    rig.core.mailboxes.rename('A/Box', 'A/Moved');
    await rig.settle();
    expect(rig.core.mailboxes.find('A/Moved')).toBeUndefined();
    expect(rig.core.mailboxes.find('A/Box')).toBeDefined();
    expect(paths(fake)).toEqual(['Box']);
  });
});
