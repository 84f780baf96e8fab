// Times to come that a clock set back does not put off: the clock that everybody sets and the one that nobody can set are
// both asked, and the earlier word holds. Set forward, a moment may come early: it cannot be told from a machine that slept.

/** A moment to come. */
export interface Moment {
  /** Milliseconds, 0 when it has come. */
  leftMs(): number;
  /** By the clock as it goes now, Unix milliseconds: to be shown, or written down. */
  at(): number;
}

export function momentIn(ms: number): Moment {
  const [at, due] = [Date.now() + ms, performance.now() + ms];
  const leftMs = () => Math.max(0, Math.min(at - Date.now(), due - performance.now()));
  return { leftMs, at: () => Date.now() + leftMs() };
}

/** A time that was written down; it cannot be farther away than the longest pause there is. */
export const momentAt = (at: number, longestMs: number): Moment => momentIn(Math.min(at - Date.now(), longestMs));

/** How long it is until the times that rows have. */
export interface DueTimes {
  /** Of a row that is due at this time (Unix milliseconds); ask as soon as the time is set. */
  leftMs(id: number, at: number): number;
}

const MAX_KNOWN = 10_000;

/** Each is counted down from when it was first seen. */
export function createDueTimes(longestMs: number): DueTimes {
  const known = new Map<number, { readonly at: number; readonly moment: Moment }>();
  return {
    leftMs: (id, at) => {
      if (at <= Date.now()) {
        known.delete(id);
        return 0;
      }
      let seen = known.get(id);
      if (seen?.at !== at) {
        if (known.size >= MAX_KNOWN) known.clear();
        seen = { at, moment: momentAt(at, longestMs) };
        known.set(id, seen);
      }
      return seen.moment.leftMs();
    },
  };
}
