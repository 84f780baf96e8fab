// A large APPEND goes to disk as it comes: a disk that is slow is waited for, and the client with it.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Actions } from '../../src/core/core.js';
import { startHarness } from '../support/harness.js';

const SIZE = 49_000_000;

it('a client is not read while the disk does not take what has come', async () => {
  await using harness = await startHarness({ accounts: [{ name: 'QQ' }] });
  const actions = harness.core.actions as { -readonly [K in keyof Actions]: Actions[K] };
  const { spool } = actions;
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let taken = 0;
  let underWay = 0;
  let mostUnderWay = 0;
  actions.spool = (sizeBytes) => {
    const writer = spool(sizeBytes);
    return {
      ...writer,
      write: async (chunk) => {
        underWay += chunk.byteLength;
        mostUnderWay = Math.max(mostUnderWay, underWay);
        await released;
        await writer.write(chunk);
        taken += chunk.byteLength;
        underWay -= chunk.byteLength;
      },
    };
  };
  const client = await harness.login();
  const message = `Subject: big\r\n\r\n${'x'.repeat(SIZE - 16)}`;
  const tag = client.start(`APPEND Drafts {${SIZE}+}\r\n${message}`);
  // What the operating system takes on the way is bounded, and so is what the gateway reads ahead: the rest stays there.
  const sent = () => client.socket.bytesWritten - client.socket.writableLength;
  for (let before = -1, still = 0; still < 20; before = sent()) {
    still = sent() === before ? still + 1 : 0;
    await sleep(10);
  }
  expect(client.socket.writableLength).toBeGreaterThan(SIZE / 2);
  expect(taken).toBe(0);
  release();
  expect((await client.finish(tag)).status).toMatch(/^OK \[APPENDUID/);
  expect(taken).toBe(SIZE);
  // Never more than one piece of a socket's at a time.
  expect(mostUnderWay).toBeLessThanOrEqual(256 * 1024);
  expect(await client.ok('STATUS Drafts (MESSAGES)')).toEqual(['* STATUS "Drafts" (MESSAGES 1)']);
});
