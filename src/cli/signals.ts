import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Ctrl-C under `npm start` comes twice, from the terminal and from npm: that is one signal. */
const ECHO_MS = 400;

/** The first signal calls back; a second one, somewhat later, ends the process at once. Returns what undoes it. */
export function onStopSignal(callback: (signal: NodeJS.Signals) => void): () => void {
  let firstAt: number | undefined;
  const listener = (signal: NodeJS.Signals): void => {
    if (firstAt === undefined) {
      firstAt = Date.now();
      callback(signal);
    } else if (Date.now() - firstAt > ECHO_MS) {
      process.exit(128 + constants.signals[signal]);
    }
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  return () => {
    for (const signal of SIGNALS) process.off(signal, listener);
  };
}
