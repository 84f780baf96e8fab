// Puts commands together: a line and the literals it announces. What is refused for its size is passed over to its very
// end, so that no byte of a literal is ever taken for a command.
import { commandOf } from './dispatch.js';
import { ByeError } from './errors.js';
import type { Reply } from './reply.js';
import type { ByteReader, Line } from './wire/byte-reader.js';

export interface CommandLimits {
  readonly lineBytes: number;
  /** Of one literal that is collected with its command. */
  readonly literalBytes: number;
  /** A command may leave its last literal to be streamed (APPEND's message). */
  readonly mayStream: boolean;
}

export interface CommandReader {
  /** The next command with its literals in place; `refused`: it has been answered; undefined at the end of the stream. */
  next(limits: CommandLimits): Promise<{ kind: 'command'; text: string } | { kind: 'refused' } | undefined>;
  /** The next n bytes of the literal that was left to be streamed. */
  bytes(n: number): AsyncGenerator<Uint8Array>;
  /** A line that is no command; undefined at the end, or when it is too long. */
  line(): Promise<string | undefined>;
  /** Passes over a streamed literal that is on its way and that the command has not read. @throws {ByeError} */
  skipUnread(): Promise<void>;
}

/** A refused literal that is on its way already is read and thrown away up to this size; beyond it, BYE. */
const SKIP_BYTES = 1024 * 1024;
const SKIP_MESSAGE_BYTES = 64 * 1024 * 1024;
/** Of lines that are no commands (SASL, DONE). */
const LINE_BYTES = 64 * 1024;

interface Announced {
  readonly sizeBytes: number;
  readonly isSynchronising: boolean;
}

/** The literal a line ends with; any number of digits, so that a senseless size is seen as one. */
function announced(text: string): Announced | undefined {
  const match = /\{(\d+)(\+?)\}$/.exec(text.slice(-100));
  return match ? { sizeBytes: Number(match[1]), isSynchronising: match[2] === '' } : undefined;
}

export function createCommandReader(reader: ByteReader, reply: Reply): CommandReader {
  /** Bytes of a streamed literal that come unasked and have not been read. */
  let unread: number | undefined;

  /** Reads the rest of a command and throws it away: a literal that is on its way, and those that may follow it. */
  const skip = async (firstBytes: number, maxBytes: number): Promise<void> => {
    let total = 0;
    for (let sizeBytes = firstBytes; ; ) {
      total += sizeBytes;
      if (total > maxBytes) throw new ByeError('[TOOBIG] the literal is too large');
      for await (const _ of reader.bytes(sizeBytes));
      const line = await reader.line(LINE_BYTES);
      const next = line && announced(line.kind === 'line' ? line.text : line.tail);
      // A synchronising one is not sent: nobody asked for it.
      if (!next || next.isSynchronising) return;
      sizeBytes = next.sizeBytes;
    }
  };

  const refuse = async (text: string, status: string, literal: Announced | undefined): Promise<{ kind: 'refused' }> => {
    const tag = /^[^\x00-\x20\x7f-\xff(){%*"\\+]{1,100}(?= )/.exec(text)?.[0] ?? '*';
    reply.raw(`${tag} ${status}\r\n`);
    if (literal && !literal.isSynchronising) await skip(literal.sizeBytes, SKIP_BYTES);
    return { kind: 'refused' };
  };

  const next: CommandReader['next'] = async ({ lineBytes, literalBytes, mayStream }) => {
    let text = '';
    for (;;) {
      const line: Line | undefined = await reader.line(lineBytes);
      if (line === undefined) return undefined;
      if (line.kind === 'tooLong') return refuse(text || line.head, TOO_LONG, announced(line.tail));
      text += line.text;
      const literal = announced(line.text);
      if (text.length > lineBytes + literalBytes) return refuse(text, TOO_LONG, literal);
      if (!literal) return { kind: 'command', text };
      if (mayStream && isStreamed(text)) {
        unread = literal.isSynchronising ? undefined : literal.sizeBytes;
        return { kind: 'command', text };
      }
      if (literal.sizeBytes > literalBytes) return refuse(text, 'BAD [TOOBIG] the literal is too large', literal);
      if (literal.isSynchronising) {
        reply.raw('+ go ahead\r\n');
        reply.flush();
      }
      const bytes = await reader.text(literal.sizeBytes);
      if (bytes === undefined) return undefined;
      text += `\r\n${bytes}`;
    }
  };

  return {
    next,
    bytes: (n) => {
      unread = undefined;
      return reader.bytes(n);
    },
    line: async () => {
      const line = await reader.line(LINE_BYTES);
      return line?.kind === 'line' ? line.text : undefined;
    },
    skipUnread: async () => {
      const left = unread;
      unread = undefined;
      if (left !== undefined) await skip(left, SKIP_MESSAGE_BYTES);
    },
  };
}

const TOO_LONG = 'BAD the command is too long';

/** APPEND's message is read by the command itself; its mailbox may be a literal too (RFC 9051 §6.3.12). */
const isStreamed = (text: string): boolean =>
  commandOf(text)?.streamsLiteral === true && !/^[^ ]+ +[A-Za-z]+ +~?\{\d+\+?\}$/.test(text);
