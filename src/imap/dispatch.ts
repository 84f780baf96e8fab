// All that commands have in common: tag, UID prefix, state and read-only checks, errors, updates, the log line.
import type { Core } from '../core/core.js';
import type { Logger } from '../lib/logger.js';
import { MailboxError } from '../mail/errors.js';
import { tellAlerts } from './alerts.js';
import type { AnyCommand, Completion, Conversation } from './command.js';
import { commandByName, uidCommands } from './commands/index.js';
import { BadCommandError, ByeError, oneLine, statusOf } from './errors.js';
import { inLanguage } from './language.js';
import { watchProgress } from './progress.js';
import type { Reply } from './reply.js';
import { type Session, usesUtf8 } from './session.js';
import { Decoder } from './wire/decoder.js';

export interface DispatchContext {
  readonly session: Session;
  readonly core: Core;
  readonly reply: Reply;
  readonly conversation: Conversation;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** After how much silence a command that still runs says so, ms. */
  readonly progressMs?: number | undefined;
}

// tag: any ASTRING-CHAR except "+" (RFC 9051 §9). What has more in it is none, and is not given back in part.
const TAG = /[^\x00-\x20\x7f-\xff(){%*"\\+]+(?= |$)/y;

/** The command a line begins with, if any: to know early whether it reads its literals itself. */
export function commandOf(line: string): AnyCommand | undefined {
  const [, name] = /^[^ ]+ +(?:UID +)?([A-Za-z]+)/i.exec(line) ?? [];
  return name === undefined ? undefined : commandByName.get(name.toUpperCase());
}

/** Runs one command to its tagged answer. `bad` tells the connection to count. @throws {ByeError} */
export async function dispatch(context: DispatchContext, line: string): Promise<'ok' | 'no' | 'bad'> {
  const { session, reply, logger } = context;
  const rev2 = session.enabled.has('IMAP4REV2');
  const utf8 = usesUtf8(session);
  const decoder = new Decoder(line, { utf8 });
  let tag = '*';
  const started = performance.now();
  let name = '';
  let outcome: 'ok' | 'no' | 'bad' = 'ok';
  let status: string;
  try {
    tag = decoder.token(TAG, 'a tag');
    decoder.space();
    const { command, uid } = readName(decoder);
    name = uid ? `UID ${command.name}` : command.name;
    checkState(session, command);
    const args = command.parse(decoder, uid);
    if (session.state.kind === 'selected') session.state.selected.mustStand(context.core);
    const running = command.run({ ...context, tag, uid, rev2, utf8 }, args);
    const completion = running instanceof Promise ? await patiently(context, tag, command, running) : running;
    await tellChanges(context, (command.expunges === 'allowed' || uid) && !command.holdsExpunges?.(args));
    status = completionText(name, completion);
    if (completion?.isNo) outcome = 'no';
  } catch (error) {
    if (error instanceof ByeError) throw error;
    outcome = error instanceof BadCommandError ? 'bad' : 'no';
    const known = statusOf(error);
    if (known === undefined) logger.error({ err: error, command: name }, 'command failed unexpectedly');
    status = known ?? 'NO [SERVERBUG] internal error; it has been logged';
    if (outcome === 'no') await tellChanges(context, false);
  }
  tellAlerts(context.core, session, reply);
  reply.raw(`${tag} ${inLanguage(status, session.language)}\r\n`);
  logger.debug({ command: name, outcome, ms: Math.round((performance.now() - started) * 10) / 10 }, 'command');
  return outcome;
}

function readName(decoder: Decoder): { command: AnyCommand; uid: boolean } {
  const first = decoder.keyword();
  const uid = first === 'UID';
  if (uid) decoder.space();
  const name = uid ? decoder.keyword() : first;
  const command = uid ? uidCommands.get(name) : commandByName.get(name);
  if (!command) throw new BadCommandError(`unknown command ${oneLine(uid ? `UID ${name}` : name)}`);
  return { command, uid };
}

function checkState(session: Session, command: AnyCommand): void {
  const { state } = session;
  if (!command.states.includes(state.kind)) {
    throw new BadCommandError(
      state.kind === 'notAuthenticated' ? 'please log in first' : `${command.name} is not allowed in this state`,
    );
  }
  if (command.writes && state.kind === 'selected' && state.selected.readOnly) {
    throw new MailboxError('CANNOT', 'the mailbox was opened read-only');
  }
}

/** Waits for a command, with signs of life to the client. */
async function patiently<T>(
  { reply, progressMs }: DispatchContext,
  tag: string,
  command: AnyCommand,
  running: Promise<T>,
): Promise<T> {
  if (command.isDialogue) return running;
  const stop = watchProgress(reply, tag, progressMs);
  try {
    return await running;
  } finally {
    stop();
  }
}

/** What has happened meanwhile: in the selected mailbox, and whatever NOTIFY asks for. */
async function tellChanges(context: DispatchContext, expunges: boolean): Promise<void> {
  const { session, core, reply, signal } = context;
  if (session.state.kind === 'selected') {
    const { selected } = session.state;
    selected.poll(core, reply, { expunges });
    if (selected.watch) await selected.watch.afterChanges(core, reply, signal);
  }
  await session.notifier?.tell(reply, signal, expunges ? 'allowed' : 'held');
}

function completionText(name: string, completion: Completion | undefined): string {
  const code = completion?.code === undefined ? '' : `[${completion.code}] `;
  return `${completion?.isNo ? 'NO' : 'OK'} ${code}${completion?.text ?? `${name} completed`}`;
}
