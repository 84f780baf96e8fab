// The first listing of a source (DESIGN §6): uids with holes, and clients that do not wait for its end.
import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { createRig, type Rig, useVirtualTime } from '../../../support/core-harness.js';
import { appendMail, mail, one, shown, shownTokens, uidOf, upstreamTokens } from '../../../support/core-mail.js';
import { createFakeUpstream, flags } from '../../../support/fake-connector.js';

useVirtualTime();

test('thousands of uids in a row that are gone do not stop it', async () => {
  const fake = createFakeUpstream();
  const deliver = (count: number) => Array.from({ length: count }, (_, i) => fake.deliver('INBOX', mail(`m${i}`)));
  deliver(6_000);
  fake.expunge('INBOX', ...deliver(5_500));
  deliver(1);
  let commands = 0;
  fake.before = ({ method }) => {
    if (method === 'fetchListing') commands += 1;
    if (commands > 10) throw new Error('the same uids are asked for again and again');
  };
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await using _ = rig;
  await rig.until('it is listed', () => shown(rig, 'INBOX').length === 6_001);
  expect(commands).toBeLessThanOrEqual(4);
});

describe('a client puts something into a mailbox that is being listed for the first time', () => {
  /** With an account B that has been listed, and A, whose listing waits until `go`. */
  async function waiting(count: number) {
    const [a, b] = [createFakeUpstream(), createFakeUpstream({ firstUidValidity: 5001 })];
    for (let i = 1; i <= count; i++) a.deliver('INBOX', mail(`m${i}`));
    b.deliver('INBOX', mail('moved'));
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    a.before = ({ method }) => (method === 'fetchListing' ? gate : undefined);
    const accounts = [
      { name: 'A', fake: a },
      { name: 'B', fake: b },
    ];
    const rig = await createRig({ accounts });
    await rig.until(
      'B is listed',
      () => rig.core.mailboxes.find('B/INBOX') !== undefined && shown(rig, 'B/INBOX').length > 0,
    );
    await rig.until('A waits', () => a.calls.some(({ method }) => method === 'fetchListing'));
    return { a, rig, go };
  }
  const tokens = (rig: Rig, path: string) => shownTokens(rig, path).sort();

  test.each(['A/INBOX', 'A/Archive'])('moved to %s: everything that was there shows as well', async (to) => {
    const { a, rig, go } = await waiting(3);
    await using _ = rig;
    const from = rig.idOf('B/INBOX');
    rig.core.actions.move(from, one(uidOf(rig, 'B/INBOX', 'moved')), to);
    await appendMail(rig, to, mail('draft'), flags());
    go();
    await rig.settle();
    const inbox = to === 'A/INBOX' ? ['draft', 'm1', 'm2', 'm3', 'moved'] : ['m1', 'm2', 'm3'];
    expect(tokens(rig, 'A/INBOX')).toEqual(inbox);
    expect(tokens(rig, 'INBOX')).toEqual(inbox);
    expect(tokens(rig, 'A/Archive')).toEqual(to === 'A/INBOX' ? [] : ['draft', 'moved']);
    expect(upstreamTokens(a, to.slice(2)).length).toBe(to === 'A/INBOX' ? 5 : 2);
  });

  test('appended, and the answer lost: the listing does not take it for another', async () => {
    const { a, rig, go } = await waiting(3);
    await using _ = rig;
    a.failNext('append', new UpstreamError('transient', 'lost'), { when: 'after', cut: true });
    // It is looked for when the listing, cut off with it, has begun anew.
    a.failNext('uids', new UpstreamError('transient', 'lost'), { times: 4 });
    await appendMail(rig, 'A/INBOX', mail('draft'), flags());
    a.cut();
    go();
    await rig.settle();
    expect(upstreamTokens(a, 'INBOX')).toEqual(['m1', 'm2', 'm3', 'draft']);
    expect(tokens(rig, 'A/INBOX')).toEqual(['draft', 'm1', 'm2', 'm3']);
  });
});
