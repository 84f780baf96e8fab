// An account is left alone when its provider wants it, for as long as that lasts, by all its connections and over restarts;
// and it is tried again soon when it is only the network.
import { describe, expect, test, vi } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { NO_FLAGS } from '../../../../src/mail/flags.js';
import { createRig, named, type Rig, type RigOptions, useVirtualTime } from '../../../support/core-harness.js';
import { appendMail, mail, problemsOf, readBody, upstreamTokens } from '../../../support/core-mail.js';
import { createFakeUpstream, type FakeUpstream, type FakeUpstreamOptions } from '../../../support/fake-connector.js';

useVirtualTime();

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Long enough not to be over by chance: virtual time runs while the disk is waited for. */
const LONG = 100 * 24 * HOUR;
/** In steps that leave the sync time to look. */
const pass = (rig: Rig, ms: number) => rig.during(new Promise<void>((done) => setTimeout(done, ms)), ms / 200);
const state = (rig: Rig, name = 'A') => rig.core.overview.accounts().find((account) => account.name === name);
const sync = (rig: Rig, force = false) => rig.during(rig.core.overview.syncNow(undefined, { force }), 10);

/** Counts what is asked of the upstream from now on, goodbyes aside. */
function asked(fake: FakeUpstream): () => number {
  const count = () => fake.calls.filter(({ method }) => method !== 'close').length;
  const before = count();
  return () => count() - before;
}

async function account(upstream: FakeUpstreamOptions = {}, options: Partial<RigOptions> = {}, messages = 1) {
  const fake = createFakeUpstream(upstream);
  for (let i = 1; i <= messages; i++) fake.deliver('INBOX', `${mail(`m${i}`)}${'x'.repeat(1_000)}\r\n`);
  const rig = await createRig({ accounts: [{ name: 'A', fake }], ...options });
  await rig.until('it is synchronised', () => state(rig)?.synced === true, 10);
  return { fake, rig };
}

describe('a throttle', () => {
  const throttle = new UpstreamError('transient', 'no', {
    serverText: 'Request is throttled.',
    meaning: 'throttle',
    retryAfterMs: LONG,
  });

  test('in answer to one command holds for every connection, and over a restart', async () => {
    const { fake, rig } = await account();
    await using _ = rig;
    const since = Date.now();
    fake.failNext('listMailboxes', throttle);
    await rig.until('it is throttled', () => state(rig)?.state === 'throttled', 100);
    const calls = asked(fake);
    await expect(readBody(rig, 'INBOX', 1)).rejects.toMatchObject({ kind: 'transient' });
    await pass(rig, 20 * MINUTE);
    expect(calls()).toBe(0);
    expect(problemsOf(rig)).toEqual(['Request is throttled.']);
    await rig.restart();
    await pass(rig, 20 * MINUTE);
    expect(calls()).toBe(0);
    expect(state(rig)).toMatchObject({ state: 'throttled', reason: 'Request is throttled.\n“Request is throttled.”' });
    const { pausedUntil = 0 } = state(rig) ?? {};
    expect(pausedUntil - since).toBeGreaterThanOrEqual(LONG);
    vi.setSystemTime(pausedUntil);
    await rig.until('it is well', () => state(rig)?.state === 'ready', 1_000);
    expect(problemsOf(rig)).toEqual([]);
    await rig.restart();
    await rig.until('a restart does not remember it', () => state(rig)?.state === 'ready', 10);
  });

  test('a sync says until when; one that insists goes through', async () => {
    const { fake, rig } = await account();
    await using _ = rig;
    fake.failNext('listMailboxes', throttle);
    await rig.until('it is throttled', () => state(rig)?.state === 'throttled', 100);
    const calls = asked(fake);
    await expect(sync(rig)).rejects.toThrow(
      /^A: Request is throttled\.; it is left alone until [-\d :]+ \("gateway sync --force" tries now\)$/,
    );
    expect(calls()).toBe(0);
    await sync(rig, true);
    expect(state(rig)?.state).toBe('ready');
  });
});

describe('the network', () => {
  const connects = (fake: FakeUpstream) => fake.calls.filter(({ method }) => method === 'connect').length;

  test('an account that cannot be reached is tried at least once a minute, however long it has been gone', async () => {
    const { fake, rig } = await account();
    await using _ = rig;
    fake.goOffline();
    await pass(rig, 3 * HOUR);
    const before = connects(fake);
    await pass(rig, 10 * MINUTE);
    expect(connects(fake) - before).toBeGreaterThanOrEqual(9);
  });

  test('when one account can be reached again, the others are tried at once', async () => {
    const [a, b] = [createFakeUpstream(), createFakeUpstream()];
    const rig = await createRig({
      accounts: named({ A: a, B: b }),
    });
    await using _ = rig;
    await rig.settle();
    for (const fake of [a, b]) fake.goOffline();
    await pass(rig, 3 * HOUR);
    // B has just been tried in vain: by itself it would not be again for half a minute.
    const tried = connects(b);
    await rig.until('B is tried', () => connects(b) > tried, 100);
    const at = Date.now();
    for (const fake of [a, b]) fake.goOnline();
    await rig.during(rig.core.overview.syncNow('A'), 10);
    await rig.until(
      'both are back',
      () => state(rig, 'A')?.state === 'ready' && state(rig, 'B')?.state === 'ready',
      10,
    );
    expect(Date.now() - at).toBeLessThan(10_000);
  });

  test('ten failures of the network do not lengthen the first pause after a refused sign-in', async () => {
    const { fake, rig } = await account();
    await using _ = rig;
    fake.goOffline();
    await pass(rig, 3 * HOUR);
    fake.failNext('connect', new UpstreamError('auth', 'no', { serverText: 'Login fail' }));
    await rig.until('it is refused', () => state(rig)?.state === 'needsSignIn', 1_000);
    expect((state(rig)?.pausedUntil ?? 0) - Date.now()).toBeLessThanOrEqual(30 * MINUTE);
  });
});

