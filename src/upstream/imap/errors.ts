// What went wrong upstream, as an UpstreamError (STYLE §5): by a text the provider is known for, else by response code, else
// by what the text sounds like.
import {
  type Remedy,
  safeText,
  UpstreamError,
  type UpstreamErrorDetails,
  type UpstreamErrorKind,
} from '../../mail/errors.js';
import { COMMON_TEXTS, meaningOf, remedyOf, retryAfterOf, type ServerText } from '../providers/index.js';

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

const BUSY =
  /throttl|too many|rate limit|limit exceeded|exceeded .*limit|try again|temporar|server (?:is )?(?:busy|unavailable)|service (?:is )?unavailable|maximum number of connections/i;

/** Words that mean the account rather than one mailbox: all of it is left alone for a while. */
const THROTTLED = /throttl|too many (?:requests|commands)|rate limit/i;
const THROTTLED_MS = 60_000;

/** Whether a text without a code asks for patience rather than says no. */
const isBusy = (text: string): boolean => BUSY.test(text);

const codeKind = (code: string | undefined): UpstreamErrorKind | undefined =>
  code === undefined ? undefined : KIND_OF_CODE.get(code);

interface Told {
  readonly code: string | undefined;
  readonly serverText: string;
  readonly known: ServerText | undefined;
  readonly retryAfterMs: number | undefined;
  readonly remedy: Remedy | undefined;
}

const detailsOf = ({ code, serverText, known, retryAfterMs, remedy }: Told): UpstreamErrorDetails => ({
  ...(code === undefined ? {} : { code }),
  ...(serverText === '' ? {} : { serverText }),
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  ...(known ? { meaning: known.meaning } : {}),
  ...(remedy ? { remedy } : {}),
});

export interface Refusal {
  readonly code: string | undefined;
  readonly text: string;
  /** The provider's; default: those that many servers use. */
  readonly texts?: readonly ServerText[];
  /** What the provider wants of who signs in. */
  readonly signInRemedy?: Remedy | undefined;
}

/** The server's NO or BAD to a command. */
export function refusal(command: string, { code, text, texts = COMMON_TEXTS }: Refusal): UpstreamError {
  const serverText = safeText(text);
  const known = meaningOf(serverText, texts);
  const kind = known?.kind ?? codeKind(code) ?? (isBusy(serverText) ? 'transient' : 'permanent');
  const isThrottle = code === 'THROTTLED' || THROTTLED.test(serverText);
  const asked = retryAfterOf(serverText) ?? known?.retryAfterMs ?? (isThrottle ? THROTTLED_MS : undefined);
  const retryAfterMs = kind === 'permanent' ? undefined : asked;
  return new UpstreamError(
    kind,
    `the server refused ${command}: ${serverText || code || 'no reason given'}`,
    detailsOf({ code, serverText, known, retryAfterMs, remedy: remedyOf(kind, known) }),
  );
}

/** A refused login. Only a text or code that says so, or a text that begs for patience, makes it anything but `auth`. */
export function loginRefusal(
  { code, text, texts = COMMON_TEXTS, signInRemedy }: Refusal,
  loginRetryMs: number | undefined,
): UpstreamError {
  const serverText = safeText(text);
  const known = meaningOf(serverText, texts);
  const sounds = codeKind(code) === 'transient' || (code === undefined && isBusy(serverText)) ? 'transient' : 'auth';
  const kind = known?.kind ?? sounds;
  const retryAfterMs = retryAfterOf(serverText) ?? known?.retryAfterMs ?? (kind === 'auth' ? loginRetryMs : undefined);
  return new UpstreamError(
    kind,
    `the server refused the login: ${serverText || code || 'no reason given'}`,
    detailsOf({ code, serverText, known, retryAfterMs, remedy: remedyOf(kind, known, signInRemedy) }),
  );
}

export interface Loss {
  /** The reason in Chinese, where it is known. */
  readonly chinese?: string;
  /** Where its own text has none. */
  readonly remedy?: Remedy | undefined;
  /** The server's last word. */
  readonly bye?: string | undefined;
  readonly outcomeUnknown?: boolean;
  readonly cause?: unknown;
  readonly texts?: readonly ServerText[];
}

/** The usual ones, whatever command they end. */
const CHINESE_LOSSES: readonly (readonly [RegExp, string])[] = [
  [/the connection (?:is closed|was lost)$/, '连接已断开'],
  [/was not answered for \d+ ms$/, '服务器没有应答'],
  [/the answer made no sense$/, '服务器的应答无法理解'],
];

/** The connection is gone, or never came to be. */
export function lost(
  reason: string,
  { bye, chinese, remedy, outcomeUnknown, cause, texts = COMMON_TEXTS }: Loss = {},
): UpstreamError {
  const serverText = bye === undefined ? '' : safeText(bye);
  const known = meaningOf(serverText, texts);
  const retryAfterMs = retryAfterOf(serverText) ?? known?.retryAfterMs;
  const said = chinese ?? CHINESE_LOSSES.find(([english]) => english.test(reason))?.[1];
  return new UpstreamError(
    'transient',
    safeText(serverText === '' ? reason : `${reason}: ${serverText}`),
    {
      ...detailsOf({ code: undefined, serverText, known, retryAfterMs, remedy: known?.remedy ?? remedy }),
      ...(said === undefined ? {} : { chinese: said }),
      ...(outcomeUnknown ? { outcomeUnknown } : {}),
    },
    cause === undefined ? {} : { cause },
  );
}

/** What this server cannot do at all. */
export const cannot = (text: string): UpstreamError => new UpstreamError('permanent', text, { code: 'CANNOT' });
