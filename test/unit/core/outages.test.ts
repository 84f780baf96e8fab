// Outage mode (issue 4): one message in INBOX, of the gateway and in the gateway alone, for as long as it is true.
import { describe, expect, test } from 'vitest';
import type { MailboxId } from '../../../src/core/core.js';
import { UpstreamError } from '../../../src/mail/errors.js';
import { SystemFlag } from '../../../src/mail/flags.js';
import { createRig, type Rig, useVirtualTime } from '../../support/core-harness.js';
import { mail } from '../../support/core-mail.js';
import { createFakeUpstream, type FakeUpstream } from '../../support/fake-connector.js';

useVirtualTime();

const MINUTE = 60_000;
const NOTICE = 'Mail gateway';

/** [uid, envelope] of the gateway's own messages in INBOX. */
async function notices(rig: Rig): Promise<{ uid: number; envelope: string }[]> {
  const id = rig.idOf('INBOX');
  const found: { uid: number; envelope: string }[] = [];
  const { uids } = rig.core.reads.snapshot(id);
  for await (const rows of rig.core.reads.rows(id, uids, { envelope: true }, new AbortController().signal)) {
    for (const { uid, envelope } of rows) if (envelope.includes(NOTICE)) found.push({ uid, envelope });
  }
  return found;
}

/** What the notice says. */
async function textOf(rig: Rig, uid = 0): Promise<string> {
  const texts: string[] = [];
  for await (const { body } of rig.core.reads.bodies(
    rig.idOf('INBOX'),
    Uint32Array.of(uid),
    new AbortController().signal,
  )) {
    const text = Buffer.from((await body?.bytes()) ?? []).toString();
    texts.push(Buffer.from(text.split('\r\n\r\n')[1] ?? '', 'base64').toString());
  }
  return texts.join();
}

const isNoticed = (rig: Rig) => rig.store.outages.list().length > 0;
const uidsIn = (rig: Rig, path: string) => [...rig.core.reads.snapshot(rig.idOf(path)).uids];

interface Upstream {
  readonly fake: FakeUpstream;
  error: UpstreamError | undefined;
}

/** Every sign-in fails with `error` while there is one. */
function failing(): Upstream {
  const fake = createFakeUpstream();
  const upstream: Upstream = { fake, error: undefined };
  fake.before = ({ method }) => {
    if (method === 'connect' && upstream.error) throw upstream.error;
  };
  return upstream;
}

const refused = () => new UpstreamError('auth', 'sign-in refused', { serverText: 'NO Login fail' });
const unreachable = () => new UpstreamError('transient', 'connect ECONNREFUSED');

async function rigOf(upstream: Upstream): Promise<Rig> {
  upstream.fake.deliver('INBOX', mail('first'));
  const rig = await createRig({ accounts: [{ name: 'QQ', fake: upstream.fake }] });
  await rig.settle();
  return rig;
}

async function goDown(rig: Rig, upstream: Upstream, error: UpstreamError): Promise<void> {
  upstream.error = error;
  upstream.fake.cut();
  await rig.until('the failure is a problem', () => rig.core.overview.problems().length > 0);
}

const goUp = async (rig: Rig, upstream: Upstream) => {
  upstream.error = undefined;
  await rig.during(rig.core.overview.syncNow(undefined, { force: true }));
  await rig.until('the problem is over', () => rig.core.overview.problems().length === 0);
};

const inUpstream = ({ fake }: Upstream) => fake.calls.filter(({ method }) => method === 'append').length;