describe('budgets', () => {
  test('most of the downloads used: nothing is fetched ahead, and what the user reads still is', async () => {
    const traits = { budgets: { downloadBytesPerDay: 120_000 } };
    const { fake, rig } = await account({ traits }, { prefetchDays: 3_650 }, 150);
    await using _ = rig;
    await rig.until('it is told', () => problemsOf(rig).length > 0, 100);
    expect(problemsOf(rig)[0]).toMatch(/^most of the day's downloads are used \(0 MB of 0 MB\)/);
    await pass(rig, 10 * MINUTE);
    const missing = rig.store.messages.withoutBody({ id: 1, accountId: 1 }, 0, 100);
    expect(missing.length).toBeGreaterThan(0);
    const uid = missing.at(-1)?.upstreamUid ?? 0;
    const bodies = () => fake.calls.filter(({ method }) => method === 'fetchBodies').length;
    const before = bodies();
    expect(await readBody(rig, 'INBOX', uid)).toContain('This is m');
    expect(bodies()).toBe(before + 1);
    expect(state(rig)).toMatchObject({ state: 'ready' });
  });

  test('all of them used: a pause that says until when, over a restart too, and then it goes on', async () => {
    const traits = { budgets: { downloadBytesPerDay: 15_000 } };
    const { fake, rig } = await account({ traits }, {}, 16);
    await using _ = rig;
    for (let uid = 1; uid <= 16; uid++) {
      const failed = await readBody(rig, 'INBOX', uid).then(
        () => false,
        () => true,
      );
      if (failed) break;
    }
    await rig.until(
      'it is told',
      () => problemsOf(rig).some((text) => /^the downloads of a day are used up/.test(text)),
      100,
    );
    expect(problemsOf(rig)).toContainEqual(
      expect.stringMatching(/^the downloads of a day are used up \(0 MB of 0 MB\), until .*\d\d:\d\d$/),
    );
    const { state: how, pausedUntil = 0 } = state(rig) ?? {};
    expect(how).toBe('throttled');
    const calls = asked(fake);
    await rig.restart();
    await pass(rig, 20 * MINUTE);
    expect(calls() > 0).toBe(Date.now() >= pausedUntil);
    await expect(sync(rig, true)).rejects.toThrow('used up');
    vi.setSystemTime(pausedUntil);
    await rig.until('it goes on', () => state(rig)?.state === 'ready', 1_000);
    await rig.until('the problem is over', () => !problemsOf(rig).some((text) => text.includes('used up')), 1_000);
  });

  test('uploads used up: a message waits here, told with its time; reading goes on', async () => {
    const { fake, rig } = await account({ traits: { budgets: { uploadBytesPerDay: 200_000 } } });
    await using _ = rig;
    await appendMail(rig, 'Drafts', `${mail('big')}${'x'.repeat(200_000)}\r\n`, NO_FLAGS);
    await rig.until('it is there', () => upstreamTokens(fake, 'Drafts').length === 1, 100);
    await appendMail(rig, 'Drafts', mail('small'), NO_FLAGS);
    await rig.until('it is told', () => problemsOf(rig).length > 0, 100);
    expect(problemsOf(rig)[0]).toMatch(
      /^changes are waiting to be carried out: the uploads of a day are used up .* until /,
    );
    expect(await readBody(rig, 'INBOX', 1)).toContain('This is m1.');
    expect(state(rig)?.state).toBe('ready');
    await pass(rig, 10 * MINUTE);
    expect(upstreamTokens(fake, 'Drafts')).toEqual(['big']);
    vi.setSystemTime(Date.now() + 24 * HOUR);
    await rig.until('a day later it is carried out', () => upstreamTokens(fake, 'Drafts').length === 2, 1_000);
    await rig.until('the problem is over', () => problemsOf(rig).length === 0, 100);
  });

  test('sign-ins: no more than the provider takes in a quarter of an hour', async () => {
    const { fake, rig } = await account({ traits: { budgets: { loginsPer15Minutes: 8 } } });
    await using _ = rig;
    const logins: number[] = [];
    fake.before = ({ method }) => void (method === 'connect' && logins.push(Date.now()));
    const end = Date.now() + HOUR;
    while (Date.now() < end) {
      fake.cut();
      await pass(rig, 20_000);
    }
    expect(logins.length).toBeGreaterThan(10);
    for (const at of logins)
      expect(logins.filter((other) => other >= at && other < at + 14 * MINUTE).length).toBeLessThanOrEqual(8);
  });
});
