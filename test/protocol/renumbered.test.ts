// An upstream that gave its messages new uids (a new UIDVALIDITY, routine on QQ) while actions were owed to it: what was
// meant for one message must never reach another (promise 3), and no message may show another's header.
import { expect, it } from 'vitest';
import { UpstreamError } from '../../src/mail/errors.js';
import { flags } from '../support/fake-connector.js';
import { type Harness, startHarness } from '../support/harness.js';
import { inTime } from '../support/in-time.js';
import { messageBytes } from '../support/transcript.js';

const SUBJECTS = ['one', 'two', 'three', 'four'];

const start = () =>
  startHarness({
    accounts: [{ name: 'QQ', isDefault: true }],
    prepare: (fake) => {
      fake('QQ').create('Work');
      SUBJECTS.forEach((subject, i) => {
        fake('QQ').deliver('INBOX', messageBytes(subject), { internalDate: 1_760_000_000 + i });
      });
    },
  });

const subjectsIn = (harness: Harness, path: string): string[] =>
  harness
    .fake('QQ')
    .contents(path)
    .map(({ bytes }) => /^Subject: (.*)\r$/m.exec(Buffer.from(bytes).toString())?.[1] ?? '');

/** The journal gets its turn first: nothing is matched again before something was written, or for longer than a retry takes. */
function holdMatching(harness: Harness): Promise<void> {
  const fake = harness.fake('QQ');
  const writes = new Set(['storeFlags', 'move', 'copy', 'expunge']);
  let isHeld = true;
  let wake: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    wake = resolve;
    setTimeout(resolve, 2_500);
  }).then(() => {
    isHeld = false;
  });
  fake.before = ({ method }) => {
    if (writes.has(method)) wake();
    // The account's look round fails and leaves its connection free; the watcher's own waits.
    if (method === 'listMailboxes' && isHeld) throw new UpstreamError('transient', 'not yet');
    return method === 'uids' ? over : undefined;
  };
  return over;
}

/** Acts while the upstream is away; it comes back without "one", and the others have moved up to other uids. */
async function renumberedMeanwhile(harness: Harness, command: string): Promise<void> {
  const client = await harness.login();
  await client.ok('SELECT INBOX');
  const fake = harness.fake('QQ');
  fake.goOffline();
  for (const line of command.split('\n')) await client.ok(line);
  fake.expunge('INBOX', 1);
  fake.resetUidValidity('INBOX', 1);
  const over = holdMatching(harness);
  fake.goOnline();
  await over;
  await inTime(harness.core.overview.syncNow(undefined), 'the account is not synchronised again');
  await harness.settled();
}

it('expunges the message that was meant', async () => {
  await using harness = await start();
  await renumberedMeanwhile(harness, 'UID STORE 2 +FLAGS (\\Deleted)\nEXPUNGE');
  expect(subjectsIn(harness, 'INBOX')).toEqual(['three', 'four']);
});

it('moves the message that was meant', async () => {
  await using harness = await start();
  await renumberedMeanwhile(harness, 'UID MOVE 2 QQ/Work');
  expect(subjectsIn(harness, 'INBOX')).toEqual(['three', 'four']);
  expect(subjectsIn(harness, 'Work')).toEqual(['two']);
});

it('copies the message that was meant', async () => {
  await using harness = await start();
  await renumberedMeanwhile(harness, 'UID COPY 2 QQ/Work');
  expect(subjectsIn(harness, 'INBOX')).toEqual(['two', 'three', 'four']);
  expect(subjectsIn(harness, 'Work')).toEqual(['two']);
});

it('flags the message that was meant', async () => {
  await using harness = await start();
  await renumberedMeanwhile(harness, 'UID STORE 2 +FLAGS (\\Flagged)');
  const flagged = harness
    .fake('QQ')
    .contents('INBOX')
    .filter(({ flags: { system } }) => system & flags('\\Flagged').system);
  expect(flagged.map(({ bytes }) => /^Subject: (.*)\r$/m.exec(Buffer.from(bytes).toString())?.[1])).toEqual(['two']);
});
