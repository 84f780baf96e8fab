import { type CommandContext, defineCommand } from '../command.js';
import { BadCommandError } from '../errors.js';

/** Command: RFC 2177 §3 (RFC 9051 §6.3.13) */
export const idle = defineCommand({
  name: 'IDLE',
  states: ['authenticated', 'selected'],
  capabilities: ['IDLE'],
  expunges: 'allowed',
  parse: (decoder) => decoder.end(),
  run: async (context) => {
    const { reply, conversation } = context;
    reply.raw('+ idling\r\n');
    tell(context);
    const off = listen(context);
    try {
      const line = await conversation.line();
      if (line?.toUpperCase() !== 'DONE') throw new BadCommandError('expected DONE');
    } finally {
      off();
    }
    return undefined;
  },
});

/** A lone change is told at once; what comes in a burst is told together. */
function listen(context: CommandContext): () => void {
  const { session, core } = context;
  if (session.state.kind !== 'selected') return () => undefined;
  let scheduled: NodeJS.Immediate | undefined;
  const off = core.changes.onMailbox(session.state.selected.mailboxId, () => {
    scheduled ??= setImmediate(() => {
      scheduled = undefined;
      tell(context);
    });
  });
  return () => {
    off();
    if (scheduled) clearImmediate(scheduled);
  };
}

function tell({ session, core, reply, signal }: CommandContext): void {
  if (session.state.kind !== 'selected' || signal.aborted) return;
  try {
    session.state.selected.poll(core, reply, { expunges: true });
  } catch {
    // Renumbered or deleted: the command's end, and its BYE, will come from the dispatcher; wake the client for it.
    reply.untagged('OK the mailbox has changed; please leave IDLE');
  }
  reply.flush();
}
