// Sending (DESIGN §9, promise 4): one send, one copy, whatever happens between.
import { describe, expect, test, vi } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import type { DeliveryReceipt, OutgoingMessage, Submitter } from '../../../../src/upstream/connector.js';
import { createRig, type Rig, type RigAccount, useVirtualTime } from '../../../support/core-harness.js';
import { appendMail, mail, problemsOf, shownTokens, tokenOf, upstreamTokens } from '../../../support/core-mail.js';
import { createFakeUpstream, flags } from '../../../support/fake-connector.js';

useVirtualTime();

type Answer = Error | 'never' | undefined;

/** A submission server that answers as told, and then takes everything. */
function server(...answers: Answer[]) {
  const taken: string[] = [];
  let attempts = 0;
  let onTaken: (() => void) | undefined;
  const submit = async (message: OutgoingMessage, signal?: AbortSignal): Promise<DeliveryReceipt> => {
    const answer = answers[attempts++];
    if (answer === 'never') {
      await new Promise<void>((done) => signal?.addEventListener('abort', () => done(), { once: true }));
      throw new UpstreamError('transient', 'stopped');
    }
    const isTaken = answer === undefined || (answer instanceof UpstreamError && answer.details.outcomeUnknown);
    const pieces: Uint8Array[] = [];
    for await (const piece of message.open()) pieces.push(piece);
    if (isTaken) {
      taken.push(tokenOf(Buffer.concat(pieces)));
      onTaken?.();
    }
    if (answer) throw answer;
    return { accepted: message.rcptTo, rejected: [], serverText: '250 taken' };
  };
  /** What the provider does when it takes a message. */
  const whenTaken = (what: () => void) => {
    onTaken = what;
  };
  return { submitter: { submit } satisfies Submitter, taken, attempts: () => attempts, whenTaken };
}

const refusedForGood = new UpstreamError('permanent', 'no', { replyCode: 554, serverText: '554 5.7.1 spam' });
const busy = new UpstreamError('transient', 'busy', { replyCode: 451, serverText: '451 later' });
const unknown = new UpstreamError('transient', 'lost', { outcomeUnknown: true });

async function account(smtp: ReturnType<typeof server>, more: Partial<RigAccount> = {}) {
  const fake = createFakeUpstream();
  const settings: RigAccount = { name: 'A', fake, submitter: smtp.submitter, savesSent: false, ...more };
  const rig = await createRig({ accounts: [settings] });
  await rig.settle();
  return { fake, rig, settings };
}

/** In steps that leave the sync time to look. */
const pass = (rig: Rig, ms: number) => rig.during(new Promise<void>((done) => setTimeout(done, ms)), ms / 500);

const send = (rig: Rig, token: string, from = 'a@example.org', header = '') => {
  const text = header + mail(token, from);
  const work = async () => {
    const spool = rig.core.outbox.spool(0);
    await spool.write(Buffer.from(text));
    const request = { mailFrom: from, rcptTo: ['you@example.net'], eightBit: false, smtpUtf8: false };
    return rig.core.outbox.submit({ ...request, message: await spool.finish() });
  };
  return rig.during(work(), 1);
};

describe('the verdict', () => {
  test('a message that is taken: the upstream said so, and one copy stands in Sent', async () => {
    const smtp = server();
    const { fake, rig } = await account(smtp);
    await using _ = rig;
    expect(await send(rig, 'm1')).toEqual({ kind: 'delivered', text: '250 taken' });
    await rig.until('a copy is filed', () => fake.contents('Sent').length > 0);
    await rig.settle();
    expect([smtp.taken, upstreamTokens(fake, 'Sent'), shownTokens(rig, 'Sent')]).toEqual([['m1'], ['m1'], ['m1']]);
  });

  test('that the copy in Sent is owed is written down with it: a kill in between would have it filed twice', async () => {
    const { fake, rig } = await account(server());
    await using _ = rig;
    const { database } = rig.store;
    const state = database.sqlite.prepare(
      "SELECT (SELECT count(*) FROM journal WHERE kind = 'append') AS owed, (SELECT sentCopy FROM submissions) AS sentCopy",
    );
    const committed: unknown[] = [];
    const durable = database.durable;
    vi.spyOn(database, 'durable').mockImplementation((work) => {
      const result = durable(work);
      committed.push(state.get());
      return result;
    });
    await send(rig, 'm1');
    await rig.until('a copy is filed', () => fake.contents('Sent').length > 0);
    expect(committed.filter((row) => (row as { owed: number }).owed > 0)[0]).toEqual({ owed: 1, sentCopy: 'done' });
  });

  test('a refusal reaches the client as one, and nothing is kept', async () => {
    const { fake, rig } = await account(server(refusedForGood));
    await using _ = rig;
    expect(await send(rig, 'm1')).toEqual({ kind: 'refused', replyCode: 554, text: '554 5.7.1 spam' });
    await rig.settle();
    expect([fake.contents('Sent'), fake.contents('INBOX')]).toEqual([[], []]);
  });

  test('no answer within 20 s: queued', async () => {
    const { rig } = await account(server('never'));
    await using _ = rig;
    const before = Date.now();
    expect(await send(rig, 'm1')).toMatchObject({ kind: 'queued' });
    expect(Date.now() - before).toBeGreaterThanOrEqual(20_000);
  });

  test('a foreign sender is refused before anything is stored', async () => {
    const smtp = server();
    const { rig } = await account(smtp);
    await using _ = rig;
    await expect(send(rig, 'm1', 'else@example.net')).rejects.toMatchObject({ code: 'NOPERM' });
    expect([smtp.attempts(), rig.submissions.counts()]).toEqual([0, { queued: 0, failed: 0 }]);
  });
});

