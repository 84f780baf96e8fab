// What a command is (STYLE §3). A file in commands/ exports commands made with defineCommand; commands/index.ts is the
// registry; the dispatcher (dispatch.ts) does all that commands have in common.
import type { Core } from '../core/core.js';
import type { Reply } from './reply.js';
import type { Session, SessionState } from './session.js';
import type { Decoder, LiteralHead } from './wire/decoder.js';

export type StateKind = SessionState['kind'];

/** Lines and bytes a command reads after its own line: a SASL exchange, IDLE's DONE, APPEND's literals. */
export interface Conversation {
  /** Sends `+ text` and reads the client's next line; undefined when the connection ends. @throws {BadCommandError} too long */
  ask(text: string): Promise<string | undefined>;
  /** The next line, without asking. @throws {BadCommandError} too long */
  line(): Promise<string | undefined>;
  /** The bytes of the literal that the line read last ends with, as they come; the client is asked for them if need be. */
  literal(literal: LiteralHead): AsyncIterable<Uint8Array>;
  /** What stands behind such a literal, with the head of the next one if there is one. @throws {BadCommandError} */
  rest(): Promise<string | undefined>;
}

export interface CommandContext {
  readonly session: Session;
  readonly core: Core;
  readonly reply: Reply;
  readonly conversation: Conversation;
  /** Aborted when the connection goes. */
  readonly signal: AbortSignal;
  readonly tag: string;
  /** True for the UID form. */
  readonly uid: boolean;
  /** The client has enabled IMAP4rev2: no RECENT, ESEARCH for SEARCH, and so on (RFC 9051 Appendix E). */
  readonly rev2: boolean;
  /** The mailbox names of this session are UTF-8, not modified UTF-7. */
  readonly utf8: boolean;
}

/** The tagged OK's text after the tag: response code (without brackets) and text, both optional. */
export interface Completion {
  readonly code?: string;
  readonly text?: string;
  /** The command's work is done, but not for all (RFC 9051 §7.1): NO instead of OK. */
  readonly isNo?: boolean;
}

export interface Command<Args> {
  readonly name: string;
  /** A UID form exists. */
  readonly uid?: boolean;
  readonly states: readonly StateKind[];
  /** Refused in a mailbox opened by EXAMINE. */
  readonly writes?: boolean;
  /** Capability words this command brings; a function where they depend on the session. */
  readonly capabilities?: readonly string[] | ((session: Session) => readonly string[]);
  /** Upper-case words that ENABLE switches on for what this command brings (RFC 9051 §6.3.1). */
  readonly enables?: readonly string[];
  /** Whether the literal this line ends with is read by `run`, as it comes, and not collected with the command (APPEND). */
  readonly streams?: (line: string) => boolean;
  /** It waits for the client, not the client for it: no signs of life are given meanwhile (IDLE, AUTHENTICATE, APPEND). */
  readonly isDialogue?: boolean;
  /** Whether pending EXPUNGEs may go out before the tagged reply; the UID form always may (RFC 9051 §7.5.1). */
  readonly expunges: 'allowed' | 'held';
  /** Held in the UID form, too: the arguments hold message numbers (RFC 7162 §3.2.10.2). */
  readonly holdsExpunges?: (args: Args) => boolean;
  /** @throws {BadCommandError} */
  parse(decoder: Decoder, uid: boolean): Args;
  run(context: CommandContext, args: Args): Promise<Completion | undefined> | Completion | undefined;
}

export type AnyCommand = Command<unknown>;

/** Keeps the argument type between parse and run, then forgets it for the registry. */
export const defineCommand = <Args>(command: Command<Args>): AnyCommand => command as AnyCommand;
