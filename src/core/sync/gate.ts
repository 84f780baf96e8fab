// The account's door: all its connections are made here, so that a refused login or a throttle holds for all of them.
import { backoffMs } from '../../lib/backoff.js';
import { UpstreamError } from '../../mail/errors.js';
import type { Connector, UpstreamSession } from '../../upstream/connector.js';
import type { AccountState } from '../core.js';

export interface Gate {
  /** @throws {UpstreamError} the last failure again while it is too early to try */
  connect(): Promise<UpstreamSession>;
  /** Milliseconds until the next try is allowed. */
  waitMs(): number;
  retryNow(): void;
  setBusy(busy: boolean): void;
  status(synced: boolean): { state: AccountState; reason: string | undefined };
  /** Connections open now. */
  open(): number;
}

const TRANSIENT = { firstMs: 1_000, maxMs: 5 * 60_000 };
/** A refusal may be a rate limit in disguise (QQ says the same for five causes): once more after 15 minutes, then rarely. */
export const AUTH_RETRY = { firstMs: 30 * 60_000, maxMs: 12 * 3_600_000 };

export interface GateOptions {
  readonly connector: Connector;
  readonly signal: AbortSignal;
  /** The account can be reached again after it could not. */
  onBack(): void;
  /** The provider lets it in; it may not have done so before. */
  onSignedIn(): void;
  /** The provider has refused the sign-in. */
  onRefused(error: UpstreamError): void;
}

export function createGate({ connector, signal, onBack, onSignedIn, onRefused }: GateOptions): Gate {
  let failure: UpstreamError | undefined;
  let failures = 0;
  let notBefore = 0;
  let open = 0;
  let busy = false;
  let everConnected = false;

  const onFailure = (error: unknown): never => {
    const known =
      error instanceof UpstreamError ? error : new UpstreamError('transient', String(error), {}, { cause: error });
    failure = known;
    const wait = backoffMs(failures++, known.kind === 'auth' ? AUTH_RETRY : TRANSIENT);
    notBefore = Date.now() + Math.max(wait, known.details.retryAfterMs ?? 0);
    if (known.kind === 'auth') onRefused(known);
    throw known;
  };
  return {
    connect: async () => {
      if (signal.aborted) throw new UpstreamError('transient', 'the gateway is stopping');
      if (failure && Date.now() < notBefore) throw failure;
      const session = await connector.connect(signal).catch(onFailure);
      const isBack = failure !== undefined;
      failure = undefined;
      failures = 0;
      everConnected = true;
      open++;
      void session.closed.then(() => {
        open--;
      });
      onSignedIn();
      if (isBack) onBack();
      return session;
    },
    waitMs: () => (failure ? Math.max(0, notBefore - Date.now()) : 0),
    retryNow: () => {
      notBefore = 0;
    },
    setBusy: (value) => {
      busy = value;
    },
    status: (synced) => {
      if (failure) return { state: stateOf(failure), reason: failureText(failure) };
      if (!everConnected) return { state: 'connecting', reason: undefined };
      return { state: busy || !synced ? 'syncing' : 'ready', reason: undefined };
    },
    open: () => open,
  };
}

function stateOf({ kind, details }: UpstreamError): AccountState {
  if (kind === 'auth') return 'needsSignIn';
  return details.retryAfterMs ? 'throttled' : 'offline';
}

/** The server's own words where there are any. */
export function failureText(error: unknown): string {
  if (error instanceof UpstreamError) return error.details.serverText ?? error.message;
  return error instanceof Error ? error.message : String(error);
}

/** What a person can do about an account that cannot be synchronised. */
export function remedyFor({ kind, details }: UpstreamError): string {
  if (details.remedy) return `${details.remedy.en} ${details.remedy.zh}`;
  if (details.code === 'CERTIFICATE')
    return 'Check the host name; the certificate of a private server goes into "serverCertificate" of this account: { "ca": "FILE.pem" }.';
  switch (kind) {
    case 'auth':
      return 'Check the user name and the password (for QQ and 163: the authorization code) in the configuration, then restart.';
    case 'transient':
      return 'The gateway keeps trying; cached mail stays readable.';
    case 'permanent':
      return 'Check host, port and TLS of this account in the configuration.';
  }
}
