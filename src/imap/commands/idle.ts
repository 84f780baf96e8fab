import { tellAlerts } from '../alerts.js';
import { type CommandContext, defineCommand } from '../command.js';
import { BadCommandError } from '../errors.js';
import { inLanguage } from '../language.js';

/** Command: RFC 2177 §3 (RFC 9051 §6.3.13) */
export const idle = defineCommand({
  name: 'IDLE',
  states: ['authenticated', 'selected'],
  capabilities: ['IDLE'],
  isDialogue: true,
  expunges: 'allowed',
  parse: (decoder) => decoder.end(),
  run: async (context) => {
    const { reply, conversation } = context;
    reply.raw('+ idling\r\n');
    reply.flush();
    const off = listen(context);
    context.session.isIdling = true;
    try {
      await tell(context, true);
      const line = await conversation.line();
      if (line?.toUpperCase() !== 'DONE') throw new BadCommandError('expected DONE');
    } finally {
      context.session.isIdling = false;
      off();
    }
    return undefined;
  },
});

/** A lone change is told at once; what comes in a burst is told together. */
function listen(context: CommandContext): () => void {
  const { session, core } = context;
  let isScheduled = false;
  let isOver = false;
  const later = async () => {
    await new Promise<void>((resolve) => setImmediate(resolve));
    // For a client that is asleep nothing is piled up: it is told all in one when it reads again.
    await context.reply.drain();
    isScheduled = false;
    if (!isOver) await tell(context);
  };
  const schedule = () => {
    if (isScheduled) return;
    isScheduled = true;
    void later();
  };
  const offAlerts = core.changes.onAlerts(schedule);
  // The notifier tells of this mailbox too, and of nothing in the middle of something else.
  const onChange = () => {
    if (!session.notifier) schedule();
  };
  const { state } = session;
  const off = state.kind === 'selected' ? core.changes.onMailbox(state.selected.mailboxId, onChange) : undefined;
  return () => {
    isOver = true;
    offAlerts();
    off?.();
  };
}

async function tell({ session, core, reply, signal }: CommandContext, isFirst = false): Promise<void> {
  if (signal.aborted) return;
  try {
    // Later on, that is the notifier's to tell.
    if (session.state.kind === 'selected' && (isFirst || !session.notifier)) {
      const { selected } = session.state;
      selected.poll(core, reply, { expunges: true });
      if (selected.watch) await selected.watch.afterChanges(core, reply, signal);
    }
    // After the message that it speaks of.
    tellAlerts(core, session, reply);
  } catch {
    // Renumbered or deleted: the command's end, and its BYE, will come from the dispatcher; wake the client for it.
    reply.untagged(inLanguage('OK the mailbox has changed; please leave IDLE', session.language));
  }
  reply.flush();
}
