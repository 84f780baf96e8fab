// New mail is found within a poll's time even where IDLE tells nothing and everything else of the account is stuck.
import { expect, test } from 'vitest';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, shownTokens } from '../../../support/core-mail.js';
import { createFakeUpstream, type FakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

const POLL_MS = 60_000;

/** What is fetched ahead never arrives, so that the account's own polling waits for it for ever. */
function stuck(fake: FakeUpstream): () => void {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  fake.before = ({ method }) => (method === 'fetchBodies' ? released : undefined);
  return release;
}

test.each([
  ['IDLE that tells nothing', { silentIdle: true }],
  ['no IDLE', { idle: false }],
])('%s: new mail is shown within a minute', async (_, options) => {
  const fake = createFakeUpstream(options);
  fake.deliver('INBOX', mail('m1'));
  const release = stuck(fake);
  const rig = await createRig({ accounts: [{ name: 'A', fake }], prefetchDays: 3_650 });
  await rig.until('bodies are fetched', () => fake.calls.some(({ method }) => method === 'fetchBodies'), 10);
  await rig.until('IDLE', () => fake.calls.some(({ method }) => method === 'waitForChange'), 10);
  for (let i = 2; i <= 4; i++) {
    fake.deliver('INBOX', mail(`m${i}`));
    const since = Date.now();
    await rig.until('it is shown', () => shownTokens(rig, 'INBOX').length === i, 500);
    expect(Date.now() - since).toBeLessThanOrEqual(POLL_MS + 10_000);
  }
  release();
  await rig[Symbol.asyncDispose]();
});

test('a look without news does not read the flags of all messages again', async () => {
  const fake = createFakeUpstream({ condstore: false });
  for (let i = 1; i <= 20; i++) fake.deliver('INBOX', mail(`m${i}`));
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  await using _ = rig;
  const count = (method: string) => fake.calls.filter((call) => call.method === method).length;
  const [looks, scans] = [count('waitForChange'), count('fetchFlags')];
  await rig.until('ten looks', () => count('waitForChange') - looks >= 10, 500);
  // Those of the polls, every three minutes in each of six mailboxes.
  expect(count('fetchFlags') - scans).toBeLessThanOrEqual(5 * 1);
});
