import { expect, test } from 'vitest';
import { NO_FLAGS, SystemFlag } from '../../src/mail/flags.js';
import { asUpstreamUid } from '../../src/mail/ids.js';
import type { FlagRow, HeaderRow, ListingRow } from '../../src/upstream/connector.js';
import {
  bodiesOf,
  type ContractContext,
  EVERYTHING,
  gather,
  multipartMessage,
  sampleMessage,
  sourceOf,
} from './contract-support.js';

const DAY = Date.UTC(2025, 6, 4, 5, 6, 7) / 1000;

/** Everything that is read of messages. */
export function fetchContract({ up, withSession, freshMailbox, facts }: ContractContext): void {
  test('an empty mailbox has nothing to tell', async () => {
    const path = await freshMailbox();
    await withSession(async (session) => {
      await session.select(path);
      expect([...(await session.uids())]).toEqual([]);
      expect(await gather<ListingRow>((onBatch) => session.fetchListing(EVERYTHING, onBatch))).toEqual([]);
      expect(await gather<HeaderRow>((onBatch) => session.fetchHeaders([], onBatch))).toEqual([]);
      expect(await bodiesOf(session, [1, 2])).toEqual(new Map());
    });
  });

  test('lists uid, flags, date and size', async () => {
    const path = await freshMailbox();
    const first = sampleMessage('first');
    const second = sampleMessage('second', 'longer body\r\n');
    const third = sampleMessage('third');
    const uids = [
      await up().direct.deliver(path, first, { flags: ['\\Seen', '\\Flagged'], internalDate: DAY }),
      await up().direct.deliver(path, second, { internalDate: DAY + 60 }),
      await up().direct.deliver(path, third, { flags: ['\\Answered', '\\Draft'], internalDate: DAY + 120 }),
    ];
    await withSession(async (session) => {
      await session.select(path);
      expect([...(await session.uids())]).toEqual(uids);
      const rows = await gather<ListingRow>((onBatch) => session.fetchListing(EVERYTHING, onBatch));
      expect(rows.map(({ uid }) => uid)).toEqual(uids);
      expect(rows.map(({ flags }) => flags.system)).toEqual([
        SystemFlag.Seen | SystemFlag.Flagged,
        0,
        SystemFlag.Answered | SystemFlag.Draft,
      ]);
      expect(rows.map(({ internalDate }) => internalDate)).toEqual([DAY, DAY + 60, DAY + 120]);
      if (!facts.rewrites)
        expect(rows.map(({ sizeBytes }) => sizeBytes)).toEqual([first.length, second.length, third.length]);
      const [one] = rows;
      if (session.capabilities.labelStore) expect(one?.emailId).toBeDefined();
    });
  });

  test('takes unsorted, overlapping sets with gaps, and tells only what there is', async () => {
    const path = await freshMailbox();
    const uids: number[] = [];
    for (let i = 0; i < 6; i += 1) uids.push(await up().direct.deliver(path, sampleMessage(`m${i}`)));
    const [a = 0, b = 0, c = 0, , , f = 0] = uids;
    await up().direct.expunge(path, b);
    await withSession(async (session) => {
      await session.select(path);
      const rows = await gather<FlagRow>((onBatch) =>
        session.fetchFlags(
          [
            [c, c + 1],
            [a, b],
            [c, c],
            [f + 10, f + 500],
          ],
          onBatch,
        ),
      );
      expect(rows.map(({ uid }) => uid)).toEqual([a, c, c + 1]);
    });
  });

  test('gives the kept header fields as they came, and the body structure', async () => {
    const path = await freshMailbox();
    const folded = 'a subject that is\r\n folded';
    await up().direct.deliver(path, sampleMessage(folded));
    await up().direct.deliver(path, multipartMessage());
    const eightBit = Buffer.from('八比特', 'utf8').toString('latin1');
    await up().direct.deliver(path, sampleMessage(eightBit));
    await withSession(async (session) => {
      await session.select(path);
      const [one, two, three] = await gather<HeaderRow>((onBatch) => session.fetchHeaders(EVERYTHING, onBatch));
      expect(one?.headers).toContain(`Subject: ${folded}\r\n`);
      expect(one?.headers).toMatch(/^Message-ID: </m);
      expect(one?.headers).not.toContain('X-Not-Kept');
      expect(one?.headers.endsWith('\r\n\r\n')).toBe(true);
      expect(one?.bodyStructure).toMatch(/^\("text" "plain" \("charset" "utf-8"\) NIL NIL "8bit" 7 1( NIL| \S+)*\)$/i);
      if (!facts.rewrites && !facts.asciiHeaders) expect(three?.headers).toContain(`Subject: ${eightBit}\r\n`);
      if (two?.bodyStructure !== undefined)
        expect(two.bodyStructure).toMatch(/^\(\("text" "plain".*\)\("application" "pdf".*\) "mixed"/i);
    });
  });

  test('hands rows over in bounded batches, and waits for each', async () => {
    const path = await freshMailbox();
    for (let i = 0; i < 3; i += 1) await up().direct.deliver(path, sampleMessage(`m${i}`));
    await withSession(async (session) => {
      for (let i = 3; facts.labelStore && i < 1536; i += 1)
        await session.append(path, sourceOf(sampleMessage(`m${i}`)), NO_FLAGS, undefined);
      // 3 → 1,536 messages, by copying the mailbox onto itself.
      for (let doublings = 0; doublings < (facts.labelStore ? 0 : 9); doublings += 1) {
        await session.select(path);
        await session.copy(EVERYTHING, path);
      }
      await session.select(path);
      let busy = 0;
      const sizes: number[] = [];
      const onBatch = async (rows: readonly unknown[]) => {
        busy += 1;
        expect(busy).toBe(1);
        await new Promise((resolve) => setImmediate(resolve));
        sizes.push(rows.length);
        busy -= 1;
      };
      await session.fetchListing(EVERYTHING, onBatch);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(1000);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(1536);
      sizes.length = 0;
      await session.fetchHeaders(EVERYTHING, onBatch);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(250);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(1536);
      // And all of them are changed, and moved, also where a command takes no more than 1,000.
      await session.storeFlags(EVERYTHING, 'add', { system: SystemFlag.Seen, keywords: [] });
      const flags = await gather<FlagRow>((onBatch) => session.fetchFlags(EVERYTHING, onBatch));
      expect(flags.filter(({ flags: { system } }) => system & SystemFlag.Seen).length).toBe(1536);
      if (!session.capabilities.move && !session.capabilities.uidplus) return;
      const other = await freshMailbox();
      await session.move(EVERYTHING, other);
      expect([(await session.status(other)).messages, (await session.uids()).length]).toEqual([1536, 0]);
    });
  });

  test("passes a consumer's failure on, and lives on", async () => {
    const path = await freshMailbox();
    const uid = await up().direct.deliver(path, sampleMessage('x'));
    await withSession(async (session) => {
      await session.select(path);
      const failing = () => {
        throw new Error('the disk is full');
      };
      await expect(session.fetchListing(EVERYTHING, failing)).rejects.toThrow('the disk is full');
      await expect(session.fetchBodies([asUpstreamUid(uid)], async () => failing())).rejects.toThrow(
        'the disk is full',
      );
      expect([...(await session.uids())]).toEqual([uid]);
    });
  });

  test('tells what changed since a modseq', async () => {
    const path = await freshMailbox();
    const { direct } = up();
    const uids: number[] = [];
    for (let i = 0; i < 4; i += 1) uids.push(await direct.deliver(path, sampleMessage(`m${i}`)));
    const [a = 0, b = 0, , d = 0] = uids;
    await withSession(async (session) => {
      const { highestModseq } = await session.select(path);
      if (highestModseq === undefined) {
        await expect(session.changesSince(1n, () => undefined)).rejects.toMatchObject({ kind: 'permanent' });
        return;
      }
      await direct.setFlags(path, a, '+', ['\\Seen']);
      await direct.expunge(path, b);
      // The highest uid too: some servers forget that one.
      await direct.expunge(path, d);
      const added = await direct.deliver(path, sampleMessage('new'));
      await direct.expunge(path, await direct.deliver(path, sampleMessage('came and went')));
      await session.select(path);
      const rows: FlagRow[] = [];
      const { vanished } = await session.changesSince(highestModseq, (batch) => {
        rows.push(...batch);
      });
      expect(new Map(rows.map(({ uid, flags }) => [uid, flags.system]))).toEqual(
        new Map([
          [a, SystemFlag.Seen],
          [added, 0],
        ]),
      );
      const gone = vanished?.flatMap(([low, high]) => Array.from({ length: high - low + 1 }, (_, i) => low + i));
      if (session.capabilities.qresync) expect(gone).toEqual(expect.arrayContaining([b, d]));
      else expect(gone).toBeUndefined();
    });
  });

  test('fetches bodies, small and large, each once, the missing ones passed over', async () => {
    const path = await freshMailbox();
    const texts = [
      sampleMessage('small'),
      sampleMessage('large', 'x'.repeat(70).concat('\r\n').repeat(45_000)),
      sampleMessage('tiny', ''),
    ];
    const uids: number[] = [];
    for (const text of texts) uids.push(await up().direct.deliver(path, text));
    const gone = await up().direct.deliver(path, sampleMessage('gone'));
    await up().direct.expunge(path, gone);
    await withSession(async (session) => {
      await session.select(path);
      const bodies = await bodiesOf(session, [...uids, gone, gone + 100]);
      expect(sortedKeys(bodies)).toEqual(uids);
      if (!facts.rewrites)
        expect(uids.map((uid, i) => bodies.get(asUpstreamUid(uid)) === texts[i])).toEqual([true, true, true]);
      const [, large = 0] = uids;
      expect((await bodiesOf(session, [large])).get(asUpstreamUid(large))?.length).toBe(
        bodies.get(asUpstreamUid(large))?.length,
      );
      expect(await bodiesOf(session, [gone])).toEqual(new Map());
    });
  });

  test('finds text, where its search is to be trusted', async () => {
    const path = await freshMailbox();
    const { direct, connector } = up();
    const uid = await direct.deliver(
      path,
      sampleMessage('a special subject', Buffer.from('中文正文 needle\r\n', 'utf8').toString('latin1')),
    );
    await direct.deliver(path, sampleMessage('another', 'nothing here\r\n'));
    await withSession(async (session) => {
      await session.select(path);
      if (!connector.traits.searchTrusted) return;
      expect([...(await session.search({ key: 'header', field: 'subject', text: 'SPECIAL' }))]).toEqual([uid]);
      expect([...(await session.search({ key: 'body', text: 'needle' }))]).toEqual([uid]);
      expect([...(await session.search({ key: 'text', text: '中文' }))]).toEqual([uid]);
      expect([...(await session.search({ key: 'text', text: 'in "none" of them' }))]).toEqual([]);
    });
  });
}

const sortedKeys = (map: ReadonlyMap<number, unknown>): number[] => [...map.keys()].sort((a, b) => a - b);
