import { createCommandTail } from '../appending/command-tail.js';
import type { Destination } from '../appending/incoming.js';
import { readMessages } from '../appending/messages.js';
import { type CommandContext, defineCommand } from '../command.js';
import type { Decoder } from '../wire/decoder.js';
import { uidSetText } from './copy.js';

interface AppendArgs {
  readonly path: string;
  /** On what stands behind the mailbox: the messages, as far as the first literal. */
  readonly rest: Decoder;
}

/** A mailbox that is a literal is collected with the command. */
const MAILBOX_LITERAL = /^[^ ]+ +APPEND +~?\{\d+\+?\}$/i;

/**
 * Command: RFC 9051 §6.3.12
 * Extends: RFC 3502 (MULTIAPPEND), RFC 4315 §3 (APPENDUID), RFC 4469 (CATENATE), RFC 5550 (URL-PARTIAL), RFC 7888
 * (LITERAL+), RFC 9755 (UTF8=ACCEPT)
 */
export const append = defineCommand<AppendArgs>({
  name: 'APPEND',
  states: ['authenticated', 'selected'],
  capabilities: ['MULTIAPPEND', 'CATENATE', 'URL-PARTIAL', 'UTF8=ACCEPT'],
  // What it changes beyond APPEND: mailbox names (dispatch.ts, encode.ts), quoted strings (decoder.ts), SEARCH's CHARSET.
  enables: ['UTF8=ACCEPT'],
  isDialogue: true,
  streams: (line) => !MAILBOX_LITERAL.test(line),
  expunges: 'allowed',
  parse: (decoder) => {
    decoder.space();
    return { path: decoder.mailbox(), rest: decoder };
  },
  run: async (context, { path, rest }) => {
    const { core, conversation, utf8 } = context;
    const tail = createCommandTail(rest, conversation, { utf8 });
    const messages = await readMessages(tail, destinationOf(context, path));
    const { uidValidity, uids } = await core.actions.append(path, messages);
    return { code: `APPENDUID ${uidValidity} ${uidSetText(uids)}` };
  },
});

/** Where the messages of a command go that names the mailbox. */
export const destinationOf = ({ core, session, utf8, signal }: CommandContext, path: string): Destination => ({
  core,
  path,
  selected: session.state.kind === 'selected' ? session.state.selected.mailboxId : undefined,
  utf8,
  signal,
});