test('a header beyond what is read could hide a Bcc: it is refused, and nothing is kept', async () => {
  const smtp = server();
  const { rig } = await account(smtp);
  await using _ = rig;
  const long = `X-Long: ${'x'.repeat(1_000_000)}\r\nBcc: secret@example.net\r\n`;
  await expect(send(rig, 'm1', 'a@example.org', long)).rejects.toMatchObject({ code: 'TOOBIG' });
  expect(smtp.attempts()).toBe(0);
  expect(rig.store.database.sqlite.prepare('SELECT 1 FROM bodies WHERE pins > 0').all()).toEqual([]);
});

describe('a refused sign-in', () => {
  const MINUTE = 60_000;
  const wrong = new UpstreamError('auth', 'no', { replyCode: 535, serverText: '535 5.7.8 wrong' });
  const pauseKey = (rig: Rig) => rig.store.database.sqlite.prepare('SELECT loginKey FROM accountPauses').pluck().get();

  test('is tried once more after 15 to 30 minutes, then rarely, whatever there is to send', async () => {
    const smtp = server(...Array<Answer>(100).fill(wrong));
    const { rig } = await account(smtp);
    await using _ = rig;
    expect(await send(rig, 'm1')).toMatchObject({
      kind: 'queued',
      text: expect.stringContaining('refuses the sign-in'),
    });
    expect(await send(rig, 'm2')).toMatchObject({
      kind: 'queued',
      text: expect.stringContaining('refuses the sign-in'),
    });
    await pass(rig, 14 * MINUTE);
    expect(smtp.attempts()).toBe(1);
    expect(problemsOf(rig)).toEqual(['the sign-in for sending is refused: 535 5.7.8 wrong']);
    await pass(rig, 29 * MINUTE);
    expect(smtp.attempts()).toBe(2);
    await pass(rig, 5 * 60 * MINUTE);
    expect(smtp.attempts()).toBeGreaterThan(2);
    expect(smtp.attempts()).toBeLessThan(8);
  });

  /** Longer than virtual time can run while a login is told from another: that takes real time. */
  const wrongForLong = new UpstreamError('auth', wrong.message, {
    ...wrong.details,
    retryAfterMs: 100 * 24 * 60 * MINUTE,
  });

  test('holds over a restart, until it is another login: then all is sent at once, and the problem is over', async () => {
    const smtp = server(wrongForLong);
    const { rig, settings } = await account(smtp, { login: () => ['smtp', 'a', 'old code'] });
    await using _ = rig;
    await send(rig, 'm1');
    await send(rig, 'm2');
    expect(smtp.attempts()).toBe(1);
    await rig.until('it is known which login it was', () => pauseKey(rig) !== null, 1);
    await rig.crash();
    await pass(rig, 10 * MINUTE);
    expect([smtp.attempts(), problemsOf(rig)]).toEqual([1, ['the sign-in for sending is refused: 535 5.7.8 wrong']]);
    const { until } = rig.store.pauses.get(1, 'smtp') ?? { until: 0 };
    await rig.restart({ accounts: [{ ...settings, login: () => ['smtp', 'a', 'new code'] }] });
    // In tiny steps: what tells one login from another takes a while of real time.
    await rig.until('both are sent', () => smtp.taken.length === 2, 1);
    expect(Date.now()).toBeLessThan(until);
    await rig.settle();
    expect(smtp.taken).toEqual(['m1', 'm2']);
    expect(problemsOf(rig)).toEqual([]);
  });

  test('is lifted by a sync that insists, not by one that does not', async () => {
    const smtp = server(wrongForLong);
    const { rig } = await account(smtp);
    await using _ = rig;
    await send(rig, 'm1');
    await rig.during(rig.core.overview.syncNow(undefined));
    await pass(rig, MINUTE);
    expect(smtp.attempts()).toBe(1);
    await rig.during(rig.core.overview.syncNow(undefined, { force: true }));
    await rig.until('it is sent', () => smtp.taken.length === 1, 1_000);
  });
});

