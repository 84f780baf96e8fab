// A server that tells `\*` in PERMANENTFLAGS and drops new keywords all the same: they are kept here, as if it had told the truth.
import { expect, test } from 'vitest';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import { appendMail, mail, shown, userMoves, userStores } from '../../../support/core-mail.js';
import { createFakeUpstream, flags } from '../../../support/fake-connector.js';

useVirtualTime();

test.each([{}, { qresync: true }])(
  'what is dropped stays, here and with the message; what is kept is the upstream’s (%o)',
  async (options) => {
    const fake = createFakeUpstream({
      ...options,
      dropsKeywords: true,
      permanentFlags: ['\\Seen', '\\Flagged', '\\Deleted', '$Junk', '\\*'],
    });
    for (const token of ['m1', 'm2']) fake.deliver('INBOX', mail(token));
    const rig = await createRig({ accounts: [{ name: 'A', fake }] });
    await using _ = rig;
    await rig.settle();
    userStores(rig, 'INBOX', 'm1', '\\Flagged', '$Junk', 'Later');
    await rig.settle();
    const [there] = fake.contents('INBOX').map((message) => message.flags);
    expect(there).toEqual(flags('\\Flagged', '$Junk'));
    const here = () => shown(rig, 'INBOX').map((row) => row.flags);
    expect(here()[0]).toBe('\\Flagged $Junk Later');
    // Known now: nothing more of the kind is asked of it.
    const asked = fake.calls.length;
    userStores(rig, 'INBOX', 'm2', 'Later');
    await rig.settle();
    expect(fake.calls.slice(asked).filter(({ method }) => method === 'storeFlags')).toEqual([]);
    expect(here()[1]).toBe('Later');
    // Another client's doing, a look at everything, and a start: ours stay.
    fake.setFlags('INBOX', 1, flags('$Junk'), 'remove');
    await rig.settle();
    await rig.restart();
    await rig.settle();
    expect(here()).toEqual(['\\Flagged Later', 'Later']);
    userMoves(rig, 'INBOX', 'm1', 'Archive');
    await rig.settle();
    expect(shown(rig, 'Archive').map((row) => row.flags)).toEqual(['\\Flagged Later']);
    userStoresNot(rig);
    await rig.settle();
    expect(here()).toEqual(['']);
  },
);

function userStoresNot(rig: Parameters<typeof shown>[0]): void {
  const [row] = shown(rig, 'INBOX');
  rig.core.actions.storeFlags(rig.idOf('INBOX'), {
    uids: [[row?.uid ?? 0, row?.uid ?? 0]],
    operation: 'remove',
    flags: flags('Later'),
  });
}

test.each([{}, { qresync: true }])(
  'a keyword that comes with an APPEND and is dropped stays too (%o)',
  async (options) => {
    const permanentFlags = ['\\Seen', '\\Flagged', '\\Deleted', '$Junk', '\\*'];
    const fake = createFakeUpstream({ ...options, dropsKeywords: true, permanentFlags });
    fake.create('Box');
    const rig = await createRig({ accounts: [{ name: 'A', fake }] });
    await using _ = rig;
    await rig.settle();
    await appendMail(rig, 'A/Box', mail('m1'), flags('\\Flagged', '$Junk', 'Later'));
    await rig.settle();
    const there = () => fake.contents('Box').map((message) => message.flags);
    const here = () => shown(rig, 'A/Box').map((row) => row.flags);
    expect([there(), here()]).toEqual([[flags('\\Flagged', '$Junk')], ['\\Flagged $Junk Later']]);
    fake.setFlags('Box', 1, flags('$Junk'), 'remove');
    await rig.settle();
    await rig.restart();
    await rig.settle();
    expect(here()).toEqual(['\\Flagged Later']);
    // Known now: nothing more of the kind is asked of it.
    const asked = fake.calls.length;
    await appendMail(rig, 'A/Box', mail('m2'), flags('Later'));
    await rig.settle();
    expect(fake.calls.slice(asked).filter(({ method }) => method === 'storeFlags')).toEqual([]);
    expect(here()).toEqual(['\\Flagged Later', 'Later']);
  },
);
