import { expect, test } from 'vitest';
import { startHarness } from '../../../support/harness.js';

const MESSAGE = 'From: a@a.test\r\nSubject: across\r\nMessage-ID: <across@a.test>\r\n\r\nbody\r\n';

test.each([2, 3])('moves between accounts where the provider grants %i connections', async (maxConnections) => {
  await using harness = await startHarness({
    accounts: [{ name: 'QQ', upstream: { traits: { maxConnections } } }, { name: 'Gmail' }],
    prefetchDays: 0,
    prepare: (fake) => {
      fake('QQ').deliver('INBOX', MESSAGE);
      fake('Gmail').create('Receipts');
    },
  });
  const client = await harness.login();
  await client.ok('SELECT INBOX');
  // The body is not here yet: it is fetched by the very connection that carries the journal when there is no third.
  await client.ok('MOVE 1 Gmail/Receipts');
  await harness.settled();
  expect(harness.fake('Gmail').contents('Receipts')).toHaveLength(1);
  expect(harness.fake('QQ').contents('INBOX')).toHaveLength(0);
});
