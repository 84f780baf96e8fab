// A mailbox that is listed but cannot be opened costs nobody else anything (DESIGN §2, promise 5).
import { expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, shownTokens } from '../../../support/core-mail.js';
import { createFakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

test('a mailbox the server refuses to open holds up no other', async () => {
  const fake = createFakeUpstream();
  fake.create('Broken');
  fake.deliver('Broken', mail('hidden'));
  fake.create('Zoo');
  fake.deliver('Zoo', mail('zebra'));
  fake.deliver('INBOX', mail('first'));
  let isBroken = true;
  fake.before = ({ method, args }) => {
    if (isBroken && method === 'select' && JSON.stringify(args[0]) === '["Broken"]')
      throw new UpstreamError('permanent', 'NO', { serverText: 'NO [SERVERBUG] internal error' });
  };
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await using _ = rig;
  await rig.until(
    'the others are shown',
    () => rig.core.mailboxes.find('A/Zoo') !== undefined && shownTokens(rig, 'A/Zoo').length === 1,
  );
  await rig.until('INBOX too', () => shownTokens(rig, 'INBOX').length === 1);
  await rig.until('it counts as synchronised', () => rig.core.overview.accounts()[0]?.synced === true);
  fake.deliver('Zoo', mail('yak'));
  await rig.until('changes elsewhere are seen', () => shownTokens(rig, 'A/Zoo').length === 2);
  isBroken = false;
  await rig.until('it is listed once it can be opened', () => shownTokens(rig, 'A/Broken').length === 1);
});

test('one that breaks later, too', async () => {
  const fake = createFakeUpstream();
  for (const name of ['Broken', 'Zoo']) fake.create(name);
  fake.deliver('Broken', mail('kept'));
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await using _ = rig;
  await rig.settle();
  fake.before = ({ method, args }) => {
    if (method === 'select' && JSON.stringify(args[0]) === '["Broken"]')
      throw new UpstreamError('permanent', 'NO', { serverText: 'NO [SERVERBUG] internal error' });
  };
  fake.deliver('Zoo', mail('yak'));
  await rig.until('changes elsewhere are seen', () => shownTokens(rig, 'A/Zoo').length === 1);
  expect(shownTokens(rig, 'A/Broken')).toEqual(['kept']);
});

test.each(['by another client', 'by another client, with one below it', 'here'])(
  'one that is deleted %s is not complained of any more',
  async (who) => {
    const fake = createFakeUpstream();
    fake.create('Broken');
    if (who.endsWith('below it')) fake.create(['Broken', 'Below']);
    fake.deliver('Broken', mail('kept'));
    const isBroken = (path: unknown) => JSON.stringify(path) === '["Broken"]';
    fake.before = ({ method, args }) => {
      if (method === 'select' && isBroken(args[0]))
        throw new UpstreamError('permanent', 'NO', { serverText: 'NO [SERVERBUG] internal error' });
    };
    const rig = await createRig({ accounts: [{ name: 'A', fake }] });
    await using _ = rig;
    await rig.until('it is told', () => rig.core.overview.problems().length > 0);
    if (who === 'here') {
      fake.before = undefined;
      rig.core.mailboxes.delete('A/Broken');
    } else fake.remove('Broken');
    await rig.until('it is gone', () => rig.core.mailboxes.find('A/Broken')?.selectable !== true);
    await rig.settle();
    expect(rig.core.overview.problems()).toEqual([]);
  },
);
