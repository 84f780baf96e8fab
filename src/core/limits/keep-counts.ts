import { sleep } from '../../lib/deadline.js';
import type { Logger } from '../../lib/logger.js';
import type { Meter } from './meter.js';

const FLUSH_MS = 5_000;

/** Writes down now and then what an account has used, until the signal. Never rejects. */
export async function keepCounts(meter: Meter, logger: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(FLUSH_MS, signal);
    try {
      meter.flush();
    } catch (err) {
      logger.warn({ err }, 'what the account used could not be written down; it will be later');
    }
  }
}
