// append-message of APPEND and REPLACE (RFC 4466 §6.1, RFC 3502 §6.3.11).
import type { AppendMessage } from '../../core/core.js';
import { MailboxError } from '../../mail/errors.js';
import { type FlagSet, NO_FLAGS } from '../../mail/flags.js';
import { BadCommandError } from '../errors.js';
import type { Decoder } from '../wire/decoder.js';
import { readCatenate, readUtf8Literal } from './catenate.js';
import type { CommandTail } from './command-tail.js';
import { type Destination, Incoming, takeWhole } from './incoming.js';

/** Of one command. */
const MAX_MESSAGES = 1_000;

/**
 * Reads `append-message *(SP append-message)` to the end of the command, each message to its spool as it comes. Nothing
 * is left of it when something is wrong.
 * @throws {BadCommandError} @throws {MailboxError} TRYCREATE, CANNOT, TOOBIG, LIMIT, UNAVAILABLE @throws {BadUrlError}
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
    for (const { spool } of messages) await spool.abort();
    throw error;
  }
}

function hasMore(decoder: Decoder): boolean {
  if (decoder.rest.trim() === '') return false;
  if (decoder.peek() !== ' ') throw new BadCommandError('unexpected text after the message');
  return true;
}

/** One message, `SP [flag-list SP] [date-time SP] append-data`; its spool is gone if something is wrong. */
export async function readMessage(tail: CommandTail, destination: Destination): Promise<AppendMessage> {
  const { flags, internalDate } = readOptions(tail.decoder);
  const read = dataReader(tail.decoder);
  const incoming = new Incoming(destination);
  try {
    await read(incoming, tail, destination);
    return await incoming.seal(flags, internalDate);
  } catch (error) {
    await incoming.abort();
    throw error;
  }
}

type DataReader = (incoming: Incoming, tail: CommandTail, destination: Destination) => Promise<void>;

/** By what append-data begins with. */
function dataReader(decoder: Decoder): DataReader {
  if (/^CATENATE /i.test(decoder.rest)) return readCatenate;
  if (/^UTF8 /i.test(decoder.rest)) return readUtf8Literal;
  const literal = decoder.announcedLiteral();
  return (incoming, tail) => takeWhole(incoming, tail, literal);
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
