import { createCommandTail } from '../appending/command-tail.js';
import { readMessages } from '../appending/incoming.js';
import { defineCommand } from '../command.js';
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
 * Extends: RFC 3502 (MULTIAPPEND), RFC 4315 §3 (APPENDUID), RFC 7888 (LITERAL+)
 */
export const append = defineCommand<AppendArgs>({
  name: 'APPEND',
  states: ['authenticated', 'selected'],
  capabilities: ['MULTIAPPEND'],
  streams: (line) => !MAILBOX_LITERAL.test(line),
  expunges: 'allowed',
  parse: (decoder) => {
    decoder.space();
    return { path: decoder.mailbox(), rest: decoder };
  },
  run: async ({ core, conversation, utf8 }, { path, rest }) => {
    const messages = await readMessages(createCommandTail(rest, conversation, { utf8 }), { core, path });
    const { uidValidity, uids } = await core.actions.append(path, messages);
    return { code: `APPENDUID ${uidValidity} ${uidSetText(uids)}` };
  },
});
