// The account's door: all its connections are made here, so that a refused login, a throttle or a budget that is used up
// holds for all of them.
import { keptIn } from '../../lib/languages.js';
import { whenText } from '../../lib/when.js';
import { DiskError, type DiskTrouble, failureText, UpstreamError } from '../../mail/errors.js';
import { keptFailure } from '../../mail/kept-failure.js';
import { reasonText } from '../../mail/problems.js';
import type { Connector, UpstreamSession } from '../../upstream/connector.js';
import type { AccountState } from '../core.js';
import { type HoldKind, holdKindOf } from '../limits/hold.js';
import { budgetError, type Limits } from '../limits/limits.js';

export interface Gate {
  /** @throws {UpstreamError} the last failure again while it is too early to try */
  connect(): Promise<UpstreamSession>;
  /** Whether work may be done on a connection that is open. @throws {UpstreamError} while the provider wants a pause */
  admit(): void;
  /** What became of that work, `heard`: the server said something. What a provider asks for in one answer holds for all connections. */
  worked(error?: unknown, heard?: boolean): void;
  /** A connection is open, or in the making, and the server says nothing. */
  unanswered(error: UpstreamError): void;
  /** So it is, until it answers anything on any connection. */
  isUnanswered(): boolean;
  /** Milliseconds until the next try is allowed. */
  waitMs(): number;
  /** Ends our own back-off; with `force` also a pause that the provider asked for. */
  retryNow(options: { readonly force: boolean }): void;
  /** True while it could not be reached, for no reason of its own. */
  isWaitingForNetwork(): boolean;
  /** Why nothing can be done now, in words for somebody who wants it done; undefined if it can. */
  refusal(): UpstreamError | undefined;
  setBusy(busy: boolean): void;
  /** A round has failed on connections that work: so it is until the next one gets on. */
  roundFailed(error: UpstreamError): void;
  status(synced: boolean): GateStatus;
  /** Connections open now. */
  open(): number;
}

export interface GateStatus {
  readonly state: AccountState;
  /** In both languages (lib/languages.ts). */
  readonly reason: string | undefined;
  /** Unix milliseconds: not earlier, because the provider asked for it or a budget is used up. */
  readonly pausedUntil: number | undefined;
}

export interface GateOptions {
  readonly connector: Connector;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  /** The account can be reached again after it could not, for this reason. */
  onBack(from: HoldKind): void;
  /** The provider lets it in; it may not have done so before. */
  onSignedIn(): void;
  /** The provider has refused the sign-in. */
  onRefused(error: UpstreamError): void;
}

