// One send, one copy in Sent (promise 4), while the account's mailboxes cannot be reached and its submission server can.
import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import type { Submitter } from '../../../../src/upstream/connector.js';
import { createRig, type Rig, useVirtualTime } from '../../../support/core-harness.js';
import { appendMail, mail, problemsOf, shownTokens, upstreamTokens } from '../../../support/core-mail.js';
import { createFakeUpstream, type FakeUpstream, flags } from '../../../support/fake-connector.js';

useVirtualTime();

const FROM = 'a@example.org';

async function start({ filesCopies, savesSent }: { filesCopies: boolean; savesSent?: boolean }) {
  const fake = createFakeUpstream();
  const submitter: Submitter = {
    submit: async ({ rcptTo }) => {
      if (filesCopies) fake.deliver('Sent', mail('m1', FROM));
      return { accepted: rcptTo, rejected: [], serverText: '250 taken' };
    },
  };
  const rig = await createRig({ accounts: [{ name: 'A', fake, submitter, savesSent }] });
  await rig.settle();
  fake.goOffline();
  return { fake, rig };
}

function submit(rig: Rig) {
  const work = async () => {
    const spool = rig.core.outbox.spool(0);
    await spool.write(Buffer.from(mail('m1', FROM)));
    const envelope = { mailFrom: FROM, rcptTo: ['you@example.net'], eightBit: false, smtpUtf8: false };
    return rig.core.outbox.submit({ ...envelope, message: await spool.finish() });
  };
  return rig.during(work(), 1);
}
const send = async (rig: Rig) => expect(await submit(rig)).toMatchObject({ kind: 'delivered' });

const pass = (rig: Rig, ms: number) => rig.during(new Promise<void>((done) => setTimeout(done, ms)), 500);
const pinned = ({ store }: Rig) => store.database.sqlite.prepare('SELECT pins FROM bodies WHERE pins > 0').all();

test.each([
  ['files copies', true],
  ['files none', false],
])(
  'whether the provider files copies is not known, and it %s: Sent is waited for until it can be looked at',
  async (_, filesCopies) => {
    const { fake, rig } = await start({ filesCopies });
    await using _rig = rig;
    await send(rig);
    await pass(rig, 60_000);
    expect(rig.store.accounts.list()[0]?.savesSent).toBeUndefined();
    fake.goOnline();
    await rig.until('it is known', () => rig.store.accounts.list()[0]?.savesSent !== undefined, 250);
    await rig.settle();
    expect(rig.store.accounts.list()[0]?.savesSent).toBe(filesCopies);
    await rig.until('nothing is left to do', () => rig.submissions.unfinished().length === 0, 250);
    await rig.settle();
    expect([upstreamTokens(fake, 'Sent'), shownTokens(rig, 'Sent'), pinned(rig)]).toEqual([['m1'], ['m1'], []]);
  },
);

test('the client files the very same bytes while our copy has yet to be carried out: they are kept no longer than that', async () => {
  const { fake, rig } = await start({ filesCopies: false, savesSent: false });
  await using _ = rig;
  await send(rig);
  await rig.until('a copy is filed here', () => shownTokens(rig, 'Sent').length > 0);
  await appendMail(rig, 'Sent', mail('m1', FROM), flags('\\Seen'));
  fake.goOnline();
  await rig.settle();
  expect([upstreamTokens(fake, 'Sent'), shownTokens(rig, 'Sent'), pinned(rig)]).toEqual([['m1'], ['m1'], []]);
});

test.each([
  ['known', true],
  ['not known', undefined],
])(
  'cut off behind the final dot, and the client has filed a copy before ours was looked for; that the provider files one is %s',
  async (_, savesSent) => {
    const fake = createFakeUpstream();
    let attempts = 0;
    const submitter: Submitter = {
      submit: async ({ rcptTo }) => {
        fake.deliver('Sent', mail('m1', FROM));
        if (attempts++ === 0) throw new UpstreamError('transient', 'lost', { outcomeUnknown: true });
        return { accepted: rcptTo, rejected: [], serverText: '250 taken' };
      },
    };
    const rig = await createRig({ accounts: [{ name: 'A', fake, submitter, savesSent }] });
    await using __ = rig;
    await rig.settle();
    expect(await submit(rig)).toMatchObject({ kind: 'queued' });
    await appendMail(rig, 'Sent', mail('m1', FROM), flags('\\Seen'));
    // Small steps: a look into Sent that seems slow is given up, and after six hours nobody looks any more.
    await rig.until('it is settled', () => rig.submissions.unfinished().length === 0, 250);
    await rig.settle();
    expect([attempts, upstreamTokens(fake, 'Sent'), shownTokens(rig, 'Sent'), pinned(rig)]).toEqual([
      1,
      ['m1'],
      ['m1'],
      [],
    ]);
  },
);

test('the client\u2019s copy, carried out and not known to be, is no sign that the message went out', async () => {
  const fake = createFakeUpstream();
  let attempts = 0;
  const submitter: Submitter = {
    submit: async ({ rcptTo }) => {
      if (attempts++ === 0) throw new UpstreamError('transient', 'lost', { outcomeUnknown: true });
      return { accepted: rcptTo, rejected: [], serverText: '250 taken' };
    },
  };
  const rig = await createRig({ accounts: [{ name: 'A', fake, submitter, savesSent: false }] });
  await using _ = rig;
  await rig.settle();
  await submit(rig);
  fake.failNext('append', new UpstreamError('transient', 'lost', { outcomeUnknown: true }), {
    when: 'after',
    cut: true,
  });
  // Where it was to go cannot be looked at for a while.
  fake.failNext('uids', new UpstreamError('transient', 'busy'), { times: 8 });
  await appendMail(rig, 'Sent', mail('m1', FROM), flags('\\Seen'));
  await rig.until('it is sent', () => attempts === 2, 250);
  await rig.settle();
  expect([upstreamTokens(fake, 'Sent'), shownTokens(rig, 'Sent')]).toEqual([['m1'], ['m1']]);
});

