// Signs of life while a command takes long (RFC 9585), and none while it is the client that is waited for.
import { expect, it } from 'vitest';
import { startHarness } from '../support/harness.js';
import { gate, replaceSearch } from '../support/slow-reads.js';
import { messageBytes } from '../support/transcript.js';

it('says that a long command is still running, and stops with it', async () => {
  await using harness = await startHarness({
    accounts: [{ name: 'QQ' }],
    progressMs: 5,
    prepare: (fake) => fake('QQ').deliver('INBOX', messageBytes('one')),
  });
  const client = await harness.login();
  await client.ok('SELECT INBOX');
  const { open, passed } = gate();
  replaceSearch(harness, async (search, ...args) => {
    await passed;
    return search(...args);
  });
  client.send('long SEARCH ALL\r\n');
  expect(await client.line()).toBe('* OK [INPROGRESS ("long" NIL NIL)] still at work');
  expect(await client.line()).toBe('* OK [INPROGRESS ("long" NIL NIL)] still at work');
  open();
  const rest: string[] = [];
  while (!rest.at(-1)?.startsWith('long ')) rest.push((await client.line()) ?? 'long: the connection ended');
  expect(rest.filter((line) => !line.includes('INPROGRESS'))).toEqual(['* SEARCH 1', 'long OK SEARCH completed']);
  client.send('idle IDLE\r\n');
  expect(await client.line()).toBe('+ idling');
  await new Promise((resolve) => setTimeout(resolve, 50));
  client.send('DONE\r\n');
  expect(await client.line()).toBe('idle OK IDLE completed');
});
