import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export interface LoggerOptions {
  readonly level: string;
  /** Where lines go; stderr by default, since stdout belongs to `--json`. */
  readonly destination?: string | number;
}

/** An error that says of what `kind` it is was to be expected: what it says is enough. Any other keeps its stack. */
export function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (!('kind' in error)) return pino.stdSerializers.err(error);
  const cause = error.cause instanceof Error ? { cause: error.cause.message } : {};
  return { type: error.name, message: error.message, kind: error.kind, ...cause };
}

/** The root logger. Never give it a body, a password or a token (STYLE §6). */
export const createLogger = ({ level, destination = 2 }: LoggerOptions): Logger =>
  pino(
    { level, base: null, serializers: { err: errorFields } },
    // Without minLength flush() does not wait, and the last lines of a run would be lost.
    pino.destination({ dest: destination, sync: false, minLength: 1 }),
  );

/** Logs nothing; for tests. */
export const silentLogger: Logger = pino({ level: 'silent' });
