// Mailboxes are renamed here, which is owed, and at the provider meanwhile: what is owed follows its mailbox, and each name is
// as the one who was asked for it last left it (src/README.md, "Conflicts").
import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { createRig, type Rig, useVirtualTime } from '../../../support/core-harness.js';
import { appendMail, mail, one, shown, uidOf, upstreamTokens } from '../../../support/core-mail.js';
import { createFakeUpstream, type FakeUpstream, flags } from '../../../support/fake-connector.js';

useVirtualTime();

const busy = () => new UpstreamError('transient', 'busy');

const OLD = ['Work', 'Old'];

async function start() {
  const fake = createFakeUpstream();
  fake.create('Work');
  fake.create(OLD);
  fake.deliver('Work', mail('w1'));
  fake.deliver(OLD, mail('o1'));
  fake.deliver('INBOX', mail('m'));
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  fake.goOffline();
  return { fake, rig, uidValidity: rig.core.mailboxes.find('A/Work/Old')?.uidValidity };
}
const own = /^(INBOX|Drafts|Sent|Archive|Junk|Trash)$/;
const there = (fake: FakeUpstream) =>
  fake
    .paths()
    .map((path) => path.join('/'))
    .filter((path) => !own.test(path))
    .sort();
const here = (rig: Rig) =>
  rig.core.mailboxes
    .list()
    .flatMap(({ path }) => (path.startsWith('A/') && !own.test(path.slice(2)) ? [path.slice(2)] : []))
    .sort();
const back = async ({ fake, rig }: { fake: FakeUpstream; rig: Rig }) => {
  fake.goOnline();
  await rig.settle();
  expect(rig.core.overview.problems()).toEqual([]);
};

describe.each([
  ['Work/Older', 'Projects/Older'],
  ['Elsewhere', 'Elsewhere'],
])('the one below is now %s', (renamed, final) => {
  test.each(['before', 'after'] as const)('a MOVE into it, made %s the RENAME of its parent, arrives', async (when) => {
    const { fake, rig, uidValidity } = await start();
    await using _ = rig;
    const move = (to: string) => rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'm')), to);
    if (when === 'before') move('A/Work/Old');
    rig.core.mailboxes.rename('A/Work', 'A/Projects');
    if (when === 'after') move('A/Projects/Old');
    fake.rename(OLD, renamed.split('/'));
    await back({ fake, rig });
    expect(there(fake)).toEqual([final, 'Projects'].sort());
    expect(here(rig)).toEqual([final, 'Projects'].sort());
    expect(upstreamTokens(fake, final.split('/'))).toEqual(['o1', 'm']);
    expect(shown(rig, `A/${final}`).map(({ token }) => token)).toEqual(['o1', 'm']);
    expect(rig.core.mailboxes.find(`A/${final}`)?.uidValidity).toBe(uidValidity);
  });
});

test('the very one has another name: it gets the one that the user has given it', async () => {
  const { fake, rig, uidValidity } = await start();
  await using _ = rig;
  rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'm')), 'A/Work/Old');
  rig.core.mailboxes.rename('A/Work', 'A/Projects');
  fake.rename('Work', 'Clients');
  await back({ fake, rig });
  expect(there(fake)).toEqual(['Projects', 'Projects/Old']);
  expect(here(rig)).toEqual(['Projects', 'Projects/Old']);
  expect(upstreamTokens(fake, ['Projects', 'Old'])).toEqual(['o1', 'm']);
  expect(rig.core.mailboxes.find('A/Projects/Old')?.uidValidity).toBe(uidValidity);
});

test('the parent that it was to go below has another name: it goes below that', async () => {
  const { fake, rig } = await start();
  await using _ = rig;
  fake.goOnline();
  fake.create('Box');
  fake.deliver('Box', mail('b1'));
  await rig.settle();
  fake.goOffline();
  rig.core.mailboxes.rename('A/Box', 'A/Work/Box');
  rig.core.mailboxes.create('A/Work/New');
  await appendMail(rig, 'A/Work/New', mail('n1'), flags());
  fake.rename('Work', 'Clients');
  await back({ fake, rig });
  const names = ['Clients', 'Clients/Box', 'Clients/New', 'Clients/Old'];
  expect(there(fake)).toEqual(names);
  expect(here(rig)).toEqual(names);
  expect(upstreamTokens(fake, ['Clients', 'New'])).toEqual(['n1']);
  expect(shown(rig, 'A/Clients/Box').map(({ token }) => token)).toEqual(['b1']);
});

