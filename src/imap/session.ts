import type { AccountAlert, Device, Remover } from '../core/core.js';
import type { Language } from './language.js';
import type { Reply } from './reply.js';
import type { Selected } from './selected.js';

/** A session's protocol state (RFC 9051 §3): what is valid only in one state exists only there. */
export type SessionState =
  | { readonly kind: 'notAuthenticated' }
  | { readonly kind: 'authenticated'; readonly device: Device }
  | { readonly kind: 'selected'; readonly device: Device; readonly selected: Selected };

/** What NOTIFY has put into a session (notify/notifier.ts). */
export interface SessionNotifier {
  readonly isDue: boolean;
  /**
   * Tells all that is due. `expunges`: whether the selected mailbox's may be told; outside of commands (`asked`) they are
   * held back unless the client wants them at once. @throws {ByeError}
   */
  tell(reply: Reply, signal: AbortSignal, expunges: 'allowed' | 'held' | 'asked'): Promise<void>;
  /** Does what the client is not told of, since it asked for it itself (RFC 5465 §5): to the tree, or to annotations. */
  quietly<T>(act: () => T): T;
  close(): void;
}

export interface Session {
  state: SessionState;
  readonly remoteAddress: string;
  readonly isTls: boolean;
  /** Whether a password may be sent now: over TLS, or in clear on loopback where the configuration allows it. */
  readonly mayLogIn: boolean;
  readonly canStartTls: boolean;
  /** The program's, for ID. */
  readonly version: string | undefined;
  /** How many connections the device may have, when it has so many already; else undefined. */
  limitFor(device: Device): number | undefined;
  /** What SCRAM-SHA-256-PLUS binds a login to (RFC 9266); undefined where this connection has none. */
  channelBinding(): Uint8Array | undefined;
  /** Upper-case words that ENABLE has switched on (RFC 9051 §6.3.1). */
  readonly enabled: Set<string>;
  /** Of texts for people (RFC 5255). */
  language: Language;
  /** As they were told last, and those that were told ever (imap/alerts.ts). */
  readonly alerts: { last: readonly AccountAlert[] | undefined; readonly ever: Set<string> };
  /** What the client said of itself by ID, for `gateway status`. */
  clientName: string | undefined;
  /** Whether this client's device is offered the capability (any case); before login, whether any device is. */
  offers(word: string): boolean;
  /** Whether ENABLE knows the upper-case word here. */
  canEnable(word: string): boolean;
  /** Capability words this server offers now. */
  capabilities(): string;
  /** `active` from the tagged answer to COMPRESS on (RFC 4978). */
  compression: 'none' | 'offered' | 'active';
  /** What the client has asked to be told of by NOTIFY (RFC 5465). */
  notifier: SessionNotifier | undefined;
  /** IDLE is running: everything may be told at once. */
  isIdling: boolean;
  /** There is something to tell by NOTIFY; it is told as soon as nothing else is being said. */
  onDue(): void;
  /** After the tagged answer: switch to TLS (RFC 9051 §6.2.1). */
  startTls: boolean;
  /** After the tagged answer: close. */
  loggedOut: boolean;
}

/** The mailbox that is selected. @throws {Error} if none is: a command that needs one declares its states */
export function selectedOf(session: Session): Selected {
  if (session.state.kind !== 'selected') throw new Error('no mailbox is selected');
  return session.state.selected;
}

/** Who removes what this command removes: to be made once for the whole of it. */
export const removerOf = ({ state }: Pick<Session, 'state'>): Remover => ({
  device: state.kind === 'notAuthenticated' ? '' : state.device.name,
});

/** Whether mailbox names are UTF-8 to the client, not modified UTF-7 (RFC 9755 §3, RFC 9051 §5.1). */
export const usesUtf8 = ({ enabled }: Pick<Session, 'enabled'>): boolean =>
  enabled.has('IMAP4REV2') || enabled.has('UTF8=ACCEPT');

/** A change to the tree or to annotations that this client has asked for: NOTIFY tells it to the others. */
export const quietly = <T>({ notifier }: Pick<Session, 'notifier'>, act: () => T): T =>
  notifier ? notifier.quietly(act) : act();
