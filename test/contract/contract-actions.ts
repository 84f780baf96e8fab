import { expect, test } from 'vitest';
import { NO_FLAGS, SystemFlag } from '../../src/mail/flags.js';
import { asUpstreamUid } from '../../src/mail/ids.js';
import type { FlagRow } from '../../src/upstream/connector.js';
import {
  bodiesOf,
  type ContractContext,
  EVERYTHING,
  gather,
  keptBy,
  refusalOf,
  sampleMessage,
  sorted,
  sourceOf,
} from './contract-support.js';

const DAY = Date.UTC(2024, 1, 29, 23, 59, 58) / 1000;

/** Everything that changes the upstream, looked at by another client afterwards. */
export function actionContract({ up, withSession, freshMailbox, facts }: ContractContext): void {
  test('appends bytes, flags and date', async () => {
    const path = await freshMailbox();
    const message = sampleMessage('appended', Buffer.from('8-bit: é, 中\r\n', 'utf8').toString('latin1'));
    await withSession(async (session) => {
      const { uidValidity } = await session.select(path);
      const appended = await session.append(
        path,
        sourceOf(message),
        { system: SystemFlag.Seen | SystemFlag.Draft, keywords: ['$Label1', '$MDNSent', '$Junk'] },
        DAY,
      );
      const [stored] = await up().direct.messages(path);
      if (!facts.rewrites) expect(stored?.body).toBe(message);
      const given = ['\\Draft', '\\Seen', '$Label1', '$MDNSent', '$Junk'];
      expect(sorted(stored?.flags ?? [])).toEqual(keptBy(facts, given));
      // A server that does not promise it may tell it all the same.
      const isTold = session.capabilities.uidplus || appended.uid !== undefined;
      expect(appended).toEqual(isTold ? { uidValidity, uid: stored?.uid } : { uidValidity: undefined, uid: undefined });
      await session.select(path);
      const [row] = await gather((onBatch) => session.fetchListing(EVERYTHING, onBatch));
      expect(row).toMatchObject({ internalDate: DAY });
    });
  });

  test('appends a message that ends within a line', async () => {
    const path = await freshMailbox();
    const message = sampleMessage('unended', 'no line end');
    await withSession(async (session) => {
      await session.append(path, sourceOf(message), NO_FLAGS, undefined);
      const [stored] = await up().direct.messages(path);
      expect(stored?.body).toBe(facts.addsLineEnd ? `${message}\r\n` : message);
    });
  });

  test('appends many megabytes as a stream', async () => {
    const path = await freshMailbox();
    const message = sampleMessage('large', `${'0123456789'.repeat(7)}\r\n`.repeat(60_000));
    await withSession(async (session) => {
      await session.append(path, sourceOf(message, 100_000), NO_FLAGS, undefined);
      const [stored] = await up().direct.messages(path);
      expect(stored?.body === message).toBe(true);
    });
  });

  test('appends nothing when the source does not hold what it promised', async () => {
    const path = await freshMailbox();
    await withSession(async (session) => {
      const short = { ...sourceOf(sampleMessage('short')), sizeBytes: 100_000 };
      const refused = await refusalOf(session.append(path, short, NO_FLAGS, undefined));
      expect(refused).toMatchObject({ kind: 'transient' });
      expect(refused.details.outcomeUnknown).toBeUndefined();
      await session.closed;
    });
    expect(await up().direct.messages(path)).toEqual([]);
  });

  test('adds and removes flags of exactly the messages named', async () => {
    const path = await freshMailbox();
    const { direct } = up();
    const uids: number[] = [];
    for (let i = 0; i < 3; i += 1)
      uids.push(await direct.deliver(path, sampleMessage(`m${i}`), { flags: ['\\Answered'] }));
    const [a = 0, , c = 0] = uids;
    await withSession(async (session) => {
      await session.select(path);
      const exact = [
        [c, c],
        [a, a],
      ] as const;
      await session.storeFlags(exact, 'add', {
        system: SystemFlag.Seen | SystemFlag.Flagged,
        keywords: ['$Work', '$MDNSent', '$Junk'],
      });
      await session.storeFlags(exact, 'remove', { system: SystemFlag.Answered, keywords: ['nobody-has-this'] });
      const flags = (await direct.messages(path)).map((message) => sorted(message.flags));
      const changed = keptBy(facts, ['\\Flagged', '\\Seen', '$Work', '$MDNSent', '$Junk']);
      expect(flags).toEqual([changed, ['\\Answered'], changed]);
      const rows = await gather<FlagRow>((onBatch) => session.fetchFlags(EVERYTHING, onBatch));
      const keywords = changed.filter((flag) => flag.startsWith('$'));
      expect(rows.map((row) => sorted(row.flags.keywords))).toEqual([keywords, [], keywords]);
      await session.storeFlags(exact, 'add', NO_FLAGS);
    });
  });

  test('copies, and tells the pairs where the server does', async () => {
    const [from, to] = [await freshMailbox(), await freshMailbox()];
    const { direct } = up();
    const uids: number[] = [];
    for (let i = 0; i < 3; i += 1) uids.push(await direct.deliver(from, sampleMessage(`m${i}`), { flags: ['\\Seen'] }));
    await direct.deliver(to, sampleMessage('was there before'));
    await withSession(async (session) => {
      const { uidValidity } = await session.status(to);
      await session.select(from);
      const [a = 0, , c = 0] = uids;
      const wanted = [
        [a, a],
        [c, c],
      ] as const;
      const { pairs, uidValidity: told } = await session.copy(wanted, to);
      const [, first, second] = await direct.messages(to);
      expect(first?.body).toContain('Subject: m0');
      expect(second?.body).toContain('Subject: m2');
      expect(second?.flags).toEqual(['\\Seen']);
      expect((await direct.messages(from)).length).toBe(3);
      if (pairs !== undefined) {
        expect(told).toBe(uidValidity);
        expect([...pairs]).toEqual([
          [a, first?.uid],
          [c, second?.uid],
        ]);
      }
      expect((await refusalOf(session.copy(wanted, ['no such mailbox']))).kind).toBe('permanent');
    });
  });

  test('moves, by MOVE or by COPY and UID EXPUNGE', async () => {
    const [from, to] = [await freshMailbox(), await freshMailbox()];
    const { direct } = up();
    const uids: number[] = [];
    for (let i = 0; i < 4; i += 1) uids.push(await direct.deliver(from, sampleMessage(`m${i}`)));
    const [a = 0, b = 0, c = 0, d = 0] = uids;
    // Somebody else's \Deleted message must stay where it is.
    if (!facts.labelStore) await direct.setFlags(from, b, '+', ['\\Deleted']);
    await withSession(async (session) => {
      await session.select(from);
      const { move, uidplus } = session.capabilities;
      const wanted = [
        [a, a],
        [c, d],
      ] as const;
      if (!move && !uidplus) {
        expect((await refusalOf(session.move(wanted, to))).kind).toBe('permanent');
        expect((await direct.messages(from)).length).toBe(4);
        return;
      }
      const { pairs } = await session.move(wanted, to);
      const moved = await direct.messages(to);
      expect(moved.map(({ body }) => /Subject: (\w+)/.exec(body)?.[1])).toEqual(['m0', 'm2', 'm3']);
      expect((await direct.messages(from)).map(({ uid }) => uid)).toEqual([b]);
      if (pairs !== undefined) expect([...pairs]).toEqual([a, c, d].map((uid, i) => [uid, moved[i]?.uid]));
      expect((await refusalOf(session.move([[b, b]], ['no such mailbox']))).kind).toBe('permanent');
      expect([...(await session.uids())]).toEqual([b]);
    });
  });

  test('expunges exactly the messages named', async () => {
    const path = await freshMailbox();
    const { direct } = up();
    const uids: number[] = [];
    for (let i = 0; i < 3; i += 1)
      uids.push(await direct.deliver(path, sampleMessage(`m${i}`), { flags: i === 0 ? ['\\Deleted'] : [] }));
    const [a = 0, b = 0, c = 0] = uids;
    await withSession(async (session) => {
      await session.select(path);
      if (!session.capabilities.uidplus) {
        expect((await refusalOf(session.expunge([[b, b]]))).kind).toBe('permanent');
        expect((await direct.messages(path)).length).toBe(3);
        return;
      }
      await session.expunge([[b, b]]);
      expect((await direct.messages(path)).map(({ uid }) => uid)).toEqual([a, c]);
      // What is gone already is no failure.
      await session.expunge([[b, b]]);
    });
  });

  test('carries commands out one after the other, in the order of the calls', async () => {
    const path = await freshMailbox();
    await withSession(async (session) => {
      const results = await Promise.all([
        session.select(path),
        session.append(path, sourceOf(sampleMessage('one')), NO_FLAGS, undefined),
        session.select(path),
        session.append(path, sourceOf(sampleMessage('two')), NO_FLAGS, undefined),
        session.select(path),
        session.uids(),
      ]);
      expect([results[0].exists, results[2].exists, results[4].exists]).toEqual([0, 1, 2]);
      const bodies = await bodiesOf(session, [...results[5]]);
      expect([...bodies.values()].map((body) => /Subject: (\w+)/.exec(body)?.[1])).toEqual(['one', 'two']);
      expect(bodies.has(asUpstreamUid(results[5][0] ?? 0))).toBe(true);
    });
  });
}
