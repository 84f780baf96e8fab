// What went wrong upstream, as an UpstreamError (STYLE §5): by response code, else by what the text says.
import { safeText, UpstreamError, type UpstreamErrorDetails, type UpstreamErrorKind } from '../../mail/errors.js';

/** RFC 5530 and friends. OVERQUOTA is transient: the user may make room, and nothing is lost by waiting. */
const KIND_OF_CODE: ReadonlyMap<string, UpstreamErrorKind> = new Map([
  ...['UNAVAILABLE', 'LIMIT', 'INUSE', 'OVERQUOTA', 'SERVERBUG', 'EXPUNGEISSUED', 'THROTTLED', 'CORRUPTION'].map(
    (code) => [code, 'transient'] as const,
  ),
  ...['AUTHENTICATIONFAILED', 'AUTHORIZATIONFAILED', 'EXPIRED', 'WEBALERT', 'PRIVACYREQUIRED'].map(
    (code) => [code, 'auth'] as const,
  ),
  ...[
    'NONEXISTENT',
    'ALREADYEXISTS',
    'CANNOT',
    'TRYCREATE',
    'NOPERM',
    'TOOBIG',
    'BADCHARSET',
    'CLIENTBUG',
    'HASCHILDREN',
  ].map((code) => [code, 'permanent'] as const),
]);

// Quirk(hotmail): "Request is throttled. Suggested Backoff Time: 299961 milliseconds"; others count in seconds or minutes.
const BACKOFF =
  /(?:back-?\s?off time|wait|again in|retry (?:in|after))\D{0,20}(\d+)\s*(milliseconds|ms|seconds?|s|minutes?|min|m)?\b/i;
const BUSY =
  /throttl|too many|rate limit|limit exceeded|exceeded .*limit|try again|temporar|server (?:is )?(?:busy|unavailable)|service (?:is )?unavailable|maximum number of connections/i;
// Quirk(hotmail): "User is authenticated but not connected." is a session limit or a token of somebody else's.
const NOT_CONNECTED = /authenticated but not connected/i;
const NOT_CONNECTED_RETRY_MS = 5 * 60_000;
const MAX_RETRY_MS = 24 * 3_600_000;

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000 };

/** How long the server asks us to wait, if its text says so. */
export function retryAfterOf(text: string): number | undefined {
  if (NOT_CONNECTED.test(text)) return NOT_CONNECTED_RETRY_MS;
  const match = BACKOFF.exec(text);
  if (!match) return undefined;
  const unit = (match[2] ?? 's').toLowerCase();
  const factor = unit.startsWith('mil') || unit === 'ms' ? 1 : (UNIT_MS[unit.charAt(0)] ?? 1000);
  return Math.min(Number(match[1]) * factor, MAX_RETRY_MS);
}

/** Whether a text without a code asks for patience rather than says no. */
const isBusy = (text: string): boolean => BUSY.test(text) || NOT_CONNECTED.test(text);

/** The server's NO or BAD to a command. */
export function refusal(
  command: string,
  code: string | undefined,
  text: string,
  more: UpstreamErrorDetails = {},
): UpstreamError {
  const serverText = safeText(text);
  const kind =
    (code === undefined ? undefined : KIND_OF_CODE.get(code)) ?? (isBusy(serverText) ? 'transient' : 'permanent');
  const retryAfterMs = kind === 'permanent' ? undefined : retryAfterOf(serverText);
  return new UpstreamError(kind, `the server refused ${command}: ${serverText || code || 'no reason given'}`, {
    ...(code === undefined ? {} : { code }),
    ...(serverText === '' ? {} : { serverText }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...more,
  });
}

/** A refused login. Only a code that says so, or a text that begs for patience, makes it anything but `auth`. */
export function loginRefusal(code: string | undefined, text: string, loginRetryMs: number | undefined): UpstreamError {
  const serverText = safeText(text);
  const kind =
    (code === undefined ? undefined : KIND_OF_CODE.get(code)) === 'transient' ||
    (code === undefined && isBusy(serverText))
      ? 'transient'
      : 'auth';
  const retryAfterMs = retryAfterOf(serverText) ?? (kind === 'auth' ? loginRetryMs : undefined);
  return new UpstreamError(kind, `the server refused the login: ${serverText || code || 'no reason given'}`, {
    ...(code === undefined ? {} : { code }),
    ...(serverText === '' ? {} : { serverText }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** The connection is gone, or never came to be. `bye` is the server's last word. */
export function lost(reason: string, bye: string | undefined, outcomeUnknown: boolean, cause?: unknown): UpstreamError {
  const serverText = bye === undefined ? '' : safeText(bye);
  const retryAfterMs = retryAfterOf(serverText);
  const details: UpstreamErrorDetails = {
    ...(serverText === '' ? {} : { serverText }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(outcomeUnknown ? { outcomeUnknown } : {}),
  };
  return new UpstreamError(
    'transient',
    safeText(serverText === '' ? reason : `${reason}: ${serverText}`),
    details,
    cause === undefined ? {} : { cause },
  );
}

/** What this server cannot do at all. */
export const cannot = (text: string): UpstreamError => new UpstreamError('permanent', text, { code: 'CANNOT' });
