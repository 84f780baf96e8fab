import { expect, test } from 'vitest';
import { SystemFlag } from '../../src/mail/flags.js';
import { type ContractContext, sampleMessage } from './contract-support.js';

const never = (): AbortSignal => new AbortController().signal;

/** waitForChange: IDLE, or polling. */
export function waitingContract({ up, withSession, freshMailbox, facts }: ContractContext): void {
  const maxMs = facts.newsMs ?? 10_000;

  const changes: [string, (path: readonly string[], uid: number) => Promise<unknown>][] = [
    ['new mail', (path) => up().direct.deliver(path, sampleMessage('news'))],
    ['an expunge', (path, uid) => up().direct.expunge(path, uid)],
    ...(facts.noFlagNews
      ? []
      : [
          [
            'a flag',
            (path: readonly string[], uid: number) => up().direct.setFlags(path, uid, '+', ['\\Flagged']),
          ] as (typeof changes)[number],
        ]),
  ];
  test.each(changes)('is told of %s by another client', async (what, change) => {
    const path = await freshMailbox();
    const uid = await up().direct.deliver(path, sampleMessage('old'));
    await withSession(async (session) => {
      await session.select(path);
      const isLate = facts.lateExpungeNews && what === 'an expunge';
      const waiting = session.waitForChange({ signal: never(), maxMs: isLate ? 300 : maxMs });
      // Once without a pause, so that the change may come before IDLE does; and once into the waiting.
      await change(path, uid);
      expect(await waiting).toBe('changed');
      await session.select(path);
      expect(await session.waitForChange({ signal: never(), maxMs: 50 })).toBe('timeout');
    });
  });

  test('is told while it waits, again and again', async () => {
    const path = await freshMailbox();
    await withSession(async (session) => {
      await session.select(path);
      for (let i = 0; i < 3; i += 1) {
        const waiting = session.waitForChange({ signal: never(), maxMs });
        await new Promise((resolve) => setTimeout(resolve, 50));
        await up().direct.deliver(path, sampleMessage(`news ${i}`));
        expect(await waiting).toBe('changed');
        expect((await session.uids()).length).toBe(i + 1);
      }
    });
  });

  test('what came before the call, on this connection, counts', async () => {
    const path = await freshMailbox();
    await withSession(async (session) => {
      await session.select(path);
      await up().direct.deliver(path, sampleMessage('early'));
      await session.status(['INBOX']);
      await session.fetchFlags([[1, 10]], () => undefined);
      expect(await session.waitForChange({ signal: never(), maxMs })).toBe('changed');
    });
  });

  test('ends at the abort and at the time given, and commands go on', async () => {
    const path = await freshMailbox();
    await withSession(async (session) => {
      await session.select(path);
      expect(await session.waitForChange({ signal: AbortSignal.abort(), maxMs: 1000 })).toBe('aborted');
      const abort = new AbortController();
      const waiting = session.waitForChange({ signal: abort.signal, maxMs: 60_000 });
      const queued = session.uids();
      setTimeout(() => abort.abort(), 30);
      expect(await waiting).toBe('aborted');
      expect([...(await queued)]).toEqual([]);
      const startedAt = performance.now();
      expect(await session.waitForChange({ signal: never(), maxMs: 60 })).toBe('timeout');
      expect(performance.now() - startedAt).toBeLessThan(5_000);
      expect([...(await session.uids())]).toEqual([]);
    });
  });

  test("the session's own changes are no news", async () => {
    const path = await freshMailbox();
    const uid = await up().direct.deliver(path, sampleMessage('mine'));
    await withSession(async (session) => {
      await session.select(path);
      await session.storeFlags([[uid, uid]], 'add', { system: SystemFlag.Seen, keywords: [] });
      if (session.capabilities.uidplus) await session.expunge([[uid, uid]]);
      expect(await session.waitForChange({ signal: never(), maxMs: 50 })).toBe('timeout');
    });
  });

  test('closing ends the waiting', async () => {
    const path = await freshMailbox();
    await withSession(async (session) => {
      await session.select(path);
      const waiting = session.waitForChange({ signal: never(), maxMs: 60_000 }).catch((error: unknown) => error);
      await new Promise((resolve) => setTimeout(resolve, 30));
      await session.close();
      await session.closed;
      const outcome = await waiting;
      if (outcome !== 'aborted') expect(outcome).toMatchObject({ name: 'UpstreamError', kind: 'transient' });
    });
  });
}
