// A client that asks for news and does not read: what is remembered for it has a limit (RFC 5465 §5.8).
import { expect, it } from 'vitest';
import { startHarness } from '../support/harness.js';

it('tells a client that it has missed some, and nothing more', async () => {
  await using harness = await startHarness({ accounts: [{ name: 'QQ' }] });
  const client = await harness.login();
  await client.ok('NOTIFY SET (personal (ServerMetadataChange))');
  const { annotations } = harness.core;
  const change = (round: number, value: Uint8Array | undefined) =>
    annotations.set(
      undefined,
      Array.from({ length: 50 }, (_, i) => ({ entry: `/private/r${round}/${i}`, value })),
    );
  // All in one go, before anything can be told.
  for (let round = 0; round < 30; round++) {
    change(round, Buffer.from('x'));
    change(round, undefined);
  }
  expect(await client.line()).toMatch(/^\* OK \[NOTIFICATIONOVERFLOW\]/);
  change(99, Buffer.from('x'));
  expect((await client.command('NOOP')).untagged).toEqual([]);
  // It can ask again.
  await client.ok('NOTIFY SET (personal (ServerMetadataChange))');
  annotations.set(undefined, [{ entry: '/private/more', value: Buffer.from('x') }]);
  expect(await client.line()).toBe('* METADATA "" /private/more');
});
