import type { Day } from './search-criteria.js';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const pad = (value: number): string => (value < 10 ? `0${value}` : `${value}`);
const PADDED = Array.from({ length: 60 }, (_, value) => pad(value));

let cachedDay = Number.NaN;
let cachedText = '';

/** INTERNALDATE's value in UTC: `"23-Nov-2026 12:00:00 +0000"` (RFC 9051 §9, date-time). Neighbours share a day: cached. */
export function formatInternalDate(unixSeconds: number): string {
  const day = Math.floor(unixSeconds / 86_400);
  if (day !== cachedDay) {
    const date = new Date(day * 86_400_000);
    const year = String(Math.min(9999, Math.max(0, date.getUTCFullYear()))).padStart(4, '0');
    cachedText = `"${pad(date.getUTCDate())}-${MONTHS[date.getUTCMonth()]}-${year} `;
    cachedDay = day;
  }
  const second = unixSeconds - day * 86_400;
  const hour = Math.floor(second / 3600);
  return `${cachedText}${PADDED[hour]}:${PADDED[Math.floor(second / 60) % 60]}:${PADDED[second % 60]} +0000"`;
}

/** `23-Nov-2026 12:00:00 +0000`, with or without quotes → Unix seconds; undefined if it is no date-time. */
export function parseInternalDate(text: string): number | undefined {
  const match = /^"?([ \d]?\d)-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"?$/.exec(text);
  const month = monthOf(match?.[2] ?? '');
  if (!match || month === undefined) return undefined;
  const [day, year, hour, minute, second, offsetHours, offsetMinutes] = [1, 3, 4, 5, 6, 8, 9].map((i) =>
    Number(match[i]),
  );
  const utc = Date.UTC(year ?? 0, month, day, hour, minute, second);
  const offset = ((offsetHours ?? 0) * 60 + (offsetMinutes ?? 0)) * (match[7] === '-' ? -1 : 1);
  return Math.floor(utc / 1000) - offset * 60;
}

/** 0–11 */
const monthOf = (name: string): number | undefined => {
  const index = MONTHS.findIndex((month) => month.toLowerCase() === name.slice(0, 3).toLowerCase());
  return index < 0 ? undefined : index;
};

const ZONES: Readonly<Record<string, number>> = {
  UT: 0,
  UTC: 0,
  GMT: 0,
  Z: 0,
  EST: -300,
  EDT: -240,
  CST: -360,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
};

/** A Date header's value: RFC 5322 §3.3 and §4.3, and what is sent instead; undefined if no date can be made out. */
export function parseDateHeader(raw: string): { unixSeconds: number; offsetMinutes: number } | undefined {
  const text = raw
    .slice(0, 200)
    .replace(/\([^()]*\)/g, ' ')
    .trim();
  const match =
    /(?:^|[\s,])(\d{1,2})[\s-]+([A-Za-z]{3})[a-z]*[\s-]+(\d{2,4})(?:\s+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?\s*([+-]\d{4}|[A-Za-z]{1,5})?)?/.exec(
      text,
    );
  const month = monthOf(match?.[2] ?? '');
  if (!match || month === undefined) return undefined;
  const written = Number(match[3]);
  // RFC 5322 §4.3: two digits up to 49 are 20xx, else 19xx; three digits count from 1900.
  const year = written >= 1000 ? written : written >= 100 || written >= 50 ? 1900 + written : 2000 + written;
  const [hour = 0, minute = 0, second = 0] = [match[4], match[5], match[6]].map((value) => Number(value ?? 0));
  const offsetMinutes = zoneOf(match[7]);
  const day = Number(match[1]);
  const midnight = Date.UTC(year, month, day);
  if (new Date(midnight).getUTCDate() !== day) return undefined;
  // RFC 5256 §2.2: a time that is none is 00:00:00.
  const isTime = hour < 24 && minute < 60 && second <= 60;
  const local = isTime ? Date.UTC(year, month, day, hour, minute, second) : midnight;
  return { unixSeconds: Math.floor(local / 1000) - offsetMinutes * 60, offsetMinutes };
}

function zoneOf(zone: string | undefined): number {
  if (zone === undefined) return 0;
  if (!/^[+-]/.test(zone)) return ZONES[zone.toUpperCase()] ?? 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5));
  return zone.startsWith('-') ? -minutes : minutes;
}

/** The calendar day at an offset from UTC. */
export function dayOf(unixSeconds: number, offsetMinutes: number): Day {
  const date = new Date((unixSeconds + offsetMinutes * 60) * 1000);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** @param month 0–11 */
const daysIn = (year: number, month: number): number => {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 1 ? (isLeap ? 29 : 28) : [3, 5, 8, 10].includes(month) ? 30 : 31;
};

/** A search date `1-Feb-2026` (RFC 9051 §9, date-text); undefined if it is none. */
export function parseSearchDay(text: string): Day | undefined {
  const match = /^(\d{1,2})-([A-Za-z]{3})-(\d{4})$/.exec(text);
  const month = monthOf(match?.[2] ?? '');
  const day = Number(match?.[1]);
  const year = Number(match?.[3]);
  if (!match || month === undefined || day < 1 || day > daysIn(year, month)) return undefined;
  return { year, month: month + 1, day };
}
