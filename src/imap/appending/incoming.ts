import type { AppendMessage, Core, MailboxId, SpoolWriter } from '../../core/core.js';
import { MailboxError } from '../../mail/errors.js';
import type { FlagSet } from '../../mail/flags.js';
import { BadCommandError } from '../errors.js';
import type { AnnouncedLiteral } from '../wire/decoder.js';
import type { CommandTail } from './command-tail.js';

/** Where the messages of a command go, and what may be read for them. */
export interface Destination {
  readonly core: Core;
  readonly path: string;
  /** Against which a URL without a mailbox is resolved. */
  readonly selected: MailboxId | undefined;
  /** Whether the data item UTF8 may be used (RFC 6855 §4). */
  readonly utf8: boolean;
  readonly signal: AbortSignal;
}

/** RFC 3502 §6.3.11: an empty literal is how a client gives up; nothing at all is stored then. */
const EMPTY = new MailboxError('CANNOT', 'an empty message cannot be stored');

/** One message on its way to its spool; never more of it in memory than what has just come. */
export class Incoming {
  readonly #core: Core;
  readonly #limit: number;
  #spool: SpoolWriter | undefined;
  #sizeBytes = 0;
  #isBinary = false;

  /** @throws {MailboxError} TRYCREATE, CANNOT */
  constructor({ core, path }: Destination) {
    this.#core = core;
    this.#limit = core.actions.appendLimit(path);
  }

  /** Takes a literal as it comes. What is refused is refused before the client is asked for it (RFC 7889 §5). */
  async literal(tail: CommandTail, literal: AnnouncedLiteral): Promise<void> {
    this.#reserve(literal.sizeBytes);
    this.#isBinary ||= literal.binary;
    for await (const chunk of tail.bytes(literal)) {
      // RFC 9051 §9, literal: CHAR8 is 1 to 255; only literal8 may hold a NUL.
      if (!literal.binary && chunk.includes(0)) throw new BadCommandError('a NUL cannot stand in this literal');
      await this.#open().write(chunk);
    }
  }

  /** Takes bytes that are here already. */
  async copy(sizeBytes: number, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    this.#reserve(sizeBytes);
    for await (const chunk of chunks) await this.#open().write(chunk);
  }

  #reserve(sizeBytes: number): void {
    this.#sizeBytes += sizeBytes;
    if (this.#sizeBytes > this.#limit)
      throw new MailboxError('TOOBIG', `messages may have at most ${this.#limit} bytes here`);
  }

  #open(): SpoolWriter {
    this.#spool ??= this.#core.actions.spool(this.#sizeBytes);
    return this.#spool;
  }

  /** It is whole. @throws {MailboxError} CANNOT if it is empty */
  async seal(flags: FlagSet, internalDate: number | undefined): Promise<AppendMessage> {
    if (!this.#spool || this.#sizeBytes === 0) throw EMPTY;
    await this.#spool.seal();
    return { spool: this.#spool, flags, internalDate, isBinary: this.#isBinary };
  }

  async abort(): Promise<void> {
    await this.#spool?.abort();
  }
}

/** A message that is one literal. @throws {MailboxError} CANNOT for an empty one, before it is asked for */
export async function takeWhole(incoming: Incoming, tail: CommandTail, literal: AnnouncedLiteral): Promise<void> {
  if (literal.sizeBytes === 0) throw EMPTY;
  await incoming.literal(tail, literal);
}
