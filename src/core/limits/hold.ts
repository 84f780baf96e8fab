// One side of an account, its IMAP or its submission server, that is left alone for a while: why, until when, and who may
// end it earlier.
import { backoffMs } from '../../lib/backoff.js';
import { momentAt, momentIn } from '../../lib/moment.js';
import { UpstreamError } from '../../mail/errors.js';
import type { PauseSide, PauseStore } from '../../store/pauses.js';
import type { LoginKey } from './login-key.js';

/**
 * `network`: it cannot be reached; our own caution alone. `asked`: the provider wants a pause. `refused`: it does not let us
 * in, and every further try may lock the account.
 */
export type HoldKind = 'network' | 'asked' | 'refused';

export interface Hold {
  /** The last failure, until something has gone well; whether it is time to try again is another question. */
  failure(): UpstreamError | undefined;
  kind(): HoldKind | undefined;
  /** Milliseconds until the next try is allowed. */
  waitMs(): number;
  /** Keeps everybody away for as long as this failure asks for. */
  failed(error: UpstreamError): void;
  /** Something has gone well; true if there was a failure before. */
  wentWell(): boolean;
  /** What keeps us away by our own caution alone is over; with `force`, what the provider asked for too. */
  lift(options: { readonly force: boolean }): void;
  /** Ends a refusal of another login than the one that is configured now; true if it was one. */
  noticeLogin(): Promise<boolean>;
  /** Resolves when it is known whether what an earlier run was refused is still the same login. */
  readonly ready: Promise<void>;
}

export interface HoldOptions {
  readonly pauses: PauseStore;
  readonly accountId: number;
  readonly side: PauseSide;
  readonly loginKey: LoginKey;
  /** What cannot be written down now holds in memory all the same. */
  onError(error: unknown): void;
}

/** The account is tried again soon: it costs nobody anything, and the network may be back at any time. */
export const NETWORK_RETRY = { firstMs: 1_000, maxMs: 60_000 };
/** TLS and the like: somebody has to mend it. */
const BROKEN_RETRY = { firstMs: 1_000, maxMs: 5 * 60_000 };
/** A refusal may be a rate limit in disguise (QQ says the same for five causes): once more after 15 minutes, then rarely. */
export const AUTH_RETRY = { firstMs: 30 * 60_000, maxMs: 12 * 3_600_000 };

/** What an earlier run has written down is not believed beyond what it can have meant: the clock was another then. */
const longestOf = (retryAfterMs = 0): number => Math.max(AUTH_RETRY.maxMs, retryAfterMs);

export const holdKindOf = ({ kind, details }: UpstreamError): HoldKind => {
  if (kind === 'auth') return 'refused';
  return details.retryAfterMs ? 'asked' : 'network';
};

export function createHold({ pauses, accountId, side, loginKey, onError }: HoldOptions): Hold {
  const known = pauses.get(accountId, side);
  let failure = known && new UpstreamError(known.error.kind, known.error.message, known.error.details);
  let failures = known?.failures ?? 0;
  let refused: Promise<string | undefined> = Promise.resolve(known?.loginKey);
  let notBefore = momentAt(known?.until ?? 0, longestOf(known?.error.details.retryAfterMs));

  const save = (loginKeyNow: string | undefined) => {
    if (!failure || holdKindOf(failure) === 'network') return;
    const { kind, message, details } = failure;
    pauses.put(accountId, side, {
      error: { kind, message, details },
      failures,
      until: notBefore.at(),
      loginKey: loginKeyNow,
    });
  };
  const forget = () => {
    failure = undefined;
    failures = 0;
    notBefore = momentIn(0);
    try {
      pauses.remove(accountId, side);
    } catch (error) {
      onError(error);
    }
  };
  const noticeLogin = async (): Promise<boolean> => {
    const told = failure;
    const key = await refused;
    if (told?.kind !== 'auth' || key === undefined || (await loginKey.matches(key)) || failure !== told) return false;
    forget();
    return true;
  };
  return {
    ready: noticeLogin().then(() => undefined, onError),
    noticeLogin,
    failure: () => failure,
    kind: () => failure && holdKindOf(failure),
    waitMs: () => (failure ? notBefore.leftMs() : 0),
    failed: (error) => {
      const kind = holdKindOf(error);
      // Ten tries without a network say nothing of a sign-in that is refused for the first time.
      if (failure && holdKindOf(failure) !== kind) failures = 0;
      const wasStored = failure !== undefined && holdKindOf(failure) !== 'network';
      failure = error;
      const retry = kind === 'refused' ? AUTH_RETRY : error.kind === 'permanent' ? BROKEN_RETRY : NETWORK_RETRY;
      notBefore = momentIn(Math.max(backoffMs(failures++, retry), error.details.retryAfterMs ?? 0));
      try {
        if (kind !== 'network') save(undefined);
        else if (wasStored) pauses.remove(accountId, side);
      } catch (cause) {
        onError(cause);
      }
      if (kind !== 'refused') return;
      // It takes a while to make; whoever dies before that has only forgotten which login it was.
      refused = loginKey.current().catch((cause: unknown) => void onError(cause));
      void refused
        .then((key) => {
          if (failure === error) save(key);
        })
        .catch(onError);
    },
    wentWell: () => {
      const wasFailing = failure !== undefined;
      if (wasFailing) forget();
      return wasFailing;
    },
    lift: ({ force }) => {
      if (!failure || (!force && holdKindOf(failure) !== 'network')) return;
      notBefore = momentIn(0);
    },
  };
}