describe('a server that cannot be reached', () => {
  const gone = new UpstreamError('transient', 'nobody listens there: ECONNREFUSED');
  const MINUTE = 60_000;
  const isQueued = (rig: Rig) => rig.submissions.unfinished()[0]?.state === 'queued';

  test('is tried again within a minute, however long it has been gone', async () => {
    const smtp = server(...Array<Answer>(20).fill(gone));
    const { rig } = await account(smtp);
    await using _ = rig;
    await send(rig, 'm1');
    for (let attempt = 1; attempt < 8; attempt++) {
      await rig.until('the attempt has failed', () => smtp.attempts() >= attempt && isQueued(rig), 50);
      const [row] = rig.submissions.unfinished();
      expect((row?.nextAttemptAt ?? 0) - Date.now()).toBeLessThanOrEqual(MINUTE);
    }
  });

  test('is tried at once by a sync, and when another account can be reached again', async () => {
    const smtp = server(gone, busy, busy, gone);
    const { fake, rig } = await account(smtp);
    await using _ = rig;
    /** In small steps: what is read from the disk takes real time. */
    const attempt = async (number: number, by: () => Promise<unknown>) => {
      const planned = rig.submissions.unfinished()[0]?.nextAttemptAt ?? 0;
      await by();
      await rig.until(`attempt ${number}`, () => smtp.attempts() >= number, 20);
      expect(Date.now()).toBeLessThan(planned);
      await rig.until('it has failed', () => isQueued(rig) || smtp.taken.length > 0, 20);
    };
    await send(rig, 'm1');
    const sync = () => rig.during(rig.core.overview.syncNow(undefined), 20);
    await attempt(2, sync);
    await attempt(3, sync);
    await attempt(4, sync);
    fake.goOffline();
    await rig.until('the account is offline', () => rig.core.overview.accounts()[0]?.state === 'offline', 20);
    expect(smtp.attempts()).toBe(4);
    await attempt(5, async () => {
      fake.goOnline();
      await rig.until('the account is back', () => rig.core.overview.accounts()[0]?.state !== 'offline', 20);
    });
    await rig.until('it is sent', () => smtp.taken.length === 1, 100);
  });
});

test('an untrusted certificate is a problem with a remedy, and the message waits', async () => {
  const untrusted = new UpstreamError('transient', 'no secure connection', { code: 'CERTIFICATE' });
  const smtp = server(untrusted);
  const { rig } = await account(smtp);
  await using _ = rig;
  expect(await send(rig, 'm1')).toMatchObject({ kind: 'queued' });
  expect(rig.core.overview.problems()).toMatchObject([
    {
      text: expect.stringMatching(/^nothing can be sent: no secure connection\n无法发信：/),
      remedy: expect.stringContaining('"serverCertificate"'),
    },
  ]);
  await rig.until('it is sent', () => smtp.taken.length === 1);
  await rig.settle();
  expect(rig.core.overview.problems()).toEqual([]);
});

