// A provider that keeps its connections open and says nothing: clients hear of it soon, once, and are not held up again.
import { expect, test } from 'vitest';
import { createRig, type Rig, useVirtualTime } from '../../../support/core-harness.js';
import { mail } from '../../../support/core-mail.js';
import { createFakeUpstream, type FakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

const TEXT = 'A does not answer now; what is cached can still be read';

/** Everything it is asked from now on stays without an answer, until released. */
function hang(fake: FakeUpstream): () => void {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  fake.before = () => released;
  return () => {
    fake.before = undefined;
    release();
  };
}

/** What became of reading the message's bytes, and how long that took. */
async function readBody(rig: Rig, uid: number): Promise<{ outcome: string; ms: number }> {
  const since = Date.now();
  const outcome = async () => {
    for await (const { body, error } of rig.core.reads.bodies(
      rig.idOf('INBOX'),
      Uint32Array.of(uid),
      new AbortController().signal,
    ))
      return body ? 'read' : (error as Error).message;
    return 'nothing';
  };
  const told = await rig.during(outcome(), 100);
  return { outcome: told, ms: Date.now() - since };
}

const stateOf = (rig: Rig) => rig.core.overview.accounts()[0]?.state;

test.each([
  ['a connection for reads', 3],
  ['reads between the other work', 2],
])('%s: refused within 20 s, at once thereafter, and read when it answers again', async (_, maxConnections) => {
  const fake = createFakeUpstream({ traits: { maxConnections } });
  for (let i = 1; i <= 6; i++) fake.deliver('INBOX', mail(`m${i}`));
  await using rig = await createRig({ accounts: [{ name: 'A', fake }], prefetchDays: 0 });
  await rig.settle();
  const release = hang(fake);
  const reads = await Promise.all([readBody(rig, 1), readBody(rig, 2)]);
  expect(reads.map(({ outcome }) => outcome)).toEqual([TEXT, TEXT]);
  for (const { ms } of reads) expect(ms).toBeLessThan(22_000);
  expect(stateOf(rig)).toBe('offline');
  for (const uid of [1, 3, 4]) {
    const { outcome, ms } = await readBody(rig, uid);
    expect([uid, outcome]).toEqual([uid, TEXT]);
    expect(ms).toBeLessThan(2_200);
  }
  release();
  await rig.until('it answers again', () => stateOf(rig) !== 'offline', 200);
  expect((await readBody(rig, 5)).outcome).toBe('read');
});

test('what others are asked, and do not answer, is no reason to wait: connecting anew counts too', async () => {
  const fake = createFakeUpstream();
  for (let i = 1; i <= 3; i++) fake.deliver('INBOX', mail(`m${i}`));
  await using rig = await createRig({ accounts: [{ name: 'A', fake }], prefetchDays: 0 });
  await rig.settle();
  const release = hang(fake);
  fake.cut();
  const { outcome, ms } = await readBody(rig, 1);
  expect(outcome).toBe(TEXT);
  expect(ms).toBeLessThan(22_000);
  release();
  await rig.until('it answers again', () => stateOf(rig) === 'ready', 200);
});
