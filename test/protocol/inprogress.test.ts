// Signs of life while a command takes long (RFC 9585), and none while it is the client that is waited for.
import { expect, it } from 'vitest';
import { startHarness } from '../support/harness.js';
import { messageBytes } from '../support/transcript.js';

it('says that a long command is still running, and stops with it', async () => {
  await using harness = await startHarness({
    accounts: [{ name: 'QQ' }],
    progressMs: 5,
    prepare: (fake) => fake('QQ').deliver('INBOX', messageBytes('one')),
  });
  const client = await harness.login();
  await client.ok('SELECT INBOX');
  const reads = harness.core.reads as {
    -readonly [K in keyof typeof harness.core.reads]: (typeof harness.core.reads)[K];
  };
  const { search } = reads;
  let go: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  reads.search = async (...args) => {
    await gate;
    return search(...args);
  };
  client.send('long SEARCH ALL\r\n');
  expect(await client.line()).toBe('* OK [INPROGRESS ("long" NIL NIL)] still at work');
  expect(await client.line()).toBe('* OK [INPROGRESS ("long" NIL NIL)] still at work');
  go();
  const rest: string[] = [];
  while (!rest.at(-1)?.startsWith('long ')) rest.push((await client.line()) ?? 'long: the connection ended');
  expect(rest.filter((line) => !line.includes('INPROGRESS'))).toEqual(['* SEARCH 1', 'long OK SEARCH completed']);
  client.send('idle IDLE\r\n');
  expect(await client.line()).toBe('+ idling');
  await new Promise((resolve) => setTimeout(resolve, 50));
  client.send('DONE\r\n');
  expect(await client.line()).toBe('idle OK IDLE completed');
});