describe('later', () => {
  test('what was queued survives a crash and is sent once', async () => {
    const smtp = server(busy);
    const { fake, rig } = await account(smtp);
    await using _ = rig;
    expect(await send(rig, 'm1')).toMatchObject({ kind: 'queued' });
    await rig.crash();
    await rig.until('it is sent', () => smtp.taken.length > 0);
    await rig.until('a copy is filed', () => fake.contents('Sent').length > 0);
    await rig.settle();
    expect([smtp.taken, upstreamTokens(fake, 'Sent')]).toEqual([['m1'], ['m1']]);
  });

  test('refused after the client has been told 250: a report in INBOX', async () => {
    const { fake, rig } = await account(server(busy, refusedForGood));
    await using _ = rig;
    await send(rig, 'm1');
    await rig.until('a report', () => fake.contents('INBOX').length > 0);
    const report = Buffer.from(fake.contents('INBOX')[0]?.bytes ?? []).toString();
    for (const part of ['report-type=delivery-status', 'rfc822; you@example.net', '5.7.1', '<m1@test>'])
      expect(report).toContain(part);
    expect(rig.submissions.counts()).toEqual({ queued: 0, failed: 1 });
  });

  test('what cannot be sent is told with its reason, and is tried at once by the next start', async () => {
    const smtp = server(busy, busy, busy);
    const { rig } = await account(smtp);
    await using _ = rig;
    await send(rig, 'm1');
    // By small steps: what matters is how long it is from here to the next attempt.
    await rig.until('it has been tried three times', () => smtp.attempts() === 3, 1_000);
    await rig.until('that is written down', () => rig.submissions.unfinished()[0]?.state === 'queued', 100);
    const told = rig.core.overview.submissions();
    expect(told).toMatchObject({ queued: 1, failed: 0, waiting: [{ account: 'A', messages: 1, reason: '451 later' }] });
    const next = told.waiting[0]?.nextAttemptAt ?? 0;
    expect(next - Date.now()).toBeGreaterThan(12 * 60_000);
    await rig.restart();
    await rig.until('it is sent', () => smtp.taken.length === 1, 100);
    expect(next - Date.now()).toBeGreaterThan(5 * 60_000);
  });

  test('killed between the refusal and its report: the next start writes it, once', async () => {
    const { fake, rig } = await account(server(busy, refusedForGood));
    await using _ = rig;
    await send(rig, 'm1');
    await rig.until('it is refused', () => rig.submissions.counts().failed === 1, 1_000);
    await rig.crash();
    await rig.until('a report', () => fake.contents('INBOX').length > 0);
    expect(Buffer.from(fake.contents('INBOX')[0]?.bytes ?? []).toString()).toContain('rfc822; you@example.net');
    await rig.crash();
    await pass(rig, 60_000);
    await rig.settle();
    expect(fake.contents('INBOX')).toHaveLength(1);
  });

  test('tried ever more rarely, and after three days given up with a report', async () => {
    const smtp = server(...Array.from({ length: 200 }, () => busy));
    const { fake, rig } = await account(smtp);
    await using _ = rig;
    await send(rig, 'm1');
    await pass(rig, 3_600_000);
    expect(smtp.attempts()).toBeGreaterThan(2);
    expect(smtp.attempts()).toBeLessThan(8);
    expect(fake.contents('INBOX')).toEqual([]);
    vi.advanceTimersByTime(3 * 86_400_000);
    await rig.until('a report', () => fake.contents('INBOX').length > 0);
    expect(smtp.taken).toEqual([]);
  });
});

test('the client files its copy while the message is still queued: the provider’s own stays the only one', async () => {
  const smtp = server(busy, busy);
  const { fake, rig } = await account(smtp, { savesSent: true });
  await using _ = rig;
  await send(rig, 'm1');
  await appendMail(rig, 'Sent', mail('m1', 'a@example.org'), flags('\\Seen'));
  smtp.whenTaken(() => fake.deliver('Sent', mail('m1', 'a@example.org')));
  await rig.until('it is sent', () => smtp.taken.length > 0, 1_000);
  await pass(rig, 1_200_000);
  await rig.settle();
  expect([upstreamTokens(fake, 'Sent'), shownTokens(rig, 'Sent')]).toEqual([['m1'], ['m1']]);
});

describe('something unexpected', () => {
  const broken = new Error('SQLITE_FULL');

  test('at the first attempt: the client is told what will happen, and it is sent once', async () => {
    const smtp = server(broken);
    const { rig } = await account(smtp);
    await using _ = rig;
    expect(await send(rig, 'm1')).toMatchObject({ kind: 'queued' });
    await rig.until('it is sent', () => smtp.taken.length > 0);
    await pass(rig, 3_600_000);
    expect(smtp.taken).toEqual(['m1']);
  });

  test('at a later one: neither this message nor the next is given up', async () => {
    const smtp = server(busy, broken);
    const { rig } = await account(smtp);
    await using _ = rig;
    await send(rig, 'm1');
    await rig.until('it is tried again', () => smtp.attempts() === 2);
    await rig.until('it is sent', () => smtp.taken.length > 0);
    expect(smtp.taken).toEqual(['m1']);
  });

  test('after it was taken: it is not sent again', async () => {
    const smtp = server();
    const { rig } = await account(smtp);
    await using _ = rig;
    const { setState } = rig.submissions;
    let refusals = 3;
    vi.spyOn(rig.submissions, 'setState').mockImplementation((...args) => {
      if (args[1] === 'delivered' && refusals-- > 0) throw broken;
      setState(...args);
    });
    expect(await send(rig, 'm1')).toMatchObject({ kind: 'delivered' });
    await pass(rig, 3_600_000);
    expect(smtp.taken).toEqual(['m1']);
    expect(rig.submissions.counts()).toEqual({ queued: 0, failed: 0 });
  });
});

