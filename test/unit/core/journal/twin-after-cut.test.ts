// A COPY or MOVE was sent, the connection was lost before its answer, and a second mail with the same Message-ID (sent to the
// reader and to a list) comes at that instant. Neither is taken for the other; both stay.
import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { createRig, named, type Rig, useVirtualTime } from '../../../support/core-harness.js';
import { appendMail, mail, one, uidOf } from '../../../support/core-mail.js';
import { createFakeUpstream, type FakeUpstream, flags } from '../../../support/fake-connector.js';

useVirtualTime();

const lost = new UpstreamError('transient', 'the connection was lost', { outcomeUnknown: true });
const throughList = mail('m1').replace('Subject: ', 'Subject: [list] ');
/** Of the very same second, which no date tells apart. */
const SECOND = Date.UTC(2026, 0, 1) / 1000;

/** [upstream uid, subject] of all that stands there and of all that is shown of it. */
function both(rig: Rig, fake: FakeUpstream, path: string) {
  const there = fake
    .contents(path)
    .map(({ uid, bytes }) => [uid, /Subject: (.*)\r/.exec(Buffer.from(bytes).toString())?.[1]]);
  const rows = rig.store.database.sqlite
    .prepare(
      `SELECT e.uid, c.upstreamUid, h.block FROM copies c JOIN headers h ON h.messageId = c.messageId JOIN sources s ON s.id = c.sourceId
       JOIN entries e ON e.copyId = c.id AND e.mailboxId = ? WHERE s.path = ? ORDER BY c.upstreamUid`,
    )
    .all(rig.idOf(path), JSON.stringify([path])) as { uid: number; upstreamUid: number; block: string }[];
  const subject = ({ block }: { block: string }) => /Subject: (.*)\r/.exec(block)?.[1];
  const here = rows.map((row) => [row.upstreamUid, subject(row)]);
  return { there, here, subjectOf: (uid: number) => rows.filter((row) => row.uid === uid).map(subject)[0] };
}

const servers = [
  ['plain', {}],
  ['without MOVE', { move: false }],
  ['without UIDPLUS', { uidplus: false }],
  ['with QRESYNC', { qresync: true }],
] as const;

describe.each(servers)('%s', (server, options) => {
  test.each(
    (['move', 'copy'] as const).flatMap((kind) =>
      (['before', 'after'] as const).flatMap((when) =>
        (['INBOX', 'Archive'] as const).flatMap((at) =>
          (['before it is carried out', 'after the cut'] as const).map((moment) => ({ kind, when, at, moment })),
        ),
      ),
    ),
  )('$kind, cut $when it is done; the other comes to $at $moment', async ({ kind, when, at, moment }) => {
    const fake = createFakeUpstream(options);
    fake.deliver('INBOX', mail('m1'), { internalDate: SECOND });
    const rig = await createRig({ accounts: [{ name: 'A', fake }] });
    await using __ = rig;
    await rig.settle();
    const comes = () => fake.deliver(at, throughList, { internalDate: SECOND });
    fake.failNext(kind, lost, { when, cut: true });
    let isCut = false;
    fake.before = ({ method }) => {
      if (method !== (isCut ? 'connect' : kind)) return;
      if (isCut === (moment === 'after the cut')) {
        fake.before = undefined;
        comes();
      }
      isCut = true;
    };
    const { pairs } = rig.core.actions[kind](rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'm1')), 'Archive');
    await rig.settle();
    const [inbox, archive] = [both(rig, fake, 'INBOX'), both(rig, fake, 'Archive')];
    const subjects = (path: string) => [
      ...(kind === 'copy' || path === 'Archive' ? ['m1'] : []),
      ...(at === path ? ['[list] m1'] : []),
    ];
    expect(inbox.there.map(([, subject]) => subject).sort()).toEqual(subjects('INBOX').sort());
    expect(archive.there.map(([, subject]) => subject).sort()).toEqual(subjects('Archive').sort());
    expect(inbox.here).toEqual(inbox.there);
    expect(archive.here).toEqual(archive.there);
    expect(archive.subjectOf(pairs[0]?.[1] ?? 0)).toBe('m1');
  });

  // One that is the same by all that is known of it may be taken for it where a move may have been cut halfway.
  test('MOVE, and the other is the same to the last byte', async () => {
    const fake = createFakeUpstream(options);
    fake.deliver('INBOX', mail('m1'), { internalDate: SECOND });
    const rig = await createRig({ accounts: [{ name: 'A', fake }] });
    await using __ = rig;
    await rig.settle();
    fake.failNext('move', lost, { when: 'before', cut: true });
    fake.before = ({ method }) => {
      if (method !== 'move') return;
      fake.before = undefined;
      fake.deliver('Archive', mail('m1'), { internalDate: SECOND });
    };
    rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'm1')), 'Archive');
    await rig.settle();
    const [inbox, archive] = [both(rig, fake, 'INBOX'), both(rig, fake, 'Archive')];
    const left = server === 'without MOVE' ? ['m1'] : ['m1', 'm1'];
    expect([...inbox.there, ...archive.there].map(([, subject]) => subject)).toEqual(left);
    expect([inbox.here, archive.here]).toEqual([inbox.there, archive.there]);
  });
});

describe('between accounts', () => {
  test.each(['before', 'after'] as const)('cut %s the APPEND is done', async (when) => {
    const [a, b] = [createFakeUpstream(), createFakeUpstream()];
    a.deliver('INBOX', mail('m1'), { internalDate: SECOND });
    const rig = await createRig({
      accounts: named({ A: a, B: b }),
    });
    await using __ = rig;
    await rig.settle();
    b.failNext('append', lost, { when, cut: true });
    b.before = ({ method }) => {
      if (method !== 'append') return;
      b.before = undefined;
      b.deliver('Archive', throughList, { internalDate: SECOND + 60 });
    };
    const { pairs } = rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'm1')), 'B/Archive');
    await rig.settle();
    const subjects = b
      .contents('Archive')
      .map(({ bytes }) => /Subject: (.*)\r/.exec(Buffer.from(bytes).toString())?.[1]);
    expect(subjects).toEqual(['[list] m1', 'm1']);
    expect(a.contents('INBOX')).toEqual([]);
    expect(pairs).toHaveLength(1);
  });
});

test('APPEND: another of its Message-ID is not taken for it', async () => {
  const fake = createFakeUpstream();
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await using _ = rig;
  await rig.settle();
  fake.failNext('append', lost, { when: 'before', cut: true });
  fake.before = ({ method }) => {
    if (method !== 'append') return;
    fake.before = undefined;
    fake.deliver('Archive', throughList, { internalDate: SECOND });
  };
  const uid = await appendMail(rig, 'Archive', mail('m1'), flags());
  await rig.settle();
  const archive = both(rig, fake, 'Archive');
  expect(archive.here).toEqual(archive.there);
  expect(archive.there.map(([, subject]) => subject)).toEqual(['[list] m1', 'm1']);
  expect(archive.subjectOf(uid)).toBe('m1');
});