test.each([
  ['the provider to file its own', []],
  ['the message to be sent', [new UpstreamError('transient', 'busy', { replyCode: 451, serverText: '451 later' })]],
])('while the client\u2019s copy waits for %s, nothing is wrong with the account', async (_, failures) => {
  const fake = createFakeUpstream();
  const submitter: Submitter = {
    submit: async ({ rcptTo }) => {
      const failure = failures.shift();
      if (failure) throw failure;
      return { accepted: rcptTo, rejected: [], serverText: '250 taken' };
    },
  };
  const rig = await createRig({ accounts: [{ name: 'A', fake, submitter, savesSent: true }] });
  await using __ = rig;
  await rig.settle();
  const states = new Set<string | undefined>();
  await submit(rig);
  await appendMail(rig, 'Sent', mail('m1', FROM), flags('\\Seen'));
  const owed = () => rig.store.journal.ofAccountAndKind(1, 'append')[0];
  await rig.until('it has been looked for', () => (owed()?.attempts ?? 0) > 0, 10);
  for (let i = 0; i < 100; i++) {
    await pass(rig, 100);
    states.add(rig.core.overview.accounts()[0]?.state);
  }
  expect([...states]).toEqual(['ready']);
  expect(rig.core.overview.problems()).toEqual([]);
});

test.each([
  ['the provider files none', false],
  ['nobody knows', undefined],
  ['the provider files one', true],
])('the disk takes nothing while the copy is settled (%s): it is, once the disk does', async (_, savesSent) => {
  const fake = createFakeUpstream();
  const submitter: Submitter = {
    submit: async ({ rcptTo }) => {
      if (savesSent) fake.deliver('Sent', mail('m1', FROM));
      return { accepted: rcptTo, rejected: [], serverText: '250 taken' };
    },
  };
  const rig = await createRig({ accounts: [{ name: 'A', fake, submitter, savesSent }] });
  await using __ = rig;
  await rig.settle();
  const { sqlite } = rig.store.database;
  await submit(rig);
  // From the moment that it is known to be out.
  await rig.until('it is out', () => rig.submissions.unfinished().every(({ state }) => state === 'delivered'), 1);
  sqlite.pragma('query_only = ON');
  await pass(rig, 20_000);
  sqlite.pragma('query_only = OFF');
  await pass(rig, 120_000);
  await rig.settle();
  expect([rig.submissions.unfinished(), upstreamTokens(fake, 'Sent'), pinned(rig)]).toEqual([[], ['m1'], []]);
});

test('a copy that the account does not take for its size is kept in Recovered, and that is said once', async () => {
  const fake = createFakeUpstream({ appendLimit: 100 });
  const submitter: Submitter = {
    submit: async ({ rcptTo }) => ({ accepted: rcptTo, rejected: [], serverText: '250 taken' }),
  };
  const rig = await createRig({ accounts: [{ name: 'A', fake, submitter, savesSent: false }] });
  await using _ = rig;
  await rig.settle();
  await send(rig);
  await pass(rig, 20_000);
  const isKept = () => {
    expect([rig.submissions.unfinished(), upstreamTokens(fake, 'Sent'), pinned(rig)]).toEqual([[], [], [{ pins: 1 }]]);
    expect(shownTokens(rig, 'Recovered')).toEqual(['m1']);
    expect(problemsOf(rig)).toEqual([expect.stringMatching(/refused to store a message/)]);
    expect(rig.core.overview.problems()[0]?.remedy).toMatch(/"Recovered"/);
  };
  isKept();
  await rig.restart();
  await pass(rig, 20_000);
  isKept();
});

describe('the account is taken out of the configuration when its message is out', () => {
  const subjects = (fake: FakeUpstream, path: string) =>
    fake.contents(path).map(({ bytes }) => /^Subject: (.*)\r/m.exec(Buffer.from(bytes).toString())?.[1]);
  test.each([
    ['its copy in Sent is still to be filed', undefined, ['m1'], []],
    [
      'nobody has been told that it failed',
      [{ recipient: 'you@example.net', replyCode: 550, text: 'no' }],
      [],
      ['Your message could not be delivered'],
    ],
  ])('%s: that waits for it', async (_, toReport, inSent, inInbox) => {
    const fake = createFakeUpstream();
    const submitter: Submitter = {
      submit: async ({ rcptTo }) => ({ accepted: rcptTo, rejected: [], serverText: '250 taken' }),
    };
    const both = [
      { name: 'A', fake, submitter },
      { name: 'B', fake: createFakeUpstream() },
    ];
    await using rig = await createRig({ accounts: both });
    await rig.settle();
    fake.goOffline();
    await send(rig);
    await pass(rig, 10_000);
    const [{ id } = { id: 0 }] = rig.submissions.unfinished();
    // As a crash leaves it, that has been quicker than the report.
    if (toReport) rig.submissions.setState(id, 'failed', { toReport });
    await rig.crash({ accounts: both.slice(1) });
    await pass(rig, 10_000);
    fake.goOnline();
    await rig.restart({ accounts: both });
    await rig.until('all is said', () => rig.submissions.unfinished().length === 0, 250);
    await rig.until('all is told', () => rig.submissions.failedUnreported().length === 0, 250);
    await rig.settle();
    expect([subjects(fake, 'Sent'), subjects(fake, 'INBOX'), pinned(rig)]).toEqual([inSent, inInbox, []]);
  });
});
