// What a client has handed over becomes messages on disk, all of them or none.
import { withoutBinaryParts } from '../../mail/binary-parts.js';
import { MailboxError } from '../../mail/errors.js';
import { parseMime } from '../../mail/mime.js';
import type { AppendMessage, Spooled } from '../core.js';
import type { AppendContext, Appending } from './append.js';

type Context = Pick<AppendContext, 'bodies'>;

/** Finishes the spools, each pinned; if one cannot be, none is left. @throws {MailboxError} UNAVAILABLE, UNKNOWN-CTE */
export async function takeIn(context: Context, messages: readonly AppendMessage[]): Promise<Appending[]> {
  const taken: Appending[] = [];
  try {
    for (const message of messages) taken.push(await takeInOne(context, message));
    return taken;
  } catch (error) {
    for (const { message } of taken) context.bodies.unpin(message.bodyRef);
    for (const { spool } of messages.slice(taken.length)) await spool.abort();
    throw error;
  }
}

/** @throws {MailboxError} as takeIn */
export async function takeInOne(
  context: Context,
  { spool, flags, internalDate, isBinary }: AppendMessage,
): Promise<Appending> {
  const written = await spool.finish();
  return { message: isBinary ? await asText(context, written) : written, flags, internalDate };
}

/** No provider is known to take BINARY, so binary parts go to base64 here, before anybody has seen the message. */
async function asText({ bodies }: Context, written: Spooled): Promise<Spooled> {
  try {
    const bytes = await bodies.read(written.bodyRef);
    const pieces = withoutBinaryParts(bytes, parseMime(bytes));
    if ((pieces ?? [bytes]).some((piece) => piece.includes(0)))
      throw new MailboxError('UNKNOWN-CTE', 'a NUL stands outside of the parts with the encoding "binary"');
    if (!pieces) return written;
    const spool = bodies.spool();
    for (const piece of pieces) await spool.write(piece);
    const text = await spool.finish();
    bodies.unpin(written.bodyRef);
    return text;
  } catch (error) {
    bodies.unpin(written.bodyRef);
    throw error;
  }
}
