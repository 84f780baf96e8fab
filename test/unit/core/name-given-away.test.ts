// A name in the configuration that is given to another address: what the former account is owed is never the new one's
// (promises 2 and 3). Who an account is, its address says, or what it signs in as; not its name, nor its server.
import { expect, test } from 'vitest';
import type { OutgoingMessage, Submitter } from '../../../src/upstream/connector.js';
import { createRig, type Rig, type RigAccount, useVirtualTime } from '../../support/core-harness.js';
import {
  appendMail,
  mail,
  problemsOf,
  shown,
  shownTokens,
  upstreamTokens,
  userMoves,
  userStores,
} from '../../support/core-mail.js';
import { createFakeUpstream, type FakeUpstream, flags } from '../../support/fake-connector.js';

useVirtualTime();

const account = (...tokens: string[]): FakeUpstream => {
  const fake = createFakeUpstream();
  fake.create('Box');
  for (const token of tokens) fake.deliver('INBOX', mail(token));
  return fake;
};

function server() {
  const sent: string[] = [];
  const submitter: Submitter = {
    submit: async ({ rcptTo }: OutgoingMessage) => {
      sent.push(rcptTo.join());
      return { accepted: rcptTo, rejected: [], serverText: 'taken' };
    },
  };
  return { sent, submitter };
}

/** `A` is ann@example.org's, and everything a client can do to it waits. */
async function owing() {
  const ann = account('a1', 'a2');
  const formerly: RigAccount = { name: 'A', address: 'ann@example.org', fake: ann, savesSent: false };
  const rig = await createRig({ accounts: [formerly] });
  await rig.settle();
  ann.goOffline();
  await appendMail(rig, 'A/Drafts', mail('draft', 'ann@example.org'), flags('\\Draft'));
  userMoves(rig, 'A/INBOX', 'a1', 'A/Box');
  userStores(rig, 'A/INBOX', 'a2', '\\Flagged');
  const submit = async () => {
    const spool = rig.core.outbox.spool(0);
    await spool.write(Buffer.from(mail('letter', 'ann@example.org')));
    const request = { mailFrom: 'ann@example.org', rcptTo: ['you@example.net'], eightBit: false, smtpUtf8: false };
    return rig.core.outbox.submit({ ...request, message: await spool.finish() });
  };
  await rig.during(submit(), 10);
  ann.goOnline();
  return { ann, formerly, rig };
}

const everything = (fake: FakeUpstream) => ['INBOX', 'Box', 'Drafts', 'Sent'].map((path) => upstreamTokens(fake, path));
const listed = (rig: Rig) => {
  const mailbox = 'A/INBOX';
  const isListed = () => rig.core.mailboxes.find(mailbox) !== undefined && shownTokens(rig, mailbox).includes('b1');
  return rig.until('bob is listed', isListed);
};
const look = (rig: Rig) => rig.during(rig.core.overview.syncNow(undefined));

test('what is owed to the former waits for it, and is said; the new one is listed anew', async () => {
  const { ann, formerly, rig } = await owing();
  await using _ = rig;
  const bob = account('b1');
  const [atAnn, atBob] = [server(), server()];
  const now = { name: 'A', address: 'bob@example.org', fake: bob, savesSent: false, submitter: atBob.submitter };
  await rig.crash({ accounts: [now] });
  await listed(rig);
  await look(rig);
  expect([everything(bob), atBob.sent]).toEqual([[['b1'], [], [], []], []]);
  expect([shownTokens(rig, 'A/INBOX'), shownTokens(rig, 'A/Drafts')]).toEqual([['b1'], []]);
  expect(problemsOf(rig)).toEqual([
    expect.stringMatching(/"A \(ann@example\.org\)" is not in the configuration any more/),
  ]);
  expect(rig.core.overview.problems()[0]?.remedy).toMatch(/ann@example\.org/);

  await rig.restart({ accounts: [now, { ...formerly, name: 'Ann', submitter: atAnn.submitter }] });
  await rig.settle();
  await rig.until('the letter is sent', () => atAnn.sent.length > 0);
  await rig.settle();
  expect(everything(ann)).toEqual([['a2'], ['a1'], ['draft'], ['letter']]);
  expect([everything(bob), atBob.sent]).toEqual([[['b1'], [], [], []], []]);
  expect(shown(rig, 'Ann/INBOX')).toMatchObject([{ token: 'a2', flags: '\\Flagged' }]);
  expect(shownTokens(rig, 'A/INBOX')).toEqual(['b1']);
  expect(problemsOf(rig)).toEqual([]);
});

