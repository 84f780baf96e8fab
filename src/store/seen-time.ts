// How much time has really gone by, as far as the gateway can tell. A clock that leaps by more than a day may be a machine that
// was off for weeks, or one that is wrong: what such a leap has passed over makes nothing old.
import type { Database } from './database.js';

export interface SeenTime {
  /** Notes that the gateway is there now; to be called now and then. */
  look(): void;
  /**
   * The time since when so many milliseconds have gone by, in Unix milliseconds: what is from before is older than that.
   * Leaps do not count.
   */
  ago(ms: number): number;
}

/** [from, to], Unix milliseconds. */
type Leap = readonly [number, number];

/** A night, or a day, without the gateway is time like any other. */
const LEAP_MS = 86_400_000;
const SAVE_EVERY_MS = 600_000;
const MAX_LEAPS = 100;

export function createSeenTime({ sqlite }: Database): SeenTime {
  const read = sqlite.prepare("SELECT value FROM meta WHERE key = 'seenTime'").pluck();
  const write = sqlite.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('seenTime', ?)");
  let last: { readonly wall: number; readonly steady: number } | undefined;
  let leaps: readonly Leap[] = [];
  let savedAt = Number.NEGATIVE_INFINITY;

  const load = (wall: number, steady: number) => {
    const known = parse(read.get());
    leaps = known?.leaps ?? [];
    return { wall: known?.at ?? wall, steady };
  };
  const save = (at: number, steady: number) => {
    savedAt = steady;
    try {
      write.run(JSON.stringify({ at, leaps }));
    } catch {
      // The disk's trouble is noted by who watches it; what is not written down is seen as a leap, and makes nothing old.
    }
  };
  const look = () => {
    const [wall, steady] = [Date.now(), performance.now()];
    const before = last ?? load(wall, steady);
    last = { wall, steady };
    const expected = before.wall + (steady - before.steady);
    // What lies ahead of now was seen by a clock that has been set back.
    const kept = leaps.filter(([from]) => from < wall).map(([from, to]): Leap => [from, Math.min(to, wall)]);
    const isLeap = wall - expected > LEAP_MS;
    leaps = (isLeap ? [...kept, [expected, wall] as const] : kept).slice(-MAX_LEAPS);
    if (isLeap || Math.abs(wall - expected) > LEAP_MS || steady - savedAt >= SAVE_EVERY_MS) save(wall, steady);
  };
  return {
    look,
    ago: (ms) => {
      look();
      let until = last?.wall ?? 0;
      let left = ms;
      for (const [from, to] of [...leaps].reverse()) {
        const seen = Math.max(0, until - to);
        if (seen >= left) break;
        left -= seen;
        until = Math.min(until, from);
      }
      return until - left;
    },
  };
}

/** Undefined for what is not ours: an index that was damaged. */
function parse(text: unknown): { readonly at: number; readonly leaps: readonly Leap[] } | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const { at, leaps } = JSON.parse(text) as { at?: unknown; leaps?: unknown };
    const isLeap = (leap: unknown): leap is Leap =>
      Array.isArray(leap) && leap.length === 2 && leap.every(Number.isFinite);
    return Number.isFinite(at) && Array.isArray(leaps) ? { at: at as number, leaps: leaps.filter(isLeap) } : undefined;
  } catch {
    return undefined;
  }
}