describe('an account that needs sign-in', () => {
  test('is told of at once, once, and over restarts; the notice goes when it is well', async () => {
    const upstream = failing();
    await using rig = await rigOf(upstream);
    await goDown(rig, upstream, refused());
    await rig.until('the notice', () => isNoticed(rig));
    const [notice, other] = await notices(rig);
    expect(other).toBeUndefined();
    expect(Buffer.from(/=\?utf-8\?B\?([^?]+)/i.exec(notice?.envelope ?? '')?.[1] ?? '', 'base64').toString()).toContain(
      'QQ: sign-in needed',
    );
    expect(rig.core.overview.alerts()).toMatchObject([{ account: 'QQ', kind: 'needsSignIn' }]);
    expect(rig.core.overview.alerts()[0]?.hasNotice()).toBe(true);
    await rig.restart();
    await rig.until('it fails again', () => rig.core.overview.alerts().length > 0);
    expect((await notices(rig)).map(({ uid }) => uid)).toEqual([notice?.uid]);
    await goUp(rig, upstream);
    expect(await notices(rig)).toEqual([]);
    expect(rig.core.overview.alerts()).toEqual([]);
    expect(inUpstream(upstream)).toBe(0);
  });

  test('cached mail is served, and its bytes give both languages', async () => {
    const upstream = failing();
    await using rig = await rigOf(upstream);
    await goDown(rig, upstream, refused());
    await rig.until('the notice', () => isNoticed(rig));
    const [notice] = await notices(rig);
    const text = await textOf(rig, notice?.uid);
    expect(text).toContain('The provider says: NO Login fail');
    expect(text).toContain('服务商的答复：“NO Login fail”');
  });

  test('for which there is something else to do now: the notice is replaced, not kept and not doubled', async () => {
    const upstream = failing();
    await using rig = await rigOf(upstream);
    await goDown(rig, upstream, refused());
    await rig.until('the notice', () => isNoticed(rig));
    const [first] = await notices(rig);
    const copyId = rig.store.outages.list()[0]?.copyId;
    // In other words, but with the same to be done about it.
    upstream.error = new UpstreamError('auth', 'sign-in refused', { serverText: 'NO Login failed again' });
    await rig.during(rig.core.overview.syncNow(undefined, { force: true }).catch(() => undefined));
    expect((await notices(rig)).map(({ uid }) => uid)).toEqual([first?.uid]);
    const remedy = { en: 'Sign in once at the web page.', zh: '请先在网页登录一次。' };
    upstream.error = new UpstreamError('auth', 'sign-in refused', { serverText: 'NO [ALERT] web login', remedy });
    await rig.during(rig.core.overview.syncNow(undefined, { force: true }).catch(() => undefined));
    await rig.until('another notice', () => rig.store.outages.list()[0]?.copyId !== copyId);
    expect(await notices(rig)).toHaveLength(1);
    expect(await textOf(rig, (await notices(rig))[0]?.uid)).toContain('How to mend it: Sign in once at the web page.');
    await goUp(rig, upstream);
    expect(await notices(rig)).toEqual([]);
  });

  test('whose first sign-in already fails: INBOX is numbered once', async () => {
    const upstream = failing();
    upstream.error = refused();
    upstream.fake.deliver('INBOX', mail('first'));
    const rig = await createRig({ accounts: [{ name: 'QQ', fake: upstream.fake }] });
    await using _ = rig;
    await rig.until('the notice', () => isNoticed(rig));
    const { uidValidity } = rig.core.reads.snapshot(rig.idOf('INBOX'));
    const [notice] = await notices(rig);
    await goUp(rig, upstream);
    await rig.settle();
    const after = rig.core.reads.snapshot(rig.idOf('INBOX'));
    expect(after.uidValidity).toBe(uidValidity);
    expect(after.uids.length).toBe(1);
    expect(after.uids[0]).toBeGreaterThan(notice?.uid ?? Number.POSITIVE_INFINITY);
  });
});

