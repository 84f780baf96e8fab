// When NOTIFY's news may go out: between commands and in IDLE, and never in the middle of an answer.
import type { Logger } from '../../lib/logger.js';
import { ByeError } from '../errors.js';
import type { Reply } from '../reply.js';
import type { Session } from '../session.js';

export interface PumpOptions {
  readonly session: Session;
  readonly signal: AbortSignal;
  /** What is written with now (STARTTLS and COMPRESS put another in its place). */
  reply(): Reply;
  bye(text: string): void;
  readonly logger: Logger;
}

export interface NotificationPump {
  /** There is something to tell. */
  due(): void;
  /** A command has come: resolves when nothing more is being told. The command tells what is due at its end. */
  hold(): Promise<void>;
  /** The command has been answered. */
  release(): void;
}

export function createNotificationPump(options: PumpOptions): NotificationPump {
  const { session, signal, logger } = options;
  let isHeld = false;
  let telling: Promise<void> | undefined;

  const tell = async (): Promise<void> => {
    // What comes in a burst is told together, and to a client that is asleep not at all until it reads again.
    await new Promise<void>((resolve) => setImmediate(resolve));
    await options.reply().drain();
    const { notifier } = session;
    const mayTell = () => !signal.aborted && notifier === session.notifier && (!isHeld || session.isIdling);
    try {
      while (notifier?.isDue && mayTell()) {
        await notifier.tell(options.reply(), signal, session.isIdling ? 'allowed' : 'asked');
      }
      options.reply().flush();
    } catch (error) {
      if (error instanceof ByeError) options.bye(error.message);
      else logger.error({ err: error }, 'a notification failed unexpectedly');
    }
  };
  const due = () => {
    if (telling || (isHeld && !session.isIdling)) return;
    telling = tell().finally(() => {
      telling = undefined;
      // What came while the last of it was being written.
      if (session.notifier?.isDue && !signal.aborted && (!isHeld || session.isIdling)) due();
    });
  };
  return {
    due,
    hold: async () => {
      isHeld = true;
      await telling;
    },
    release: () => {
      isHeld = false;
      if (session.notifier?.isDue) due();
    },
  };
}
