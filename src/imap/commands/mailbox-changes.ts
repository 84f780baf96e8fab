import { type Command, type CommandContext, defineCommand } from '../command.js';
import type { Decoder } from '../wire/decoder.js';

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
      change(context, path);
      return undefined;
    },
  };
  return defineCommand(command);
};

/** Command: RFC 9051 §6.3.7 */
export const subscribe = onMailbox('SUBSCRIBE', ({ core }, path) => core.mailboxes.subscribe(path, true));

/** Command: RFC 9051 §6.3.8 */
export const unsubscribe = onMailbox('UNSUBSCRIBE', ({ core }, path) => core.mailboxes.subscribe(path, false));

/** Command: RFC 9051 §6.3.5 */
export const remove = onMailbox('DELETE', ({ core }, path) => core.mailboxes.delete(path));

/** Command: RFC 9051 §6.3.4 */
export const create = defineCommand({
  ...base,
  name: 'CREATE',
  parse: (decoder) => {
    decoder.space();
    const path = decoder.mailbox();
    // K-9 and others may name a use (RFC 6154 §3): the roles are the unified mailboxes', so a wish for one is refused.
    const wantsUse = decoder.accept(' (');
    if (!wantsUse) decoder.end();
    return { path, wantsUse };
  },
  run: ({ core }, { path, wantsUse }) => {
    if (wantsUse) return { isNo: true, code: 'USEATTR', text: 'the special uses are taken by the unified mailboxes' };
    core.mailboxes.create(path);
    return undefined;
  },
});

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
  run: ({ core }, { from, to }) => {
    core.mailboxes.rename(from, to);
    return undefined;
  },
});
