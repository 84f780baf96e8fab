// Results that are kept up to date (RFC 5267) when bringing them up to date takes long, or fails.
import { expect, it } from 'vitest';
import { startHarness } from '../support/harness.js';
import { gate, replaceSearch } from '../support/slow-reads.js';
import { messageBytes } from '../support/transcript.js';

async function withResults() {
  const harness = await startHarness({
    accounts: [{ name: 'QQ' }],
    prepare: (fake) => fake('QQ').deliver('INBOX', messageBytes('one')),
  });
  const [client, other] = [await harness.login(), await harness.login()];
  for (const each of [client, other]) await each.ok('SELECT INBOX');
  await client.ok('SEARCH RETURN (UPDATE) UNSEEN');
  return { harness, client, other };
}

it('IDLE ends after what it is telling, not in the middle of it', async () => {
  const { harness, client, other } = await withResults();
  await using _ = harness;
  const { open, passed } = gate();
  const asked = gate();
  replaceSearch(harness, async (search, ...args) => {
    asked.open();
    await passed;
    return search(...args);
  });
  client.send('idle IDLE\r\n');
  expect(await client.line()).toBe('+ idling');
  await other.ok('STORE 1 +FLAGS (\\Seen)');
  await asked.passed;
  client.send('DONE\r\nnext NOOP\r\n');
  // The command behind it has been read, and has to wait.
  await new Promise((resolve) => setTimeout(resolve, 20));
  open();
  const lines: string[] = [];
  while (!lines.at(-1)?.startsWith('next ')) lines.push((await client.line()) ?? 'next: the connection ended');
  expect(lines).toEqual([
    '* 1 FETCH (UID 1 FLAGS (\\Seen $acct_qq))',
    expect.stringMatching(/^\* ESEARCH \(TAG ".*"\) REMOVEFROM \(0 1\)$/),
    'idle OK IDLE completed',
    'next OK NOOP completed',
  ]);
});

it('results that cannot be updated any more end; the command that changed the mailbox is done all the same', async () => {
  const { harness, client } = await withResults();
  await using _ = harness;
  replaceSearch(harness, () => Promise.reject(new Error('out of order')));
  const { status, untagged } = await client.command('STORE 1 +FLAGS (\\Seen)');
  expect(status).toBe('OK STORE completed');
  expect(untagged.at(-1)).toMatch(/^\* NO \[NOUPDATE ".*"\] these results cannot be updated any more$/);
  expect((await client.command('NOOP')).status).toBe('OK NOOP completed');
});
