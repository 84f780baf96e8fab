// Every upstream is down from before the start until a day later: mail that is here is read, and what the user does is kept,
// and carried out in order when they return; what happened there meanwhile is met by the table in src/README.md.
import { describe, expect, it, test } from 'vitest';
import { UpstreamError } from '../../../src/mail/errors.js';
import type { OutgoingMessage, Submitter } from '../../../src/upstream/connector.js';
import { createRig, type Rig, useVirtualTime } from '../../support/core-harness.js';
import {
  appendMail,
  mail,
  one,
  readBody,
  shown,
  shownTokens,
  tokenOf,
  uidOf,
  upstreamTokens,
  userExpunges,
  userMoves,
  userStores,
} from '../../support/core-mail.js';
import {
  createFakeUpstream,
  type FakeUpstream,
  type FakeUpstreamOptions,
  flags,
} from '../../support/fake-connector.js';

useVirtualTime();

const HOUR_MS = 3_600_000;
const SERVERS: readonly [string, FakeUpstreamOptions][] = [
  ['QRESYNC', {}],
  ['plain IMAP', { condstore: false, move: false }],
];
const TOKENS = ['read', 'flagged', 'filed', 'across', 'deleted', 'left'];

interface Away {
  readonly a: FakeUpstream;
  readonly b: FakeUpstream;
  readonly rig: Rig;
  readonly sent: string[];
  comeBack(): Promise<void>;
}

/** Two accounts that have been read once, then a gateway that starts while neither can be reached. */
async function away(options: FakeUpstreamOptions = {}, more: readonly string[] = []): Promise<Away> {
  const all = [...TOKENS, ...more];
  const [a, b] = [createFakeUpstream(options), createFakeUpstream(options)];
  for (const token of all) a.deliver('INBOX', mail(token));
  b.deliver('INBOX', mail('of-b'));
  for (const box of ['Box', 'Doomed']) a.create(box);
  const sent: string[] = [];
  let isDown = false;
  const submitter: Submitter = {
    submit: async (message: OutgoingMessage) => {
      if (isDown) throw new UpstreamError('transient', 'the server cannot be reached');
      const pieces: Uint8Array[] = [];
      for await (const piece of message.open()) pieces.push(piece);
      sent.push(tokenOf(Buffer.concat(pieces)));
      return { accepted: message.rcptTo, rejected: [], serverText: '250 taken' };
    },
  };
  const rig = await createRig({
    accounts: [
      { name: 'A', fake: a, submitter, savesSent: false },
      { name: 'B', fake: b, submitter, savesSent: false },
    ],
    prefetchDays: 365,
  });
  await rig.settle();
  const bodies = () => rig.store.database.sqlite.prepare('SELECT count(*) FROM bodies').pluck().get() as number;
  await rig.until('all bodies are here', () => bodies() === all.length + 1);
  isDown = true;
  for (const fake of [a, b]) fake.goOffline();
  await rig.restart();
  const comeBack = async () => {
    isDown = false;
    for (const fake of [a, b]) fake.goOnline();
    await rig.settle();
  };
  return { a, b, rig, sent, comeBack };
}

const hours = (rig: Rig, count: number) =>
  rig.during(new Promise<void>((resolve) => setTimeout(resolve, count * HOUR_MS)), 600_000);
const [store, move, remove] = [userStores, userMoves, userExpunges];
const send = (rig: Rig, token: string) => {
  const work = async () => {
    const spool = rig.core.outbox.spool(0);
    await spool.write(Buffer.from(mail(token, 'a@example.org')));
    const request = { mailFrom: 'a@example.org', rcptTo: ['you@example.net'], eightBit: false, smtpUtf8: false };
    return rig.core.outbox.submit({ ...request, message: await spool.finish() });
  };
  return rig.during(work(), 10);
};
const upstreamFlags = (fake: FakeUpstream, path: string): string[] =>
  fake.contents(path).map(({ bytes, flags: { system, keywords } }) => [tokenOf(bytes), system, ...keywords].join(' '));
/** The gateway's own notice of the outage is none of theirs. */
const shownFlags = (rig: Rig, path: string) =>
  shown(rig, path)
    .filter(({ token }) => !token.includes('@'))
    .map(({ token, flags: told }) => `${token} ${told}`.trim());
const uidIn = (fake: FakeUpstream, path: string, token: string): number =>
  fake.contents(path).find(({ bytes }) => tokenOf(bytes) === token)?.uid ?? 0;

