// A mailbox that is numbered anew under a client (an account that was away at first start has come: DESIGN §5). Its old
// uids now mean other messages, or none: nothing may be done, and nothing told, by them (promises 1 and 3).
import { expect, it } from 'vitest';
import { flags } from '../support/fake-connector.js';
import { type Harness, startHarness } from '../support/harness.js';
import { messageBytes } from '../support/transcript.js';
import { waitUntil } from '../support/wait-until.js';

const start = () =>
  startHarness({
    awaited: 'QQ',
    accounts: [{ name: 'QQ', isDefault: true }, { name: 'Gmail' }],
    prepare: (fake) => {
      fake('QQ').create('Work');
      fake('QQ').deliver('INBOX', messageBytes('late'), { internalDate: 1_760_000_100 });
      fake('Gmail').deliver('INBOX', messageBytes('early'), { internalDate: 1_760_000_000 });
      fake('Gmail').goOffline();
    },
  });

/** INBOX shows "late" as uid 1; when Gmail has come, "early" is uid 1. */
async function numberAnew(harness: Harness): Promise<void> {
  const before = harness.mailbox('INBOX').uidValidity;
  harness.fake('Gmail').goOnline();
  await waitUntil('INBOX is numbered anew', () => harness.mailbox('INBOX').uidValidity > before);
}

it.each([
  ['UID STORE 1 +FLAGS (\\Flagged)'],
  ['STORE 1 +FLAGS (\\Flagged)'],
  ['UID COPY 1 Archive'],
  ['UID MOVE 1 Trash'],
  ['UID FETCH 1 (FLAGS ENVELOPE)'],
  ['UID FETCH 1 (FLAGS)'],
  ['UID FETCH 1 BODY[]'],
  ['UID SEARCH SUBJECT early'],
  ['EXPUNGE'],
  ['CLOSE'],
])('%s: says goodbye and does nothing', async (command) => {
  await using harness = await start();
  const client = await harness.login();
  await waitUntil(
    'the message of QQ is there',
    () => harness.core.reads.status(harness.mailbox('INBOX').id).messages === 1,
  );
  await client.ok('SELECT INBOX');
  await numberAnew(harness);
  client.send(`a1 ${command}\r\n`);
  expect(await client.line()).toMatch(/^\* BYE /);
  expect(await client.line()).toBeUndefined();
  await harness.settled();
  expect(harness.core.reads.status(harness.mailbox('Archive').id).messages).toBe(0);
  expect(harness.fake('Gmail').contents('INBOX')).toMatchObject([{ flags: flags() }]);
  expect(harness.fake('QQ').contents('INBOX')).toMatchObject([{ flags: flags() }]);
});

it('REPLACE: the mailbox is numbered anew while its message is on its way', async () => {
  await using harness = await start();
  const client = await harness.login();
  await waitUntil('QQ is there', () => harness.core.reads.status(harness.mailbox('INBOX').id).messages === 1);
  await client.ok('SELECT INBOX');
  const bytes = messageBytes('new');
  client.send(`a1 UID REPLACE 1 INBOX {${bytes.length}}\r\n`);
  expect(await client.line()).toMatch(/^\+/);
  await numberAnew(harness);
  client.sendBytes(bytes);
  client.send('\r\n');
  expect(await client.line()).toMatch(/^\* BYE /);
  await harness.settled();
  expect(harness.fake('Gmail').contents('INBOX')).toHaveLength(1);
  expect(harness.fake('QQ').contents('INBOX')).toHaveLength(1);
});
