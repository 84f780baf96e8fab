// A trickle of new mail, so that somebody who tries the gateway sees mail arrive.
import type { Logger } from '../lib/logger.js';
import type { PostOffice } from './post-office.js';
import { composeArrival } from './sample-mail/arrivals.js';

export interface NewMailPace {
  readonly firstAfterMs: number;
  /** Shortest and longest pause. */
  readonly everyMs: readonly [number, number];
}

export const NEW_MAIL_PACE: NewMailPace = { firstAfterMs: 20_000, everyMs: [60_000, 180_000] };

/** To each account in turn, until it is disposed of. */
export function startNewMail(
  postOffice: PostOffice,
  { firstAfterMs, everyMs: [shortest, longest] }: NewMailPace,
  logger: Logger,
): AsyncDisposable {
  let timer: NodeJS.Timeout | undefined;
  let arrived = 0;
  let isStopped = false;
  const arrive = async (): Promise<void> => {
    const { accounts } = postOffice;
    const account = accounts[arrived % accounts.length];
    if (!account) return;
    arrived += 1;
    const now = new Date();
    const bytes = await composeArrival(account, arrived, now);
    if (isStopped) return;
    postOffice.deliver([account.address], bytes, now);
    wait(shortest + Math.random() * (longest - shortest));
  };
  const wait = (ms: number): void => {
    // A demo keeps nobody from ending the program.
    timer = setTimeout(() => {
      arrive().catch((err: unknown) => logger.warn({ err }, 'no new demo mail'));
    }, ms).unref();
  };
  wait(firstAfterMs);
  return {
    [Symbol.asyncDispose]: async () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
