import { type CommandContext, type Completion, defineCommand } from '../command.js';
import { createNotifier } from '../notify/notifier.js';
import { EVENTS, type NotifyRequest, readNotify } from '../notify/request.js';

/** Command: RFC 5465 §3 */
export const notify = defineCommand<NotifyRequest | undefined>({
  name: 'NOTIFY',
  states: ['authenticated', 'selected'],
  capabilities: ['NOTIFY'],
  expunges: 'allowed',
  parse: readNotify,
  run: async (context, request) => {
    if (request && request.unknown.length > 0) return BAD_EVENT;
    stop(context);
    if (!request) return undefined;
    const { session, core } = context;
    const notifier = createNotifier(session, core, request);
    session.notifier = notifier;
    if (request.status) await notifier.tellStatus(context.reply);
    return undefined;
  },
});

const BAD_EVENT: Completion = {
  isNo: true,
  code: `BADEVENT (${EVENTS.join(' ')})`,
  text: 'only these events are told of',
};

function stop({ session }: CommandContext): void {
  session.notifier?.close();
  session.notifier = undefined;
  if (session.state.kind === 'selected') session.state.selected.isFlagsMuted = false;
}
