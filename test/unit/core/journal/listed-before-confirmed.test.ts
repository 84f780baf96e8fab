// A COPY or MOVE that was carried out upstream, and whose answer was lost: the sync sees its effects before the journal has
// found out. What the client was told of the new message (COPYUID) stays true.
import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { createRig, type Rig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, one, shown, shownTokens, uidOf, upstreamTokens } from '../../../support/core-mail.js';
import { createFakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

const lost = new UpstreamError('transient', 'the connection was lost', { outcomeUnknown: true });

/** The journal finds out much later. */
async function later(rig: Rig): Promise<void> {
  const row = () => rig.store.journal.head(1, 1)[0];
  await rig.until('its answer is lost', () => row()?.attempts === 1, 10);
  rig.store.journal.setAttempt(row()?.id ?? 0, 1, Date.now() + 900_000, 'later');
}

/** Long enough for the sync to have seen everything, and not for the journal. A sync that is asked for tries what is owed too. */
const polled = (rig: Rig) => rig.during(new Promise<void>((done) => setTimeout(done, 600_000)), 5_000);

describe.each([
  ['without CONDSTORE', {}],
  ['with CONDSTORE', { condstore: true }],
  ['with QRESYNC', { qresync: true }],
])('%s', (_, options) => {
  async function account() {
    const fake = createFakeUpstream(options);
    for (const token of ['m1', 'm2']) fake.deliver('INBOX', mail(token));
    const rig = await createRig({ accounts: [{ name: 'A', fake }] });
    await rig.settle();
    return { fake, rig };
  }

  test('MOVE', async () => {
    const { fake, rig } = await account();
    await using __ = rig;
    fake.failNext('move', lost, { when: 'after', cut: true });
    const { pairs } = rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'm1')), 'Archive');
    await rig.until('MOVE was carried out', () => upstreamTokens(fake, 'Archive').length === 1, 10);
    await later(rig);
    await polled(rig);
    expect(rig.store.journal.depth(1).depth).toBe(1);
    await rig.settle();
    expect(shown(rig, 'Archive')).toMatchObject([{ token: 'm1', uid: pairs[0]?.[1] }]);
    expect(shownTokens(rig, 'INBOX')).toEqual(['m2']);
    expect(upstreamTokens(fake, 'Archive')).toEqual(['m1']);
  });

  test('COPY of a message that another client then deletes', async () => {
    const { fake, rig } = await account();
    await using __ = rig;
    fake.failNext('copy', lost, { when: 'after', cut: true });
    const { pairs } = rig.core.actions.copy(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'm1')), 'Archive');
    await rig.until('COPY was carried out', () => upstreamTokens(fake, 'Archive').length === 1, 10);
    fake.expunge('INBOX', 1);
    await later(rig);
    await polled(rig);
    await rig.settle();
    expect(shown(rig, 'Archive')).toMatchObject([{ token: 'm1', uid: pairs[0]?.[1] }]);
    expect(shownTokens(rig, 'INBOX')).toEqual(['m2']);
  });
});
