// Bodies that must not be dropped: held for as long as somebody needs them, over a crash too, and no longer.
import { expect, test } from 'vitest';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import { appendMail, mail, one, uidOf, upstreamTokens } from '../../../support/core-mail.js';
import { createFakeUpstream, flags } from '../../../support/fake-connector.js';
import { pins, startWith } from '../../../support/removals.js';

useVirtualTime();

test('a message that was spooled when the gateway died, and was answered by nobody, is held no longer', async () => {
  const { rig } = await startWith(['x']);
  await using _ = rig;
  const spool = rig.core.actions.spool(100);
  await spool.write(Buffer.from(mail('lost')));
  await rig.during(spool.finish(), 10);
  expect(pins(rig)).toBe(1);
  await rig.crash();
  expect(pins(rig)).toBe(0);
});

test('so it is where the same message is needed for something else', async () => {
  const { rig } = await startWith(['x']);
  await using _ = rig;
  rig.core.mailboxes.create('A/Box');
  await rig.settle();
  await appendMail(rig, 'A/Box', mail('x'), flags());
  await rig.settle();
  rig.core.mailboxes.delete('A/Box');
  await rig.settle();
  expect(pins(rig)).toBe(1);
  const spool = rig.core.actions.spool(100);
  await spool.write(Buffer.from(mail('x')));
  await rig.during(spool.finish(), 10);
  expect(pins(rig)).toBe(2);
  await rig.crash();
  expect(pins(rig)).toBe(1);
});

test('what is owed, kept for undo, or recovered is held over a crash', async () => {
  const b = createFakeUpstream();
  const a = createFakeUpstream();
  a.deliver('INBOX', mail('moved'));
  const accounts = [
    { name: 'A', fake: a },
    { name: 'B', fake: b },
  ];
  await using rig = await createRig({ accounts, cacheBytes: 1 });
  await rig.settle();
  b.goOffline();
  rig.core.actions.move(rig.idOf('A/INBOX'), one(uidOf(rig, 'A/INBOX', 'moved')), 'B/Archive');
  await rig.until('it is spooled', () => rig.store.journal.ofAccountAndKind(2, 'append').length === 1);
  await appendMail(rig, 'B/Drafts', mail('draft'), flags());
  await rig.crash();
  expect(pins(rig)).toBe(2);
  b.goOnline();
  await rig.settle();
  expect([upstreamTokens(b, 'Archive'), upstreamTokens(b, 'Drafts')]).toEqual([['moved'], ['draft']]);
  expect(pins(rig)).toBe(0);
});
