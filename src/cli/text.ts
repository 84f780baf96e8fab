// How numbers, times and tables look to a person.
import { inLanguage, type Language, languageOf } from '../lib/languages.js';

/** A text, or a list of them, in each language. */
export type Both<T = string> = Readonly<Record<Language, T>>;
export const both = <T>(en: T, zh: T): Both<T> => ({ en, zh });

/** The one asked for by `--language`, else that of LC_ALL, LC_MESSAGES or LANG. */
export const languageFor = (asked: Language | undefined): Language => asked ?? languageOf(process.env);

/** 12345 → `12,345` */
export const count = (value: number): string => Math.round(value).toLocaleString('en-US');

const UNITS: Both<readonly [seconds: string, minutes: string, hours: string, days: string]> = both(
  ['s', 'min', 'h', 'days'],
  ['秒', '分钟', '小时', '天'],
);

/** 90000 → `1 min 30 s` */
export function duration(ms: number, language: Language = 'en'): string {
  const [second, minute, hour, day] = UNITS[language];
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} ${second}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60)
    return seconds % 60 === 0 ? `${minutes} ${minute}` : `${minutes} ${minute} ${seconds % 60} ${second}`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} ${hour} ${minutes % 60} ${minute}` : `${Math.floor(hours / 24)} ${day}`;
}

/** Columns a terminal needs for the text: Chinese, Japanese and Korean characters take two. */
export function width(text: string): number {
  let columns = 0;
  for (const char of text) {
    columns +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u.test(
        char,
      )
        ? 2
        : 1;
  }
  return columns;
}

export const padded = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - width(text)));

/** What a server or a mailbox name said, without anything that would steer the terminal. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ');

/** Rows under a heading, columns aligned. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [heading, ...rows];
  const widths = heading.map((_, column) => Math.max(...all.map((row) => width(row[column] ?? ''))));
  return all.map((row) =>
    row
      .map((cell, column) => padded(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** In the language of whoever asks. */
export const inOneLanguage = <P extends { readonly text: string; readonly remedy: string }>(
  problem: P,
  language = languageOf(process.env),
): P => ({ ...problem, text: inLanguage(problem.text, language), remedy: inLanguage(problem.remedy, language) });
