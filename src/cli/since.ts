// `--since`: a time, or how long ago.
import type { Language } from '../lib/languages.js';
import { CliError, ExitCode } from './io.js';
import { noTime } from './undo-words.js';

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** Unix milliseconds. Times without a zone are this machine's. @throws {CliError} */
export function parseSince(text: string, now = Date.now(), language: Language = 'en'): number {
  const [, amount, unit] = /^(\d{1,6}) ?(s|m|min|h|d|w)$/.exec(text.trim()) ?? [];
  if (amount !== undefined && unit !== undefined) return now - Number(amount) * (UNITS[unit] ?? 0);
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(text.trim()) ?? [];
  if (hours !== undefined && minutes !== undefined && Number(hours) < 24 && Number(minutes) < 60) {
    const day = new Date(now);
    const at = day.setHours(Number(hours), Number(minutes), 0, 0);
    // 23:30, asked for at 00:10, was yesterday.
    return at <= now ? at : day.setDate(day.getDate() - 1);
  }
  const [, date, time] =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})?))?$/.exec(text.trim()) ?? [];
  const at = date === undefined ? Number.NaN : new Date(`${date}T${time ?? '00:00'}`).getTime();
  if (Number.isNaN(at)) {
    throw new CliError(noTime(text)[language], ExitCode.usage);
  }
  return at;
}
