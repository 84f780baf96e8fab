import { type Logger, pino } from 'pino';
import { errorFields } from './logger.js';

/** A logger for a person at a terminal: one short line each, through `writeLine`. */
export const createPrettyLogger = (level: string, writeLine: (line: string) => void): Logger =>
  pino({ level, base: null, serializers: { err: errorFields } }, { write: (json) => writeLine(prettyLine(json)) });

/** `{"level":40,"time":…,"account":"QQ","msg":"offline"}` → `12:03:11 warn offline (account QQ)` */
export function prettyLine(json: string): string {
  const { level, time, msg, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const label = pino.levels.labels[Number(level)] ?? String(level);
  const clock = new Date(Number(time)).toTimeString().slice(0, 8);
  const rest = Object.entries(fields).map(([key, value]) => `${key} ${fieldText(value)}`);
  return `${clock} ${label} ${String(msg ?? '')}${rest.length > 0 ? ` (${rest.join(', ')})` : ''}`;
}

function fieldText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  const { stack, message } = value as { stack?: unknown; message?: unknown };
  return String(stack ?? message ?? JSON.stringify(value));
}