describe('an account that cannot be reached', () => {
  test('is told of after ten minutes, not before', async () => {
    const upstream = failing();
    await using rig = await rigOf(upstream);
    await goDown(rig, upstream, unreachable());
    const since = Date.now();
    await rig.until('some minutes', () => Date.now() - since > 8 * MINUTE);
    expect(isNoticed(rig)).toBe(false);
    expect(rig.core.overview.alerts()).toEqual([]);
    await rig.restart();
    await rig.until('the notice', () => isNoticed(rig));
    expect(await notices(rig)).toHaveLength(1);
    await goUp(rig, upstream);
    expect(await notices(rig)).toEqual([]);
  });

  test('and comes back in time is not told of; the next time counts anew', async () => {
    const upstream = failing();
    await using rig = await rigOf(upstream);
    for (let i = 0; i < 2; i++) {
      await goDown(rig, upstream, unreachable());
      const since = Date.now();
      await rig.until('some minutes', () => Date.now() - since > 7 * MINUTE);
      await goUp(rig, upstream);
    }
    const since = Date.now();
    await rig.until('an hour', () => Date.now() - since > 60 * MINUTE);
    expect(isNoticed(rig)).toBe(false);
  });

  test('is replaced when sign-in turns out to be needed, and that stays said', async () => {
    const upstream = failing();
    await using rig = await rigOf(upstream);
    await goDown(rig, upstream, unreachable());
    await rig.until('the notice', () => isNoticed(rig));
    const [first] = await notices(rig);
    upstream.error = refused();
    await rig.until('the other', () => rig.store.outages.list()[0]?.kind === 'needsSignIn');
    const [second, ...more] = await notices(rig);
    expect(more).toEqual([]);
    expect(second?.uid).toBeGreaterThan(first?.uid ?? Number.POSITIVE_INFINITY);
    upstream.error = unreachable();
    const since = Date.now();
    await rig.until('some hours', () => Date.now() - since > 4 * 60 * MINUTE);
    expect((await notices(rig)).map(({ uid }) => uid)).toEqual([second?.uid]);
  });
});

describe('the notice under a client', () => {
  const flagged = { system: SystemFlag.Deleted | SystemFlag.Seen, keywords: [] };
  const everything = [[1, 0xffffffff]] as const;
  const down = async (): Promise<{ rig: Rig; upstream: Upstream; inbox: MailboxId; uid: number }> => {
    const upstream = failing();
    const rig = await rigOf(upstream);
    await goDown(rig, upstream, refused());
    await rig.until('the notice', () => isNoticed(rig));
    return { rig, upstream, inbox: rig.idOf('INBOX'), uid: (await notices(rig))[0]?.uid ?? 0 };
  };

  test('deleted, it is not said again; nothing of it goes upstream', async () => {
    const { rig, upstream, inbox, uid } = await down();
    await using _ = rig;
    rig.core.actions.storeFlags(inbox, { uids: [[uid, uid]], operation: 'add', flags: flagged });
    expect(rig.core.actions.expunge(inbox, everything)).toEqual([[uid, uid]]);
    expect(rig.store.journal.depth(1).depth).toBe(0);
    // Who is alerted is not sent to a message that is gone.
    expect(rig.core.overview.alerts()[0]?.hasNotice()).toBe(false);
    await rig.restart();
    const since = Date.now();
    await rig.until('some hours', () => Date.now() - since > 4 * 60 * MINUTE);
    expect(await notices(rig)).toEqual([]);
    expect(rig.core.overview.alerts().map((alert) => alert.hasNotice())).toEqual([false]);
    await goUp(rig, upstream);
    await goDown(rig, upstream, refused());
    await rig.until('a new outage, a new notice', () => uidsIn(rig, 'INBOX').length === 2);
  });

  test('moved, it is gone, with what is moved along going its way; copied, it stays', async () => {
    const { rig, upstream, inbox, uid } = await down();
    await using _ = rig;
    expect(rig.core.actions.copy(inbox, [[uid, uid]], 'Archive').pairs).toEqual([]);
    expect(await notices(rig)).toHaveLength(1);
    expect(rig.core.actions.move(inbox, everything, 'Archive').pairs).toHaveLength(1);
    expect(uidsIn(rig, 'INBOX')).toEqual([]);
    expect(uidsIn(rig, 'Archive')).toHaveLength(1);
    await goUp(rig, upstream);
    await rig.settle();
    expect(inUpstream(upstream)).toBe(0);
    expect(uidsIn(rig, 'Archive')).toHaveLength(1);
  });

  test('its bytes are let go with it', async () => {
    const { rig, upstream } = await down();
    await using _ = rig;
    const pinned = () =>
      rig.store.database.sqlite.prepare('SELECT count(*) FROM bodies WHERE pins > 0').pluck().get() as number;
    expect(pinned()).toBe(1);
    await goUp(rig, upstream);
    expect(pinned()).toBe(0);
  });
});
