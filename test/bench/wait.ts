import { setTimeout as sleep } from 'node:timers/promises';
import { BenchError } from './failure.js';

/** Asks again and again until the answer is true. @throws {BenchError} when it is not so in time */
export async function until(what: string, ms: number, ask: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + ms;
  while (!(await ask())) {
    if (performance.now() > end) throw new BenchError(`not within ${ms / 1000} s: ${what}`);
    await sleep(20);
  }
}
