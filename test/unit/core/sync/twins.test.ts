// The same mail delivered twice: what is done to one of the two here, and what becomes of the other there.
import { expect, test } from 'vitest';
import { createRig, type Rig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, one, shown, shownTokens, upstreamTokens } from '../../../support/core-mail.js';
import { createFakeUpstream, type FakeUpstream, flags } from '../../../support/fake-connector.js';

useVirtualTime();

const ONE_DATE = Date.UTC(2026, 0, 1) / 1000;

async function twins(): Promise<{ fake: FakeUpstream; rig: Rig }> {
  const fake = createFakeUpstream();
  for (let i = 0; i < 2; i++) fake.deliver('INBOX', mail('twin'), { internalDate: ONE_DATE });
  fake.deliver('INBOX', mail('x'));
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  return { fake, rig };
}

function deleteFirst(rig: Rig): void {
  const id = rig.idOf('INBOX');
  const uids = one(shown(rig, 'INBOX')[0]?.uid ?? 0);
  rig.core.actions.storeFlags(id, { uids, operation: 'add', flags: flags('\\Deleted') });
  rig.core.actions.expunge(id, uids);
}

test.each(['expunges', 'moves'] as const)(
  'one is deleted here, another client %s the same one there, and the mailbox is renumbered: the other stays',
  async (how) => {
    const { fake, rig } = await twins();
    await using _ = rig;
    const staying = shown(rig, 'INBOX')[1]?.uid;
    fake.goOffline();
    deleteFirst(rig);
    if (how === 'expunges') fake.expunge('INBOX', 1);
    else fake.move('INBOX', 1, 'Archive');
    fake.resetUidValidity('INBOX', 50);
    fake.goOnline();
    await rig.settle();
    expect(upstreamTokens(fake, 'INBOX')).toEqual(['twin', 'x']);
    expect(shown(rig, 'INBOX').find(({ token }) => token === 'twin')?.uid).toBe(staying);
    expect(shownTokens(rig, 'INBOX').sort()).toEqual(['twin', 'x']);
  },
);