/** What was asked that changes something, in order. */
const WRITES = new Set(['storeFlags', 'move', 'copy', 'expunge', 'createMailbox', 'renameMailbox']);

test('a day of work is carried out, in order, when they return', async () => {
  const { a, b, rig, sent, comeBack } = await away();
  await using _rig = rig;
  expect(await readBody(rig, 'INBOX', uidOf(rig, 'INBOX', 'read'))).toBe(mail('read'));
  store(rig, 'INBOX', 'read', '\\Seen');
  await hours(rig, 3);
  store(rig, 'INBOX', 'flagged', '\\Flagged', '$Work');
  move(rig, 'INBOX', 'filed', 'A/Box');
  await hours(rig, 3);
  store(rig, 'A/Box', 'filed', '\\Answered');
  move(rig, 'INBOX', 'across', 'B/Archive');
  store(rig, 'B/Archive', 'across', '\\Flagged');
  await hours(rig, 6);
  remove(rig, 'INBOX', 'deleted');
  await appendMail(rig, 'Drafts', mail('draft', 'b@example.org'), flags('\\Draft'));
  expect(await send(rig, 'sent')).toMatchObject({ kind: 'queued' });
  // A folder made, and used, while nobody can say whether it may be.
  rig.core.mailboxes.create('A/New');
  move(rig, 'A/Box', 'filed', 'A/New');
  await hours(rig, 12);
  // What is seen while they are away is what will be.
  const here = () => ['INBOX', 'A/INBOX', 'A/New', 'B/Archive', 'Drafts'].map((path) => shownFlags(rig, path).sort());
  const before = here();
  expect(before).toEqual([
    ['flagged \\Flagged $Work', 'left', 'of-b', 'read \\Seen'],
    ['flagged \\Flagged $Work', 'left', 'read \\Seen'],
    ['filed \\Answered'],
    ['across \\Flagged'],
    ['draft \\Draft'],
  ]);
  for (const path of ['B/Archive', 'Drafts', 'A/New']) {
    const [message] = shown(rig, path);
    expect(await readBody(rig, path, message?.uid ?? 0)).toContain(`This is ${message?.token}.`);
  }
  for (const fake of [a, b]) fake.calls.length = 0;
  await comeBack();
  await rig.until('it is sent', () => sent.length > 0);
  await rig.until('a copy is filed', () => a.contents('Sent').length > 0);
  await rig.settle();
  expect(here()).toEqual(before);
  expect(upstreamFlags(a, 'INBOX')).toEqual(['read 1', 'flagged 4 $Work', 'left 0']);
  expect(upstreamFlags(a, 'New')).toEqual(['filed 2']);
  expect(upstreamFlags(a, 'Box')).toEqual([]);
  expect(upstreamFlags(b, 'Archive')).toEqual(['across 4']);
  // The original of a move between accounts goes to its Trash; what was deleted is gone, as this kind of account has it.
  expect(upstreamTokens(a, 'Trash')).toEqual(['across']);
  expect(upstreamTokens(b, 'Drafts')).toEqual(['draft']);
  expect([sent, upstreamTokens(a, 'Sent'), shownTokens(rig, 'Sent')]).toEqual([['sent'], ['sent'], ['sent']]);
  // Of A, but for what follows from the other account's part (the original to Trash) and from sending.
  const written = a.calls.filter(({ method, args }) => WRITES.has(method) && String(args[1]) !== 'Trash');
  expect(written.map(({ method }) => method)).toEqual([
    'storeFlags',
    'storeFlags',
    'move',
    'expunge',
    'createMailbox',
    'move',
    // Of a message that had no uid until now.
    'storeFlags',
  ]);
});

interface Conflict {
  readonly what: string;
  here(rig: Rig, token: string): void;
  there(a: FakeUpstream, token: string): void;
  /** Where it stands in the end, with its flags (bits); B's mailboxes as `B/…`. */
  readonly end: Readonly<Record<string, string>>;
}

const flagIt = (rig: Rig, token: string) => void store(rig, 'INBOX', token, '\\Flagged');
const moveTo = (path: string) => (rig: Rig, token: string) => void move(rig, 'INBOX', token, path);
const movedTo = (path: string) => (a: FakeUpstream, token: string) =>
  void a.move('INBOX', uidIn(a, 'INBOX', token), path);
const expunged = (a: FakeUpstream, token: string) => a.expunge('INBOX', uidIn(a, 'INBOX', token));
const flaggedAs = (name: string) => (a: FakeUpstream, token: string) =>
  a.setFlags('INBOX', uidIn(a, 'INBOX', token), flags(name));

