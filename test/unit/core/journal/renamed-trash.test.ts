// Another client has given Trash another name before what is to go there does. By what it holds it is known again.
import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, problemsOf, upstreamTokens, userExpunges } from '../../../support/core-mail.js';
import { createFakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

const cut = new UpstreamError('transient', 'the connection was lost', { outcomeUnknown: true });

describe.each([true, false])('MOVE: %s', (move) => {
  test('a deletion goes there under its new name', async () => {
    const fake = createFakeUpstream({ move, traits: { deleteIsMoveToTrash: true } });
    fake.deliver('INBOX', mail('m1'));
    fake.deliver('Trash', mail('old'));
    await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
    await rig.settle();
    fake.goOffline();
    userExpunges(rig, 'INBOX', 'm1');
    fake.rename('Trash', 'Rubbish');
    fake.goOnline();
    await rig.settle();
    expect([upstreamTokens(fake, 'INBOX'), upstreamTokens(fake, 'Rubbish')]).toEqual([[], ['old', 'm1']]);
    expect(problemsOf(rig)).toEqual([]);
  });

  test('what nobody has seen in a mailbox that is deleted does too', async () => {
    const fake = createFakeUpstream({ move });
    fake.create('Box');
    fake.deliver('Trash', mail('old'));
    await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
    await rig.settle();
    fake.goOffline();
    rig.core.mailboxes.delete('A/Box');
    fake.deliver('Box', mail('new'));
    fake.rename('Trash', 'Rubbish');
    fake.goOnline();
    await rig.settle();
    expect(upstreamTokens(fake, 'Rubbish')).toEqual(['old', 'new']);
    expect([fake.mailbox('Box'), problemsOf(rig)]).toEqual([undefined, []]);
  });
});

test('renamed between COPY and EXPUNGE: the message is there once', async () => {
  const fake = createFakeUpstream({ move: false, traits: { deleteIsMoveToTrash: true } });
  fake.deliver('INBOX', mail('m1'));
  fake.deliver('Trash', mail('old'));
  await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  fake.failNext('move', cut, { when: 'halfway', cut: true });
  userExpunges(rig, 'INBOX', 'm1');
  await rig.until('it is cut', () => upstreamTokens(fake, 'Trash').length === 2, 10);
  fake.rename('Trash', 'Rubbish');
  await rig.settle();
  expect([upstreamTokens(fake, 'INBOX'), upstreamTokens(fake, 'Rubbish')]).toEqual([[], ['old', 'm1']]);
});
