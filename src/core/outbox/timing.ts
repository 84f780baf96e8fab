// When the outbox does what (DESIGN §9), milliseconds.
export const MINUTE = 60_000;
/** How often the queue is looked through. */
export const LOOK_MS = 5_000;
export const BACKOFF_MS = [1, 5, 15, 60, 120].map((minutes) => minutes * MINUTE);
const GIVE_UP_MS = 3 * 24 * 60 * MINUTE;
/** A clock that has been set forward, or a machine that has slept for days, ends nothing that was hardly tried. */
const GIVE_UP_ATTEMPTS = 4;
/** Nor does it end what has been tried often within the hour before. @param ago store/seen-time.ts */
export const isGivenUp = (
  { createdAt, attempts }: { createdAt: number; attempts: number },
  ago: (ms: number) => number,
): boolean => createdAt < ago(GIVE_UP_MS) && attempts >= GIVE_UP_ATTEMPTS;
/** The most that a provider can ask for. */
export const LONGEST_WAIT_MS = 24 * 60 * MINUTE;
/** How long a message of unknown outcome waits for Sent to be readable before it is sent again all the same. */
export const LOOK_FIRST_MS = 6 * 60 * MINUTE;
export const ABSORB_MS = 30 * MINUTE;
/** A server that cannot be reached is tried again this soon, however long it has been gone. */
export const UNREACHABLE_MS = MINUTE;
