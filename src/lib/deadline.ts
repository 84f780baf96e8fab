/** Resolves after `ms`, or at once when `signal` is aborted (never rejects). */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** The promise's result, or `late` after `ms` or when the signal is aborted; the work goes on, the timer does not. */
export async function orAfter<T>(ms: number, signal: AbortSignal, work: Promise<T>, late: T): Promise<T> {
  const over = new AbortController();
  try {
    return await Promise.race([work, sleep(ms, AbortSignal.any([signal, over.signal])).then(() => late)]);
  } finally {
    over.abort();
  }
}

/** Thrown by withDeadline. */
export class DeadlineError extends Error {
  constructor(what: string, ms: number) {
    super(`${what} took longer than ${ms} ms`);
    this.name = 'DeadlineError';
  }
}

/** The promise, or a DeadlineError after `ms`. The work itself is not stopped: end its connection. */
export async function withDeadline<T>(what: string, ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(what, ms)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const CLOCK_STEP_MS = 30_000;

/** The same by the clock too, in small steps: a timer stands still while the machine sleeps. Not longer when the clock is put back. */
export async function sleepByClock(ms: number, signal: AbortSignal): Promise<void> {
  const [end, since] = [Date.now() + ms, performance.now()];
  while (Date.now() < end && performance.now() - since < ms && !signal.aborted)
    await sleep(Math.min(CLOCK_STEP_MS, end - Date.now()), signal);
}