export function createGate(options: GateOptions): Gate {
  const { connector, signal, onBack, onSignedIn, onRefused } = options;
  const { meter, imap: hold } = options.limits;
  let open = 0;
  let busy = false;
  let everConnected = false;
  /** The pause was asked for in answer to a command: connections that are open have to keep it too. */
  let holdsWork = false;
  let isSilent = false;
  let roundFailure: UpstreamError | undefined;

  const failed = (error: unknown): UpstreamError => {
    const known =
      error instanceof UpstreamError ? error : new UpstreamError('transient', String(error), {}, { cause: error });
    hold.failed(known);
    if (known.kind === 'auth') onRefused(known);
    return known;
  };
  const wentWell = () => {
    const from = hold.kind();
    holdsWork = false;
    isSilent = false;
    if (hold.wentWell() && from) onBack(from);
  };
  const exhausted = (purpose: 'connect' | 'work') => {
    const budget = meter.exhausted(purpose);
    return budget && budgetError(budget);
  };
  const waitMs = () => Math.max(hold.waitMs(), open === 0 ? (exhausted('connect')?.details.retryAfterMs ?? 0) : 0);
  return {
    connect: async () => {
      if (signal.aborted) throw new UpstreamError('transient', 'the gateway is stopping');
      await hold.ready;
      const failure = hold.failure();
      if (failure && hold.waitMs() > 0) throw failure;
      const spent = exhausted('connect');
      if (spent) throw spent;
      const session = await connector.connect(signal).catch((error: unknown) => {
        const known = failed(error);
        // It has got as far as the login, or the server would have said nothing.
        if (known.kind === 'auth' || known.details.serverText !== undefined) meter.login();
        throw known;
      });
      meter.login();
      meter.watch(session);
      everConnected = true;
      open++;
      void session.closed.then(() => {
        open--;
      });
      onSignedIn();
      wentWell();
      return session;
    },
    admit: () => {
      const failure = hold.failure();
      if (failure && holdsWork && hold.waitMs() > 0) throw failure;
      const spent = exhausted('work');
      if (spent) throw spent;
    },
    unanswered: (error) => {
      // What is known already says more.
      if (hold.failure() && hold.kind() !== 'network') return;
      isSilent = true;
      failed(error);
    },
    isUnanswered: () => isSilent && hold.kind() === 'network',
    worked: (error, heard = false) => {
      if (error === undefined) {
        if ((holdsWork && hold.waitMs() === 0) || (heard && isSilent && hold.kind() === 'network')) wentWell();
        return;
      }
      if (!(error instanceof UpstreamError) || !error.details.retryAfterMs || error === hold.failure()) return;
      if (error.details.isOwnWait) return;
      holdsWork = true;
      failed(error);
    },
    waitMs,
    retryNow: hold.lift,
    isWaitingForNetwork: () => hold.kind() === 'network' && hold.waitMs() > 0,
    refusal: () => {
      const spent = (open === 0 ? exhausted('connect') : undefined) ?? exhausted('work');
      if (spent) return spent;
      const failure = hold.failure();
      return failure && hold.waitMs() > 0 ? pauseError(failure, hold.waitMs()) : undefined;
    },
    setBusy: (value) => {
      busy = value;
      roundFailure = undefined;
    },
    roundFailed: (error) => {
      roundFailure = error;
    },
    status: (synced) => {
      const failure = hold.failure();
      if (failure) {
        const isPause = holdKindOf(failure) !== 'network' && hold.waitMs() > 0;
        return {
          state: stateOf(failure),
          reason: reasonText(failure),
          pausedUntil: isPause ? Date.now() + hold.waitMs() : undefined,
        };
      }
      const spent = exhausted('work') ?? (open === 0 ? exhausted('connect') : undefined);
      if (spent) {
        const pausedUntil = Date.now() + (spent.details.retryAfterMs ?? 0);
        return { state: 'throttled', reason: reasonText(spent), pausedUntil };
      }
      if (roundFailure)
        return { state: stateOf(roundFailure), reason: reasonText(roundFailure), pausedUntil: undefined };
      const state = !everConnected ? 'connecting' : busy || !synced ? 'syncing' : 'ready';
      return { state, reason: undefined, pausedUntil: undefined };
    },
    open: () => open,
  };
}

/** Nothing is fetched while the disk takes nothing, so what is not done yet waits for that. */
export function withDisk(status: GateStatus, trouble: DiskTrouble | undefined): GateStatus {
  if (!trouble || (status.state !== 'connecting' && status.state !== 'syncing')) return status;
  return { state: 'waitingForDisk', reason: reasonText(new DiskError(trouble)), pausedUntil: undefined };
}

function pauseError(failure: UpstreamError, waitMs: number): UpstreamError {
  const until = whenText(Date.now() + waitMs);
  const how =
    failure.kind === 'auth'
      ? 'a password corrected in its file or by a restart is tried at once, "gateway sync --force" tries the same one again'
      : '"gateway sync --force" tries now';
  const text = `${failureText(failure)}; it is left alone until ${until} (${how})`;
  const zhHow =
    failure.kind === 'auth'
      ? '密码文件更正后或重启后会立即重试；"gateway sync --force" 用原密码再试一次'
      : '"gateway sync --force" 立即重试';
  const chinese = `${keptIn(keptFailure(failure), 'zh')}；在 ${until} 之前不再尝试（${zhHow}）`;
  return new UpstreamError(failure.kind, text, { chinese, retryAfterMs: waitMs }, { cause: failure });
}

function stateOf({ kind, details }: UpstreamError): AccountState {
  if (kind === 'auth') return 'needsSignIn';
  return details.retryAfterMs ? 'throttled' : 'offline';
}