describe('an outcome that was never told', () => {
  test('Sent has it: it is not sent again', async () => {
    const smtp = server(unknown);
    const { fake, rig } = await account(smtp);
    await using _ = rig;
    await send(rig, 'm1');
    fake.deliver('Sent', mail('m1', 'a@example.org'));
    await rig.until('it is settled', () => rig.submissions.counts().queued === 0);
    await rig.settle();
    expect([smtp.attempts(), upstreamTokens(fake, 'Sent')]).toEqual([1, ['m1']]);
  });

  test.each([true, false, undefined])(
    'what the client itself has put into Sent is no sign that it went out (savesSent %s)',
    async (savesSent) => {
      const smtp = server(unknown);
      const { fake, rig } = await account(smtp, { savesSent });
      await using _ = rig;
      await send(rig, 'm1');
      await appendMail(rig, 'Sent', mail('m1', 'a@example.org'), flags('\\Seen'));
      await rig.until('it is settled', () => rig.submissions.counts().queued === 0);
      await rig.settle();
      expect([smtp.attempts(), upstreamTokens(fake, 'Sent')]).toEqual([2, ['m1']]);
    },
  );

  test('Sent does not have it: it is sent again', async () => {
    const smtp = server(unknown);
    const { rig } = await account(smtp);
    await using _ = rig;
    await send(rig, 'm1');
    await rig.until('it is sent again', () => smtp.attempts() === 2);
  });

  test('Sent cannot be looked at: it waits until it can', async () => {
    const smtp = server(unknown);
    const { fake, rig } = await account(smtp);
    await using _ = rig;
    await send(rig, 'm1');
    fake.deliver('Sent', mail('m1', 'a@example.org'));
    fake.goOffline();
    await rig.during(new Promise<void>((done) => setTimeout(done, 3_600_000)));
    expect(smtp.attempts()).toBe(1);
    fake.goOnline();
    await rig.until('it is settled', () => rig.submissions.counts().queued === 0);
    expect(smtp.attempts()).toBe(1);
  });
});

describe('one copy in Sent', () => {
  test.each([
    ['the client files it, the provider never does', false],
    ['nobody knows yet', undefined],
  ])('%s: the client\u2019s own APPEND is the copy', async (_, savesSent) => {
    const fake = createFakeUpstream();
    const smtp = server();
    const rig = await createRig({
      accounts: [{ name: 'A', fake, submitter: smtp.submitter, ...(savesSent === undefined ? {} : { savesSent }) }],
    });
    await using __ = rig;
    await rig.settle();
    await send(rig, 'm1');
    await appendMail(rig, 'Sent', mail('m1', 'a@example.org'), flags('\\Seen'));
    await pass(rig, 120_000);
    await rig.settle();
    expect([upstreamTokens(fake, 'Sent'), shownTokens(rig, 'Sent')]).toEqual([['m1'], ['m1']]);
  });

  test('the provider files it by itself: found out once, and no second copy', async () => {
    const fake = createFakeUpstream();
    const smtp = server();
    const submitter: Submitter = {
      submit: async (message, signal) => {
        fake.deliver('Sent', mail(`m${smtp.attempts() + 1}`, 'a@example.org'));
        return smtp.submitter.submit(message, signal);
      },
    };
    const rig = await createRig({ accounts: [{ name: 'A', fake, submitter }] });
    await using _ = rig;
    await rig.settle();
    await send(rig, 'm1');
    await pass(rig, 60_000);
    expect(rig.store.accounts.list()[0]?.savesSent).toBe(true);
    await send(rig, 'm2');
    await appendMail(rig, 'Sent', mail('m2', 'a@example.org'), flags('\\Seen'));
    await pass(rig, 60_000);
    await rig.settle();
    expect([upstreamTokens(fake, 'Sent'), shownTokens(rig, 'Sent')]).toEqual([
      ['m1', 'm2'],
      ['m1', 'm2'],
    ]);
  });
});