test('one that another client has made below it stands where its parent stands here', async () => {
  const { fake, rig } = await start();
  await using _ = rig;
  rig.core.mailboxes.rename('A/Work', 'A/Projects');
  fake.failNext('renameMailbox', busy(), { times: 2 });
  fake.create(['Work', 'New']);
  fake.goOnline();
  await rig.during(rig.core.overview.syncNow(undefined));
  await back({ fake, rig });
  expect(there(fake)).toEqual(['Projects', 'Projects/New', 'Projects/Old']);
  expect(here(rig)).toEqual(['Projects', 'Projects/New', 'Projects/Old']);
});

test('deleted here, renamed there: nothing goes, and it shows under its new name', async () => {
  const { fake, rig } = await start();
  await using _ = rig;
  rig.core.mailboxes.delete('A/Work/Old');
  fake.rename(OLD, 'Kept');
  await back({ fake, rig });
  expect(upstreamTokens(fake, 'Kept')).toEqual(['o1']);
  expect(shown(rig, 'A/Kept').map(({ token }) => token)).toEqual(['o1']);
});

describe('a RENAME that is refused', () => {
  const refused = () => new UpstreamError('permanent', 'no', { code: 'CANNOT' });

  test('another client has renamed it meanwhile: it has that name, with what is in it', async () => {
    const { fake, rig, uidValidity } = await start();
    await using _ = rig;
    rig.core.mailboxes.rename('A/Work', 'A/Projects');
    fake.rename('Work', 'Clients');
    fake.failNext('renameMailbox', refused());
    fake.goOnline();
    await rig.settle();
    expect(there(fake)).toEqual(['Clients', 'Clients/Old']);
    expect(here(rig)).toEqual(['Clients', 'Clients/Old']);
    expect(shown(rig, 'A/Clients').map(({ token }) => token)).toEqual(['w1']);
    expect(rig.core.mailboxes.find('A/Clients/Old')?.uidValidity).toBe(uidValidity);
  });

  test('its parent has been renamed here meanwhile: it is below that', async () => {
    const { fake, rig } = await start();
    await using _ = rig;
    rig.core.mailboxes.rename('A/Work/Old', 'A/Work/Older');
    rig.core.mailboxes.rename('A/Work', 'A/Projects');
    fake.failNext('renameMailbox', refused());
    fake.goOnline();
    await rig.settle();
    expect(there(fake)).toEqual(['Projects', 'Projects/Old']);
    expect(here(rig)).toEqual(['Projects', 'Projects/Old']);
  });

  test('it has been renamed once more here: that one counts', async () => {
    const { fake, rig } = await start();
    await using _ = rig;
    rig.core.mailboxes.rename('A/Work', 'A/Projects');
    rig.core.mailboxes.rename('A/Projects', 'A/Clients');
    fake.failNext('renameMailbox', refused());
    fake.goOnline();
    await rig.settle();
    expect(there(fake)).toEqual(['Clients', 'Clients/Old']);
    expect(here(rig)).toEqual(['Clients', 'Clients/Old']);
  });

  test('its old name is taken meanwhile: it stands beside that', async () => {
    const { fake, rig } = await start();
    await using _ = rig;
    rig.core.mailboxes.rename('A/Work', 'A/Projects');
    rig.core.mailboxes.create('A/Work');
    fake.failNext('renameMailbox', refused());
    fake.goOnline();
    await rig.settle();
    expect(there(fake)).toEqual(['Work', 'Work/Old']);
    expect(here(rig)).toEqual(['Work (2)', 'Work (2)/Old']);
    expect(shown(rig, 'A/Work (2)').map(({ token }) => token)).toEqual(['w1']);
  });
});

describe('a mailbox is renamed twice here, and another is made under the name it had in between', () => {
  test.each(['', ', and the answer to the first RENAME is lost'])('each gets its own%s', async (lost) => {
    const { fake, rig } = await start();
    await using _ = rig;
    rig.core.mailboxes.rename('A/Work', 'A/Projects');
    rig.core.mailboxes.rename('A/Projects', 'A/Clients');
    rig.core.mailboxes.create('A/Projects');
    rig.core.mailboxes.create('A/Projects/Old');
    await appendMail(rig, 'A/Projects', mail('p1'), flags());
    if (lost) fake.failNext('renameMailbox', busy(), { when: 'after', cut: true });
    await back({ fake, rig });
    const names = ['Clients', 'Clients/Old', 'Projects', 'Projects/Old'];
    expect([there(fake), here(rig)]).toEqual([names, names]);
    expect([upstreamTokens(fake, 'Clients'), upstreamTokens(fake, 'Projects')]).toEqual([['w1'], ['p1']]);
    expect(shown(rig, 'A/Projects').map(({ token }) => token)).toEqual(['p1']);
    expect(shown(rig, 'A/Clients').map(({ token }) => token)).toEqual(['w1']);
  });
});
