import { sleep } from './deadline.js';

export interface InsistOptions {
  readonly everyMs: number;
  readonly signal: AbortSignal;
  onError(error: unknown): void;
}

/** Does the work, and does it again until it does not throw: for what must be written though the disk is full now. */
export async function insist(
  work: () => void | Promise<void>,
  { everyMs, signal, onError }: InsistOptions,
): Promise<void> {
  while (!signal.aborted) {
    try {
      return await work();
    } catch (error) {
      onError(error);
      await sleep(everyMs, signal);
    }
  }
}
