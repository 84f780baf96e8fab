import type { Mailbox } from '../../core/core.js';
import { type Command, type CommandContext, defineCommand } from '../command.js';
import { inLanguage } from '../language.js';
import { quietly, removerOf } from '../session.js';
import type { Decoder } from '../wire/decoder.js';
import { mailboxLine } from './list-answer.js';
import { mailboxIdOf } from './status.js';

const base = { states: ['authenticated', 'selected'], expunges: 'allowed' } as const;

function oneMailbox(decoder: Decoder): string {
  decoder.space();
  const path = decoder.mailbox();
  decoder.end();
  return path;
}

const onMailbox = (
  name: string,
  change: (context: CommandContext, path: string) => void,
): ReturnType<typeof defineCommand> => {
  const command: Command<string> = {
    ...base,
    name,
    parse: oneMailbox,
    run: (context, path) => {
      quietly(context.session, () => change(context, path));
      return undefined;
    },
  };
  return defineCommand(command);
};

/** Command: RFC 9051 §6.3.7 */
export const subscribe = onMailbox('SUBSCRIBE', ({ core }, path) => core.mailboxes.subscribe(path, true));

/** Command: RFC 9051 §6.3.8 */
export const unsubscribe = onMailbox('UNSUBSCRIBE', ({ core }, path) => core.mailboxes.subscribe(path, false));

/** Command: RFC 9051 §6.3.5. The subscription stays (§6.3.7). */
export const remove = onMailbox('DELETE', ({ core, session, reply }, path) => {
  core.mailboxes.delete(path, removerOf(session));
  const { state } = session;
  if (state.kind !== 'selected' || core.mailboxes.get(state.selected.mailboxId)) return;
  // Our own selected mailbox: left, rather than the connection lost (RFC 2180 §3).
  session.state = { kind: 'authenticated', device: state.device };
  reply.untagged(inLanguage('OK [CLOSED] the selected mailbox has been deleted', session.language));
});

/** Command: RFC 9051 §6.3.4 · Extends: RFC 6154 §3 (USE), RFC 8474 §4.1 (MAILBOXID) */
export const create = defineCommand({
  ...base,
  name: 'CREATE',
  capabilities: ['CREATE-SPECIAL-USE'],
  parse: (decoder) => {
    decoder.space();
    const { path, given } = decoder.mailboxAsGiven();
    const specialUses = decoder.accept(' (') ? parseUse(decoder) : [];
    decoder.end();
    return { path, given, specialUses };
  },
  run: (context, { path, given, specialUses }) => {
    const mailbox = quietly(context.session, () => context.core.mailboxes.create(path, specialUses));
    if (given !== path) tellOldName(context, mailbox, given);
    return { code: `MAILBOXID (${mailboxIdOf(mailbox)})` };
  },
});

/** `USE (\Sent \Drafts))`, after the opening parenthesis (RFC 6154 §6, RFC 4466 §2.2). */
function parseUse(decoder: Decoder): string[] {
  const specialUses: string[] = [];
  if (decoder.keyword() !== 'USE') throw decoder.error('unknown parameter of CREATE');
  decoder.space();
  decoder.list(() => specialUses.push(decoder.flag()));
  decoder.expect(')');
  return specialUses;
}

/** Command: RFC 9051 §6.3.6 */
export const rename = defineCommand({
  ...base,
  name: 'RENAME',
  parse: (decoder) => {
    decoder.space();
    const from = decoder.mailbox();
    decoder.space();
    const to = decoder.mailbox();
    decoder.end();
    return { from, to };
  },
  run: (context, { from, to }) => {
    const { mailboxes } = context.core;
    const renamed = mailboxes.find(from);
    quietly(context.session, () => mailboxes.rename(from, to));
    const mailbox = renamed && mailboxes.get(renamed.id);
    if (mailbox) tellOldName(context, mailbox, from);
    return undefined;
  },
});

/** Extended data items are for clients that know them: those that have enabled IMAP4rev2 (RFC 9051 §6.3.9.7). */
function tellOldName(context: CommandContext, mailbox: Mailbox, oldName: string): void {
  if (context.rev2) context.reply.untagged(mailboxLine(context, mailbox, oldName));
}
