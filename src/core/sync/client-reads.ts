// What a client waits for is answered soon, or refused: a provider that keeps connections open and says nothing must not
// hold up everybody who wants a message for as long as a command of the sync may take.
import { sleep } from '../../lib/deadline.js';
import { UpstreamError } from '../../mail/errors.js';
import type { Gate } from './gate.js';
import type { Lane, LaneSession, PriorityValue } from './lane.js';

/** Until the first byte of the answer: connecting, signing in, selecting and asking together. */
export const ANSWER_MS = 20_000;
/** For one more try at an account that did not answer just now. */
export const QUICK_MS = 1_500;
const STEP_MS = 250;

export interface ClientReadsOptions {
  /** The account's name, for the text a client sees. */
  readonly name: string;
  readonly lane: Lane;
  readonly gate: Pick<Gate, 'unanswered' | 'isUnanswered' | 'waitMs'>;
  readonly signal: AbortSignal;
}

export interface ClientRead<T> {
  /** Before the question proper; its answers do not end the wait. */
  prepare(lane: LaneSession): Promise<void>;
  ask(lane: LaneSession): Promise<T>;
  /** The server may think about it for long, as about a SEARCH: the wait is over when it has been asked. */
  readonly isSlow?: boolean;
  /** Nobody waits for its turn: only what it takes itself counts. */
  readonly isLeisurely?: boolean;
}

const movedOn = (session: LaneSession['session'] | undefined): number => {
  const { received, sent } = session?.traffic() ?? { received: 0, sent: 0 };
  return received + sent;
};

/**
 * Runs a client's read. As long as the lane's other work moves bytes it waits for its turn; once its own answer has begun to
 * come, only the connection's own deadline counts. Otherwise the account "does not answer" after ANSWER_MS: every read
 * that waits fails then, and the next ones within QUICK_MS until the provider has answered something.
 */
export function createClientReads({ name, lane, gate, signal }: ClientReadsOptions) {
  const waiting = new Set<(error: UpstreamError) => void>();
  let attempt: { readonly done: Promise<void>; readonly since: number } | undefined;
  let isTrying = false;

  const noAnswer = () =>
    new UpstreamError('transient', `${name} does not answer now; what is cached can still be read`, {
      chinese: `${name} 目前没有应答；已缓存的邮件仍可阅读`,
    });
  const isAway = () => gate.isUnanswered() && (lane.session() === undefined || lane.isBusy());
  /** One at a time, whoever asks; never rejects. */
  const tryAgain = () => {
    attempt ??= {
      since: performance.now(),
      done: lane
        .run(0, async ({ session }) => {
          if (gate.isUnanswered()) await session.status(['INBOX']);
        })
        .then(
          () => undefined,
          () => undefined,
        )
        .finally(() => {
          attempt = undefined;
        }),
    };
    return attempt;
  };
  /** Nobody may ask again for a while, and the state must not stay what it is until then. */
  const keepTrying = async () => {
    if (isTrying) return;
    isTrying = true;
    while (gate.isUnanswered() && !signal.aborted) {
      await sleep(Math.max(gate.waitMs(), 1_000), signal);
      if (gate.isUnanswered() && !signal.aborted) await tryAgain().done;
    }
    isTrying = false;
  };
  const miss = () => {
    const error = noAnswer();
    gate.unanswered(error);
    for (const fail of [...waiting]) fail(error);
    void keepTrying();
  };

  return async <T>(priority: PriorityValue, read: ClientRead<T>): Promise<T> => {
    const { prepare, ask, isSlow = false, isLeisurely = false } = read;
    if (isAway()) {
      const { done, since } = tryAgain();
      await Promise.race([done, sleep(Math.max(0, since + QUICK_MS - performance.now()), signal)]);
      if (isAway()) throw noAnswer();
    }
    return new Promise<T>((resolve, reject) => {
      let silentMs = 0;
      let moved = movedOn(lane.session());
      let asked: { readonly session: LaneSession['session']; readonly received: number } | undefined;
      let isRunning = false;
      let isOver = false;
      let timer: NodeJS.Timeout | undefined;
      const end = () => {
        isOver = true;
        clearTimeout(timer);
        waiting.delete(fail);
      };
      const fail = (error: UpstreamError) => {
        end();
        reject(error);
      };
      const look = () => {
        if (asked && asked.session.traffic().received > asked.received) return end();
        const now = movedOn(lane.session());
        // In steps rather than by the clock: a machine that slept has not waited.
        silentMs = !isRunning && (isLeisurely || now !== moved) ? 0 : silentMs + STEP_MS;
        moved = now;
        if (silentMs < ANSWER_MS) {
          timer = setTimeout(look, STEP_MS);
          return;
        }
        // Other work may be something whose outcome must become known: it keeps its own deadline.
        if (isRunning) void lane.drop();
        miss();
      };
      waiting.add(fail);
      timer = setTimeout(look, STEP_MS);
      const work = async (own: LaneSession): Promise<T> => {
        // Nobody waits for it any more.
        if (isOver) throw noAnswer();
        isRunning = true;
        await prepare(own);
        if (isOver) throw noAnswer();
        if (isSlow) end();
        else asked = { session: own.session, received: own.session.traffic().received };
        return ask(own);
      };
      lane.run(priority, work).then(resolve, reject).finally(end);
    });
  };
}
