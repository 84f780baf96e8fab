// What a client has handed over becomes messages on disk, all of them or none.
import type { AppendMessage } from '../core.js';
import type { AppendContext, Appending } from './append.js';

/** Finishes the spools, each pinned; if one cannot be, none is left. @throws {MailboxError} UNAVAILABLE */
export async function takeIn(
  { bodies }: Pick<AppendContext, 'bodies'>,
  messages: readonly AppendMessage[],
): Promise<Appending[]> {
  const taken: Appending[] = [];
  try {
    for (const { spool, flags, internalDate } of messages)
      taken.push({ message: await spool.finish(), flags, internalDate });
    return taken;
  } catch (error) {
    for (const { message } of taken) bodies.unpin(message.bodyRef);
    for (const { spool } of messages.slice(taken.length)) await spool.abort();
    throw error;
  }
}
