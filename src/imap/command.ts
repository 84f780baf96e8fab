// What a command is (STYLE §3). A file in commands/ exports commands made with defineCommand; commands/index.ts is the
// registry; the dispatcher (dispatch.ts) does all that commands have in common.
import type { Core } from '../core/core.js';
import type { Reply } from './reply.js';
import type { Session, SessionState } from './session.js';
import type { Decoder } from './wire/decoder.js';

export type StateKind = SessionState['kind'];

export interface CommandContext {
  readonly session: Session;
  readonly core: Core;
  readonly reply: Reply;
  /** Aborted when the connection goes. */
  readonly signal: AbortSignal;
  /** True for the UID form. */
  readonly uid: boolean;
}

/** The tagged OK's text after the tag: response code (without brackets) and text, both optional. */
export interface Completion {
  readonly code?: string;
  readonly text?: string;
}

export interface Command<Args> {
  readonly name: string;
  /** A UID form exists. */
  readonly uid?: boolean;
  readonly states: readonly StateKind[];
  /** Refused in a mailbox opened by EXAMINE. */
  readonly writes?: boolean;
  /** Capability words this command brings, told in the states given (default: after login). */
  readonly capabilities?: readonly string[];
  readonly capabilityStates?: readonly StateKind[];
  /** Whether pending EXPUNGEs may go out before the tagged reply; the UID form always may (RFC 9051 §7.5.1). */
  readonly expunges: 'allowed' | 'held';
  /** @throws {BadCommandError} */
  parse(decoder: Decoder, uid: boolean): Args | Promise<Args>;
  run(context: CommandContext, args: Args): Promise<Completion | undefined> | Completion | undefined;
}

export type AnyCommand = Command<never>;

/** Keeps the argument type between parse and run, then forgets it for the registry. */
export const defineCommand = <Args>(command: Command<Args>): AnyCommand => command as unknown as AnyCommand;