test('nothing is owed: the former leaves with its mail', async () => {
  const ann = account('a1');
  await using rig = await createRig({ accounts: [{ name: 'A', address: 'ann@example.org', fake: ann }] });
  await rig.settle();
  const before = rig.core.mailboxes.find('A/INBOX')?.uidValidity;
  await rig.restart({ accounts: [{ name: 'A', address: 'bob@example.org', fake: account('b1') }] });
  await rig.settle();
  expect([shownTokens(rig, 'A/INBOX'), shownTokens(rig, 'INBOX')]).toEqual([['b1'], ['b1']]);
  expect(rig.core.mailboxes.find('A/INBOX')?.uidValidity).not.toBe(before);
  expect(rig.store.accounts.list().map(({ name, address }) => [name, address])).toEqual([['A', 'bob@example.org']]);
});

test('two accounts exchange their names: each keeps its mail, its uids and what it is owed', async () => {
  const [ann, bob] = [account('a1'), account('b1')];
  const [x, y] = [
    { address: 'ann@example.org', fake: ann },
    { address: 'bob@example.org', fake: bob },
  ];
  await using rig = await createRig({
    accounts: [
      { name: 'A', ...x },
      { name: 'B', ...y },
    ],
  });
  await rig.settle();
  for (const fake of [ann, bob]) fake.goOffline();
  await appendMail(rig, 'A/Drafts', mail('from ann'), flags('\\Draft'));
  await appendMail(rig, 'B/Drafts', mail('from bob'), flags('\\Draft'));
  const identity = (path: string) => [rig.core.mailboxes.find(path)?.uidValidity, shown(rig, path)];
  const before = ['INBOX', 'A/INBOX', 'B/INBOX'].map(identity);
  for (const fake of [ann, bob]) fake.goOnline();
  await rig.crash({
    accounts: [
      { name: 'A', ...y },
      { name: 'B', ...x },
    ],
  });
  await rig.settle();
  expect([upstreamTokens(ann, 'Drafts'), upstreamTokens(bob, 'Drafts')]).toEqual([['from ann'], ['from bob']]);
  expect(['INBOX', 'B/INBOX', 'A/INBOX'].map(identity)).toEqual(before);
  expect(problemsOf(rig)).toEqual([]);
});

test.each([
  ['the case of its address', { address: 'Ann@Example.ORG', user: 'ANN@EXAMPLE.ORG' }],
  ['an address corrected, the login is the same', { address: 'ann@example.com' }],
  ['what it signs in as', { address: 'ann@example.org', user: 'ann' }],
  [
    'its server and its password',
    { address: 'ann@example.org', login: () => ['elsewhere:993', 'ann@example.org', 'p'] },
  ],
])('another spelling is no other account: %s', async (_what, change) => {
  const ann = account('a1');
  const before: RigAccount = { name: 'A', address: 'ann@example.org', user: 'Ann@example.org', fake: ann };
  await using rig = await createRig({ accounts: [before] });
  await rig.settle();
  ann.goOffline();
  await appendMail(rig, 'A/Drafts', mail('draft'), flags('\\Draft'));
  const identity = (path: string) => [rig.core.mailboxes.find(path)?.uidValidity, shown(rig, path)];
  const was = ['INBOX', 'A/INBOX', 'A/Drafts'].map(identity);
  await rig.crash({ accounts: [{ ...before, ...change }] });
  expect(['INBOX', 'A/INBOX', 'A/Drafts'].map(identity)).toEqual(was);
  ann.goOnline();
  await rig.settle();
  expect(upstreamTokens(ann, 'Drafts')).toEqual(['draft']);
  expect(problemsOf(rig)).toEqual([]);
});

test('a login that is not an address says nothing: two servers may both have an "admin"', async () => {
  const ann = account('a1');
  await using rig = await createRig({
    accounts: [{ name: 'A', address: 'ann@example.org', user: 'admin', fake: ann }],
  });
  await rig.settle();
  ann.goOffline();
  await appendMail(rig, 'A/Drafts', mail('draft'), flags('\\Draft'));
  const bob = account('b1');
  await rig.crash({ accounts: [{ name: 'A', address: 'bob@example.org', user: 'admin', fake: bob }] });
  await listed(rig);
  await look(rig);
  expect(upstreamTokens(bob, 'Drafts')).toEqual([]);
});
