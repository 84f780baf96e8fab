// What servers say when they refuse, and what it means: each text a line of data (providers.md §2–§8).
import type { Remedy, UpstreamErrorKind } from '../../mail/errors.js';
import { type Meaning, REMEDIES } from './remedies.js';

/** A text a server is known to use. */
export interface ServerText {
  readonly pattern: RegExp;
  readonly meaning: Meaning;
  readonly kind: UpstreamErrorKind;
  /** Where the text itself names no time. */
  readonly retryAfterMs?: number;
  readonly remedy: Remedy;
}

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** One line of a provider's table; the remedy is that of the meaning. */
export const says = (
  pattern: RegExp,
  meaning: Meaning,
  kind: UpstreamErrorKind,
  retryAfterMs?: number,
): ServerText => ({
  pattern,
  meaning,
  kind,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  remedy: REMEDIES[meaning],
});

/** Texts that several servers use. A provider's own lines go before them. */
export const COMMON_TEXTS: readonly ServerText[] = [
  // Dovecot, with [UNAVAILABLE]
  says(/maximum number of connections from user\+?IP exceeded/i, 'tooManyConnections', 'transient', MINUTE),
  says(/too many (?:simultaneous|concurrent|open)? ?connections/i, 'tooManyConnections', 'transient', 5 * MINUTE),
  says(/authenticated but not connected/i, 'notConnected', 'transient', 5 * MINUTE),
  says(/(?:request is|are being|been) throttled/i, 'throttle', 'transient', 5 * MINUTE),
  // Coremail, on domains of its customers too
  says(/unsafe login/i, 'unsafeLogin', 'auth', 15 * MINUTE),
  says(/application-specific password required/i, 'needsAppPassword', 'auth'),
  says(/log ?in via your web browser/i, 'webLoginRequired', 'auth'),
];

const OF_PASSWORDS: ReadonlySet<string> = new Set(['wrongPassword', 'needsAppPassword']);

/**
 * What to do about a refusal. A sign-in that is refused always has a remedy: what the provider itself wants (`own`) goes before
 * what many want.
 */
export function remedyOf(kind: UpstreamErrorKind, known: ServerText | undefined, own?: Remedy): Remedy | undefined {
  if (kind !== 'auth') return known?.remedy;
  const isOfPassword = known === undefined || OF_PASSWORDS.has(known.meaning);
  return (isOfPassword ? own : undefined) ?? known?.remedy ?? REMEDIES.wrongPassword;
}

/** The first line that fits. */
export const meaningOf = (text: string, texts: readonly ServerText[]): ServerText | undefined =>
  texts.find(({ pattern }) => pattern.test(text));

// "Suggested Backoff Time: 299961 milliseconds"; others count in seconds or minutes.
const BACKOFF =
  /(?:back-?\s?off time|wait|again in|retry (?:in|after))\D{0,20}(\d+)\s*(milliseconds|ms|seconds?|s|minutes?|min|m)?\b/i;
const MAX_RETRY_MS = 24 * HOUR;
const UNIT_MS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE };

/** How long the server asks us to wait, in milliseconds, if its text names a time. */
export function retryAfterOf(text: string): number | undefined {
  const match = BACKOFF.exec(text);
  if (!match) return undefined;
  const unit = (match[2] ?? 's').toLowerCase();
  const factor = unit.startsWith('mil') || unit === 'ms' ? 1 : (UNIT_MS[unit.charAt(0)] ?? SECOND);
  return Math.min(Number(match[1]) * factor, MAX_RETRY_MS);
}
