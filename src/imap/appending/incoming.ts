import type { AppendMessage, Core, SpoolWriter } from '../../core/core.js';
import { MailboxError } from '../../mail/errors.js';
import { type FlagSet, NO_FLAGS } from '../../mail/flags.js';
import { BadCommandError } from '../errors.js';
import type { AnnouncedLiteral, Decoder } from '../wire/decoder.js';
import type { CommandTail } from './command-tail.js';

/** Where the messages of a command go. */
export interface Destination {
  readonly core: Core;
  readonly path: string;
}

/** Of one command. */
const MAX_MESSAGES = 1_000;

/**
 * Reads `append-message *(SP append-message)` to the end of the command (RFC 3502 §6.3.11), each message to its spool as
 * it comes. Nothing is left of it when something is wrong.
 * @throws {BadCommandError} @throws {MailboxError} TRYCREATE, CANNOT, TOOBIG, LIMIT, UNAVAILABLE
 */
export async function readMessages(tail: CommandTail, destination: Destination): Promise<AppendMessage[]> {
  const messages: AppendMessage[] = [];
  try {
    do {
      if (messages.length === MAX_MESSAGES) throw new MailboxError('LIMIT', `at most ${MAX_MESSAGES} messages at once`);
      messages.push(await readMessage(tail, destination));
    } while (hasMore(tail.decoder));
    return messages;
  } catch (error) {
    await discard(messages);
    throw error;
  }
}

/** For messages that will not be stored after all. */
export async function discard(messages: readonly AppendMessage[]): Promise<void> {
  for (const { spool } of messages) await spool.abort();
}

function hasMore(decoder: Decoder): boolean {
  if (decoder.rest.trim() === '') return false;
  if (decoder.peek() !== ' ') throw new BadCommandError('unexpected text after the message');
  return true;
}

/** `[SP flag-list] [SP date-time] SP literal`. */
async function readMessage(tail: CommandTail, destination: Destination): Promise<AppendMessage> {
  const { flags, internalDate } = readOptions(tail.decoder);
  const literal = tail.decoder.announcedLiteral();
  const incoming = createIncoming(destination);
  try {
    await incoming.take(tail, literal);
    return { spool: await incoming.seal(), flags, internalDate };
  } catch (error) {
    await incoming.abort();
    throw error;
  }
}

function readOptions(decoder: Decoder): { flags: FlagSet; internalDate: number | undefined } {
  decoder.space();
  let flags: FlagSet = NO_FLAGS;
  if (decoder.peek() === '(') {
    flags = decoder.flagList();
    decoder.space();
  }
  let internalDate: number | undefined;
  if (decoder.peek() === '"') {
    internalDate = decoder.dateTime();
    decoder.space();
  }
  return { flags, internalDate };
}

/** One message on its way to its spool. */
interface Incoming {
  /** Refuses a literal before it is sent, where the client waits for that (RFC 7889 §5); else takes it as it comes. */
  take(tail: CommandTail, literal: AnnouncedLiteral): Promise<void>;
  /** It is whole. @throws {MailboxError} CANNOT if it is empty */
  seal(): Promise<SpoolWriter>;
  abort(): Promise<void>;
}

function createIncoming({ core, path }: Destination): Incoming {
  const limit = core.actions.appendLimit(path);
  let spool: SpoolWriter | undefined;
  let sizeBytes = 0;
  const take: Incoming['take'] = async (tail, literal) => {
    if (sizeBytes + literal.sizeBytes > limit)
      throw new MailboxError('TOOBIG', `messages may have at most ${limit} bytes here`);
    if (literal.sizeBytes === 0) throw EMPTY;
    sizeBytes += literal.sizeBytes;
    spool ??= core.actions.spool(sizeBytes);
    for await (const chunk of tail.bytes(literal)) {
      // RFC 9051 §9, literal: CHAR8 is 1 to 255; only literal8 may hold a NUL.
      if (!literal.binary && chunk.includes(0)) throw new BadCommandError('a NUL cannot stand in this literal');
      await spool.write(chunk);
    }
  };
  return {
    take,
    seal: async () => {
      if (!spool || sizeBytes === 0) throw EMPTY;
      await spool.seal();
      return spool;
    },
    abort: async () => {
      await spool?.abort();
    },
  };
}

/** RFC 3502 §6.3.11: an empty literal is how a client gives up; nothing at all is stored then. */
const EMPTY = new MailboxError('CANNOT', 'an empty message cannot be stored');
