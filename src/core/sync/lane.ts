// One upstream connection and the queue of work for it. Work is done one piece at a time, most urgent first; the
// connection is made when it is needed and made anew when it has died.
import { UpstreamError } from '../../mail/errors.js';
import type { SourceRow } from '../../store/sources.js';
import type { SelectedSource, UpstreamSession } from '../../upstream/connector.js';
import type { UidCheck } from './uid-check.js';

/** Smaller is more urgent (DESIGN §6, order of work). */
export const Priority = { read: 0, push: 1, arrivals: 2, flags: 3, backfill: 4, prefetch: 5 } as const;
export type PriorityValue = (typeof Priority)[keyof typeof Priority];

/**
 * What a SELECT told; `isRenumbered`: its messages have other uids than the index knows, under the same UIDVALIDITY;
 * `isFresh`: told just now, not at some earlier time.
 */
export type Selection = SelectedSource & { readonly isRenumbered: boolean; readonly isFresh: boolean };

export interface LaneSession {
  readonly session: UpstreamSession;
  /** Selects the source unless it is selected already. */
  select(source: SourceRow, options?: SelectOptions): Promise<Selection>;
  /**
   * Selects the source, whose row and whose upstream uids were read from the store together: nothing may be said of
   * uids that mean other messages by now. @throws {RenumberedError}
   */
  selectKnown(source: SourceRow, options?: SelectOptions): Promise<Selection>;
}

/** The upstream has given the source's messages other uids than the index knows: they must be matched again first. */
export class RenumberedError extends UpstreamError {
  readonly sourceId: number;
  constructor(sourceId: number) {
    super('transient', 'the provider has numbered a mailbox anew: its messages are being matched again first', {
      chinese: '服务商对一个邮箱文件夹重新编号：网关正在重新匹配其中的邮件',
    });
    this.name = 'RenumberedError';
    this.sourceId = sourceId;
  }
}

export interface SelectOptions {
  /** Asks the server again, whatever is selected. */
  readonly fresh?: boolean;
  /**
   * The highest uid the work speaks of. A server knows, in a session, only the messages it has told that session of: a UID
   * STORE of one that came later is answered OK and changes nothing. So a selection older than that uid is made anew.
   */
  readonly upTo?: number | undefined;
}

export interface Lane {
  /** @throws {UpstreamError} of the work, or of connecting */
  run<T>(priority: PriorityValue, work: (lane: LaneSession) => Promise<T>): Promise<T>;
  /** The connection, while there is one. */
  session(): UpstreamSession | undefined;
  /** Work is under way, connecting included. */
  isBusy(): boolean;
  /** Finds out whether a connection that does nothing is still there, so that nobody has to wait for it in vain later. */
  ping(): void;
  /** Ends the connection; the next work opens another. */
  drop(): Promise<void>;
  close(): Promise<void>;
}

interface Job {
  readonly priority: number;
  readonly order: number;
  run(lane: LaneSession): Promise<void>;
  fail(error: unknown): void;
}

export interface LaneOptions {
  /** For servers that renumber silently. */
  readonly check?: UidCheck | undefined;
  /** Asked before each piece of work, which fails with what it throws; told afterwards how the work went. */
  readonly guard?: { admit(): void; worked(error?: unknown, heard?: boolean): void };
}

export function createLane(connect: () => Promise<UpstreamSession>, { check, guard }: LaneOptions = {}): Lane {
  const jobs: Job[] = [];
  let order = 0;
  let busy = false;
  let closed = false;
  let current: LaneSession | undefined;

  const open = async (): Promise<LaneSession> => {
    if (current) return current;
    const session = await connect();
    const lane = laneSession(session, check);
    current = lane;
    void session.closed.then(() => {
      if (current === lane) current = undefined;
    });
    return lane;
  };
  const next = (): Job | undefined => {
    let best = 0;
    for (let i = 1; i < jobs.length; i++) {
      const [a, b] = [jobs[i], jobs[best]];
      if (a && b && (a.priority < b.priority || (a.priority === b.priority && a.order < b.order))) best = i;
    }
    return jobs.splice(best, 1)[0];
  };
  const pump = async () => {
    if (busy) return;
    busy = true;
    for (let job = next(); job; job = next()) {
      try {
        guard?.admit();
        const lane = await open();
        const before = guard && lane.session.traffic().received;
        await job.run(lane).then(
          () => guard?.worked(undefined, lane.session.traffic().received !== before),
          (error: unknown) => {
            guard?.worked(error);
            throw error;
          },
        );
      } catch (error) {
        job.fail(error);
      }
    }
    busy = false;
  };
  return {
    run: <T>(priority: PriorityValue, work: (lane: LaneSession) => Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        if (closed) return reject(new UpstreamError('transient', 'the gateway is stopping'));
        jobs.push({
          priority,
          order: order++,
          run: (lane) => work(lane).then(resolve),
          fail: reject,
        });
        void pump();
      }),
    session: () => current?.session,
    isBusy: () => busy,
    ping: () => {
      // Of a connection that is dead the session itself tells.
      if (current && !busy) void current.session.status(['INBOX']).catch(() => undefined);
    },
    drop: async () => {
      const lane = current;
      current = undefined;
      await lane?.session.close();
    },
    close: async () => {
      closed = true;
      for (const job of jobs.splice(0)) job.fail(new UpstreamError('transient', 'the gateway is stopping'));
      const lane = current;
      current = undefined;
      await lane?.session.close();
    },
  };
}

/** Where uids may change silently, a selection is not relied on for longer. */
const MAX_AGE_MS = 60_000;

function laneSession(session: UpstreamSession, check: UidCheck | undefined): LaneSession {
  let selected: { key: string; state: Selection; upTo: number; at: number } | undefined;
  const select: LaneSession['select'] = async (source, { fresh = false, upTo = 0 } = {}) => {
    const key = JSON.stringify(source.path);
    const isOld = check !== undefined && selected !== undefined && performance.now() - selected.at > MAX_AGE_MS;
    if (!fresh && !isOld && selected?.key === key && selected.upTo >= upTo)
      return { ...selected.state, isFresh: false };
    selected = undefined;
    const told = await session.select(source.path);
    const state = { ...told, isRenumbered: (await check?.(session, source, told)) ?? false, isFresh: true };
    selected = { key, state, upTo: Math.max((state.uidNext ?? 1) - 1, upTo), at: performance.now() };
    return state;
  };
  return {
    session,
    select,
    selectKnown: async (source, options) => {
      const state = await select(source, options);
      // Of a source that was never looked at no uid is known that could be wrong.
      const isKnown = source.uidValidity === undefined || state.uidValidity === source.uidValidity;
      if (isKnown && !state.isRenumbered) return state;
      // Told again with the next SELECT: this one's answer may be what is out of date.
      selected = undefined;
      throw new RenumberedError(source.id);
    },
  };
}
