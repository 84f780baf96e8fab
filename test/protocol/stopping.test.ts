// The gateway stops while clients are connected.
import { expect, it } from 'vitest';
import { startHarness } from '../support/harness.js';
import type { ImapClient } from '../support/imap-client.js';
import { messageBytes } from '../support/transcript.js';

const SIZE = 45_000_000;

const rest = async (client: ImapClient): Promise<string> => {
  let text = '';
  for (let line = await client.line(); line !== undefined; line = await client.line()) text += `${line}\r\n`;
  return text + client.unread;
};

it('says goodbye between answers, never inside one: a client would take it for the message', async () => {
  await using harness = await startHarness({
    accounts: [{ name: 'QQ' }],
    prepare: (fake) => {
      const large = Buffer.concat([messageBytes('large'), Buffer.from('0123456789abcdef\r\n'.repeat(SIZE / 18))]);
      fake('QQ').deliver('INBOX', large);
    },
  });
  const [idle, waiting, reading] = [await harness.login(), await harness.login(), await harness.login()];
  await idle.ok('SELECT INBOX');
  idle.send('i1 IDLE\r\n');
  expect(await idle.line()).toBe('+ idling');
  await reading.ok('SELECT INBOX');
  reading.send('r1 FETCH 1 BODY.PEEK[]\r\n');
  expect(await reading.line()).toMatch(/^\* 1 FETCH \(BODY\[\] \{\d+\}$/);
  reading.socket.pause();
  // The server has filled every buffer and waits, in the middle of the literal.
  for (let i = 0; i < 1_000; i++) await waiting.ok('NOOP');
  const stopped = harness.server[Symbol.asyncDispose]();
  reading.socket.resume();
  expect(await rest(idle)).toBe('* BYE the gateway is stopping\r\n');
  expect(await rest(waiting)).toBe('* BYE the gateway is stopping\r\n');
  const received = await rest(reading);
  expect(received.length).toBeLessThan(SIZE);
  expect(received).not.toContain('BYE');
  await stopped;
});
