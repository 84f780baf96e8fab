// What a command of the demo upstream is.
import { BadCommandError, type Decoder } from '../imap/wire/decoder.js';
import type { DemoSession } from './session.js';
import type { View } from './view.js';

export type SessionStateName = 'notAuthenticated' | 'authenticated' | 'selected';

/** The tagged OK: a response code without brackets, and a text. */
export interface Completion {
  readonly code?: string;
  readonly text?: string;
}

export interface DemoCommand {
  readonly name: string;
  /** There is a UID form. */
  readonly uid?: boolean;
  readonly states: readonly SessionStateName[];
  /** Capability words one of which the provider must have; without, the command is unknown. */
  readonly needs?: readonly string[];
  /** Refused in a mailbox that is open read-only. */
  readonly writes?: boolean;
  /** `held`: no EXPUNGE may be told before its tagged answer (RFC 3501 §7.4.1); UID forms may. */
  readonly expunges?: 'held';
  run(session: DemoSession, decoder: Decoder, isUid: boolean): CommandResult | Promise<CommandResult>;
}

/** Nothing: a plain OK. */
export type CommandResult = Completion | undefined;

export const ANY: readonly SessionStateName[] = ['notAuthenticated', 'authenticated', 'selected'];
export const SIGNED_IN: readonly SessionStateName[] = ['authenticated', 'selected'];
export const SELECTED: readonly SessionStateName[] = ['selected'];

/** BAD text. */
export const bad = (text: string): BadCommandError => new BadCommandError(text);
export const isBadCommand = (error: unknown): error is BadCommandError => error instanceof BadCommandError;

/** For commands of the selected state. */
export function viewOf({ view }: DemoSession): View {
  if (!view) throw bad('no mailbox is selected');
  return view;
}
