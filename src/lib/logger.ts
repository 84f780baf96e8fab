import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export interface LoggerOptions {
  readonly level: string;
  /** Where lines go; stderr by default, since stdout belongs to `--json`. */
  readonly destination?: string | number;
}

/** The root logger. Never give it a body, a password or a token (STYLE §6). */
export const createLogger = ({ level, destination = 2 }: LoggerOptions): Logger =>
  pino({ level, base: null }, pino.destination({ dest: destination, sync: false }));

/** Logs nothing; for tests. */
export const silentLogger: Logger = pino({ level: 'silent' });
