// The clock is set by days, back and forward, while the gateway runs and between two runs: nothing waits for the old time.
import { expect, test, vi } from 'vitest';
import { UpstreamError } from '../../../src/mail/errors.js';
import { NO_FLAGS, SystemFlag } from '../../../src/mail/flags.js';
import type { DeliveryReceipt } from '../../../src/upstream/connector.js';
import { createRig, type Rig, useVirtualTime } from '../../support/core-harness.js';
import { appendMail, mail, one, upstreamTokens } from '../../support/core-mail.js';
import { createFakeUpstream } from '../../support/fake-connector.js';

useVirtualTime();

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const setClock = (ms: number) => vi.setSystemTime(Date.now() + ms);
/** Nothing takes longer than this once its cause is gone, whatever the clock says. */
const soon = async (rig: Rig, what: string, condition: () => boolean) => {
  const began = performance.now();
  await rig.until(what, condition);
  expect(performance.now() - began).toBeLessThan(HOUR);
};

async function account() {
  const fake = createFakeUpstream();
  fake.deliver('INBOX', mail('m1'));
  const line = { fails: false };
  const sent: string[] = [];
  const submitter = {
    submit: async ({ rcptTo }: { rcptTo: readonly string[] }): Promise<DeliveryReceipt> => {
      if (line.fails) throw new UpstreamError('transient', '451 later', { replyCode: 451, serverText: '451 later' });
      sent.push(...rcptTo);
      return { accepted: [...rcptTo], rejected: [], serverText: '250 ok' };
    },
  };
  const rig = await createRig({ accounts: [{ name: 'A', fake, submitter, savesSent: true }] });
  await rig.settle();
  return { fake, rig, line, sent };
}
const flag = (rig: Rig) =>
  rig.core.actions.storeFlags(rig.idOf('INBOX'), {
    uids: one(1),
    operation: 'add',
    flags: { system: SystemFlag.Flagged, keywords: [] },
  });
async function submit(rig: Rig) {
  const spool = rig.core.outbox.spool(100);
  await spool.write(Buffer.from(mail('sent', 'a@example.org')));
  const request = { mailFrom: 'a@example.org', rcptTo: ['b@example.org'], eightBit: false, smtpUtf8: false };
  return rig.during(rig.core.outbox.submit({ ...request, message: await spool.finish() }));
}
const owed = (rig: Rig) => rig.core.overview.accounts()[0]?.journalDepth;

test.each([-3 * DAY, 3 * DAY])(
  'set by %d ms while a change is put off: it is carried out all the same',
  async (jump) => {
    const { fake, rig } = await account();
    await using _ = rig;
    let fails = true;
    fake.before = ({ method }) => {
      if (method === 'storeFlags' && fails) throw new UpstreamError('transient', 'not now');
    };
    flag(rig);
    await rig.until('it was tried', () => rig.store.journal.head(1, 1)[0]?.attempts === 3);
    setClock(jump);
    fails = false;
    await soon(rig, 'it is carried out', () => owed(rig) === 0);
  },
);

test('set back by days between two runs: changes and messages put off are due within their longest pause', async () => {
  const { fake, rig, line, sent } = await account();
  await using _ = rig;
  line.fails = true;
  await submit(rig);
  fake.goOffline();
  await appendMail(rig, 'A/Drafts', mail('draft'), NO_FLAGS);
  await rig.until('it was tried', () => (rig.store.journal.head(1, 1)[0]?.attempts ?? 0) > 3);
  setClock(-30 * DAY);
  line.fails = false;
  await rig.restart();
  fake.goOnline();
  await rig.during(new Promise<void>((done) => setTimeout(done, 10_000)));
  // At once: nobody works meanwhile.
  vi.advanceTimersByTime(DAY);
  await soon(rig, 'both have gone', () => sent.length > 0 && owed(rig) === 0);
  expect(upstreamTokens(fake, 'Drafts')).toEqual(['draft']);
});

test.each([-3 * DAY, 3 * DAY])('set by %d ms while a message waits: sent once, and not given up', async (jump) => {
  const { fake, rig, line, sent } = await account();
  await using _ = rig;
  line.fails = true;
  await submit(rig);
  setClock(jump);
  const tries = () => rig.submissions.unfinished()[0]?.attempts ?? 0;
  await rig.until('it was tried again', () => tries() >= 2);
  expect(rig.submissions.counts()).toEqual({ queued: 1, failed: 0 });
  line.fails = false;
  await soon(rig, 'it is sent', () => sent.length > 0);
  expect(sent).toEqual(['b@example.org']);
  expect(upstreamTokens(fake, 'INBOX')).toEqual(['m1']);
});

test.each([
  ['while it runs', false],
  ['between two runs', true],
])('400 days forward %s: a message that was tried often has its three days all the same', async (_, isOff) => {
  const { fake, rig, line, sent } = await account();
  await using _rig = rig;
  line.fails = true;
  await submit(rig);
  const tries = () => rig.submissions.unfinished()[0]?.attempts ?? 0;
  // By a server that cannot be reached, within minutes.
  rig.store.database.sqlite.exec('UPDATE submissions SET attempts = 6, nextAttemptAt = 0');
  if (isOff) await rig.restart({}, () => setClock(400 * DAY));
  else setClock(400 * DAY);
  await rig.until('it was tried again', () => tries() >= 7);
  await rig.until('and that has ended', () => rig.submissions.unfinished()[0]?.state !== 'sending');
  expect(rig.submissions.counts()).toEqual({ queued: 1, failed: 0 });
  vi.advanceTimersByTime(3 * DAY + HOUR);
  await soon(rig, 'it is given up in the end', () => rig.submissions.counts().failed === 1);
  expect(sent).toEqual([]);
  // Of which the user is told.
  await rig.until('the report is in INBOX', () => rig.core.reads.snapshot(rig.idOf('INBOX')).uids.length === 2);
  expect(upstreamTokens(fake, 'Sent')).toEqual([]);
});

test.each([-3 * DAY, 3 * DAY])('set by %d ms: new mail and changed flags come as before', async (jump) => {
  const { fake, rig } = await account();
  await using _ = rig;
  setClock(jump);
  fake.create('Other');
  fake.deliver('INBOX', mail('m2'));
  await soon(rig, 'the new message is here', () => rig.core.reads.snapshot(rig.idOf('INBOX')).uids.length === 2);
  await soon(rig, 'the next poll has come', () => rig.core.mailboxes.find('A/Other') !== undefined);
});

test('set back by days while the provider wants a pause: it is as long as it was', async () => {
  const { fake, rig } = await account();
  await using _ = rig;
  let isThrottled = true;
  fake.before = ({ method }) => {
    if (method === 'connect' && isThrottled) throw new UpstreamError('transient', 'wait', { retryAfterMs: 600_000 });
  };
  fake.cut();
  await rig.until('it pauses', () => rig.core.overview.accounts()[0]?.state === 'throttled');
  setClock(-3 * DAY);
  isThrottled = false;
  await soon(rig, 'it goes on', () => rig.core.overview.accounts()[0]?.state === 'ready');
});
