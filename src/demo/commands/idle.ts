// IDLE (RFC 2177).
import { bad, type DemoCommand, SIGNED_IN } from '../command.js';

export const idleCommand: DemoCommand = {
  name: 'IDLE',
  states: SIGNED_IN,
  needs: ['IDLE'],
  run: async (session) => {
    const { noExpungeInIdle, noFlagsInIdle, silentIdle } = session.account.personality.quirks;
    const tellNow = () => {
      if (silentIdle) return;
      session.tell(!noExpungeInIdle, !noFlagsInIdle);
      void session.flush();
    };
    let isWaiting = false;
    // One write for what changes in one go.
    const stop = session.view?.mailbox.onChange(() => {
      if (isWaiting) return;
      isWaiting = true;
      setImmediate(() => {
        isWaiting = false;
        tellNow();
      });
    });
    const answered = session.ask('idling');
    tellNow();
    const line = await answered;
    stop?.();
    if (line === undefined) {
      session.isEnding = true;
      return undefined;
    }
    if (line.toUpperCase() !== 'DONE') throw bad('expected DONE');
    return undefined;
  },
};
