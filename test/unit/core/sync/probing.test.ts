// When a server is tried out: once, after a week, and when it is another one.
import { expect, test, vi } from 'vitest';
import type { LaneSession } from '../../../../src/core/sync/lane.js';
import { createProbing } from '../../../../src/core/sync/probing.js';
import { silentLogger } from '../../../../src/lib/logger.js';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { openDatabase } from '../../../../src/store/database.js';
import { createStore } from '../../../../src/store/store.js';
import { createLiveTraits } from '../../../../src/upstream/imap/live-traits.js';
import type { ProbeFacts } from '../../../../src/upstream/profile.js';
import { GENERIC_TRAITS } from '../../../../src/upstream/providers/index.js';
import { useVirtualTime } from '../../../support/core-harness.js';

useVirtualTime();

const DAY = 24 * 3_600_000;

/** A server that is tried out with this result; `start` is a start of the gateway. */
function server() {
  const store = createStore(openDatabase(':memory:'));
  const { id: accountId } = store.accounts.upsert({ name: 'A', address: 'a@example.org', provider: 'generic' });
  const source = { accountId, path: ['INBOX'], role: 'inbox', selectable: true, present: true } as const;
  const inbox = store.sources.insert(source);
  const upstream = {
    greeting: '* OK Dovecot ready.',
    result: { sample: 3, condstore: 'right' } as ProbeFacts | UpstreamError,
    tries: 0,
    start: () => {
      const live = createLiveTraits(GENERIC_TRAITS);
      const probing = createProbing({ probes: store.probes, accountId, profile: live.profile, logger: silentLogger });
      const probe = async () => {
        upstream.tries++;
        if (upstream.result instanceof UpstreamError) throw upstream.result;
        live.note(upstream.result);
      };
      const lane = { select: async () => ({}), session: { probe } } as unknown as LaneSession;
      return {
        traits: live.traits,
        note: live.note,
        look: () => {
          live.learn({ greeting: upstream.greeting, id: {}, words: ['IMAP4REV1', 'CONDSTORE'] });
          return probing.ifDue(lane, inbox);
        },
      };
    },
    stored: () => store.probes.get(accountId)?.facts as ProbeFacts | undefined,
  };
  return upstream;
}

test('once, and not at the next start; after a week again', async () => {
  const upstream = server();
  const first = upstream.start();
  await first.look();
  await first.look();
  expect([upstream.tries, upstream.stored()?.condstore]).toEqual([1, 'right']);
  await upstream.start().look();
  expect(upstream.tries).toBe(1);
  vi.setSystemTime(Date.now() + 7 * DAY);
  await upstream.start().look();
  expect(upstream.tries).toBe(2);
});

test('at once when the server greets differently; numbers and names of machines are no difference', async () => {
  const upstream = server();
  upstream.result = { sample: 3, condstore: 'wrong', searchText: 'wrong' };
  await upstream.start().look();
  upstream.greeting = '* OK Dovecot ready.';
  await upstream.start().look();
  expect(upstream.tries).toBe(1);
  upstream.greeting = '* OK Cyrus IMAP mail17.example.org server ready';
  upstream.result = { sample: 3, condstore: 'right' };
  const next = upstream.start();
  expect(next.traits.searchTrusted).toBe(false);
  expect(await next.look()).toBe(true);
  // What was found out about the other server is forgotten.
  expect([upstream.tries, next.traits.searchTrusted, upstream.stored()?.searchText]).toEqual([2, true, undefined]);
  upstream.greeting = '* OK Cyrus IMAP mail18.example.org server ready';
  await upstream.start().look();
  expect(upstream.tries).toBe(2);
});

test('connections are made anew when what they were made with does not hold', async () => {
  const upstream = server();
  expect(await upstream.start().look()).toBe(false);
  vi.setSystemTime(Date.now() + 7 * DAY);
  upstream.result = { sample: 3, condstore: 'wrong' };
  const next = upstream.start();
  expect([await next.look(), next.traits.trustsCondstore]).toEqual([true, false]);
});

test('a trial that fails, or that an empty INBOX leaves nothing for, is made again an hour later', async () => {
  const upstream = server();
  const run = upstream.start();
  upstream.result = new UpstreamError('transient', 'lost');
  expect(await run.look()).toBe(false);
  upstream.result = { sample: 0 };
  await run.look();
  expect(upstream.tries).toBe(1);
  vi.setSystemTime(Date.now() + DAY);
  await run.look();
  expect([upstream.tries, upstream.stored()]).toEqual([2, undefined]);
  vi.setSystemTime(Date.now() + DAY);
  upstream.result = { sample: 1 };
  await run.look();
  expect([upstream.tries, upstream.stored()?.sample]).toEqual([3, 1]);
});

test('what is seen in use is written down with the rest', async () => {
  const upstream = server();
  const run = upstream.start();
  await run.look();
  run.note({ idle: ['exists'] });
  await run.look();
  expect([upstream.tries, upstream.stored()?.idle]).toEqual([1, ['exists']]);
});
