// Commands on more messages than one transaction takes: to the client they are one.
import { expect, it } from 'vitest';
import { SystemFlag } from '../../src/mail/flags.js';
import { startHarness } from '../support/harness.js';
import type { ImapClient } from '../support/imap-client.js';
import { messageBytes } from '../support/transcript.js';

const MANY = 1_234;

const start = () =>
  startHarness({
    accounts: [{ name: 'QQ', isDefault: true }],
    prepare: (fake) => {
      fake('QQ').create('Work');
      for (let i = 1; i <= MANY; i++)
        fake('QQ').deliver('INBOX', messageBytes(`m${i}`), { internalDate: 1_760_000_000 + i });
    },
  });

const countIn = async (client: ImapClient, path: string) => (await client.ok(`STATUS ${path} (MESSAGES)`))[0];

it('MOVE: one COPYUID for all, before the EXPUNGEs; another client sees them go', async () => {
  await using harness = await start();
  const [client, watcher] = [await harness.login(), await harness.login()];
  await client.ok('SELECT INBOX');
  await watcher.ok('SELECT INBOX');
  const { untagged } = await client.command(`UID MOVE 10:${MANY} QQ/Work`);
  expect(untagged[0]).toMatch(new RegExp(`^\\* OK \\[COPYUID \\d+ 10:${MANY} 1:${MANY - 9}\\]`));
  expect(untagged.filter((line) => / EXPUNGE$/.test(line))).toHaveLength(MANY - 9);
  expect((await watcher.ok('NOOP')).filter((line) => / EXPUNGE$/.test(line))).toHaveLength(MANY - 9);
  expect(await countIn(client, 'QQ/Work')).toBe(`* STATUS "QQ/Work" (MESSAGES ${MANY - 9})`);
  await harness.settled();
  expect(harness.fake('QQ').contents('Work')).toHaveLength(MANY - 9);
});

it('EXPUNGE takes all that is marked, UID EXPUNGE no more than it is told, CLOSE the rest', async () => {
  await using harness = await start();
  const client = await harness.login();
  await client.ok('SELECT QQ/INBOX');
  await client.ok('STORE 1:* +FLAGS.SILENT (\\Deleted)');
  await client.ok('UID STORE 7 -FLAGS.SILENT (\\Deleted)');
  const some = await client.ok('UID EXPUNGE 1:600,602');
  expect(some.filter((line) => / EXPUNGE$/.test(line))).toHaveLength(600);
  expect(await client.ok('UID SEARCH UID 1:610')).toContain('* SEARCH 7 601 603 604 605 606 607 608 609 610');
  const rest = await client.ok('EXPUNGE');
  expect(rest.filter((line) => / EXPUNGE$/.test(line))).toHaveLength(MANY - 601);
  expect(await client.ok('UID SEARCH ALL')).toContain('* SEARCH 7');
  await harness.settled();
  expect(harness.fake('QQ').contents('INBOX')).toHaveLength(1);
});

it('CLOSE expunges them all', async () => {
  await using harness = await start();
  const client = await harness.login();
  await client.ok('SELECT QQ/INBOX');
  await client.ok('STORE 2:* +FLAGS.SILENT (\\Deleted)');
  expect(await client.ok('CLOSE')).toEqual([]);
  expect(await countIn(client, 'QQ/INBOX')).toBe('* STATUS "QQ/INBOX" (MESSAGES 1)');
});

it('STORE: one answer a message, a conditional one with a single MODIFIED; another client is told the same', async () => {
  await using harness = await start();
  const [client, watcher] = [await harness.login(), await harness.login()];
  await client.ok('ENABLE CONDSTORE');
  await client.ok('SELECT INBOX');
  await watcher.ok('SELECT INBOX');
  const told = await client.ok('STORE 1:* +FLAGS (\\Flagged)');
  expect(told.filter((line) => / FETCH \(UID \d+ FLAGS \(\\Flagged .*MODSEQ/.test(line))).toHaveLength(MANY);
  expect((await watcher.ok('NOOP')).filter((line) => / FETCH /.test(line))).toHaveLength(MANY);
  const modseq = Number(/HIGHESTMODSEQ (\d+)/.exec((await client.ok('STATUS INBOX (HIGHESTMODSEQ)'))[0] ?? '')?.[1]);
  await watcher.ok('STORE 3,700 +FLAGS.SILENT (\\Answered)');
  const { status } = await client.command(`UID STORE 1:* (UNCHANGEDSINCE ${modseq}) +FLAGS.SILENT (\\Seen)`);
  expect(status).toMatch(/^OK \[MODIFIED 3,700\]/);
  await harness.settled();
  const seen = harness
    .fake('QQ')
    .contents('INBOX')
    .filter(({ flags }) => flags.system & SystemFlag.Seen);
  expect(seen).toHaveLength(MANY - 2);
});