const CONFLICTS: readonly Conflict[] = [
  { what: 'other flags: both', here: flagIt, there: flaggedAs('\\Seen'), end: { INBOX: '5' } },
  {
    what: 'the same flag: as the user left it',
    here: (rig, token) => {
      flagIt(rig, token);
      const uids = one(uidOf(rig, 'INBOX', token));
      rig.core.actions.storeFlags(rig.idOf('INBOX'), { uids, operation: 'remove', flags: flags('\\Flagged') });
    },
    there: flaggedAs('\\Flagged'),
    end: { INBOX: '0' },
  },
  { what: 'flags, and it was moved: they follow', here: flagIt, there: movedTo('Box'), end: { Box: '4' } },
  {
    what: 'a move, and it was moved elsewhere: the move follows',
    here: moveTo('A/Archive'),
    there: movedTo('Box'),
    end: { Archive: '0' },
  },
  {
    what: 'a move, and new flags: they go along',
    here: moveTo('A/Archive'),
    there: flaggedAs('\\Seen'),
    end: { Archive: '1' },
  },
  {
    what: 'a deletion, and it was moved: in the Trash',
    here: (rig, token) => remove(rig, 'INBOX', token),
    there: movedTo('Box'),
    end: { Trash: '0' },
  },
  { what: 'flags, and it was expunged: it is gone', here: flagIt, there: expunged, end: {} },
  { what: 'a move, and it was expunged: it is gone', here: moveTo('A/Archive'), there: expunged, end: {} },
  {
    what: 'a move between accounts, and it was expunged: its bytes are here',
    here: moveTo('B/Archive'),
    there: expunged,
    end: { 'B/Archive': '0' },
  },
  {
    what: 'a move between accounts, and it was moved: in both',
    here: moveTo('B/Archive'),
    there: movedTo('Box'),
    end: { 'B/Archive': '0', Box: '0' },
  },
];
const tokenAt = (index: number) => `conflict-${index}`;

describe.each(SERVERS)('conflicts, with %s', (_, options) => {
  it.each([false, true])('end as the table says (the mailbox renumbered, too: %s)', async (isRenumbered) => {
    const { a, b, rig, comeBack } = await away(
      options,
      CONFLICTS.map((__, i) => tokenAt(i)),
    );
    await using _rig = rig;
    CONFLICTS.forEach(({ here }, i) => {
      here(rig, tokenAt(i));
    });
    // Into a mailbox that will not be there any more.
    await appendMail(rig, 'A/Doomed', mail('kept'), flags());
    await hours(rig, 1);
    CONFLICTS.forEach(({ there }, i) => {
      there(a, tokenAt(i));
    });
    a.remove('Doomed');
    if (isRenumbered) a.resetUidValidity('INBOX', 2);
    await comeBack();
    await rig.until('what is nowhere is given up', () => owedRows(rig) === 0, 60_000);
    await rig.settle();
    CONFLICTS.forEach(({ what, end }, i) => {
      expect.soft(whereUpstream({ '': a, 'B/': b }, tokenAt(i)), what).toEqual(end);
      expect.soft(whereShown(rig, tokenAt(i)).sort(), what).toEqual(Object.keys(end).map(inTree).sort());
    });
    expect(upstreamTokens(a, 'INBOX').filter((token) => TOKENS.includes(token))).toEqual(TOKENS);
    expect(whereShown(rig, 'kept')).not.toEqual([]);
  });
});

const inTree = (path: string): string => (path.startsWith('B/') ? path : `A/${path}`);
const owedRows = ({ store: { database } }: Rig) =>
  database.sqlite.prepare('SELECT count(*) FROM journal').pluck().get() as number;

function whereUpstream(fakes: Readonly<Record<string, FakeUpstream>>, token: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [prefix, fake] of Object.entries(fakes))
    for (const [path = ''] of fake.paths())
      for (const line of upstreamFlags(fake, path))
        if (line.startsWith(`${token} `))
          found[prefix + path] = `${found[prefix + path] ?? ''}${line.slice(token.length + 1)}`;
  return found;
}

/** The mailboxes of the accounts' own trees that show it. */
const whereShown = (rig: Rig, token: string): string[] =>
  rig.core.mailboxes
    .list()
    .filter(({ path, selectable }) => selectable && (/^[AB]\//.test(path) || path === 'Recovered'))
    .flatMap(({ path }) => shownTokens(rig, path).flatMap((each) => (each === token ? [path] : [])));
