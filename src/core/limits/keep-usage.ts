import { sleep } from '../../lib/deadline.js';
import type { Logger } from '../../lib/logger.js';
import type { Meter } from './meter.js';

/** Of bytes, what a killed process may have forgotten; all else is written at once. */
const FLUSH_MS = 30_000;

/** Writes down now and then what an account has used, and once more at the end; never throws. */
export async function keepUsage(meter: Meter, signal: AbortSignal, logger: Logger): Promise<void> {
  for (let isOver = false; !isOver; ) {
    await sleep(FLUSH_MS, signal);
    isOver = signal.aborted;
    try {
      meter.flush();
    } catch (err) {
      logger.warn({ err }, 'what the account used could not be written down; it will be later');
    }
  }
}
