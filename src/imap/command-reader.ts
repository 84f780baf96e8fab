// Puts commands together: a line and the literals it announces. What is refused for its size is passed over to its very
// end, so that no byte of a literal is ever taken for a command.
import { commandOf } from './dispatch.js';
import { BadCommandError, ByeError } from './errors.js';
import { inLanguage, type Language } from './language.js';
import type { Reply } from './reply.js';
import type { ByteReader, Line } from './wire/byte-reader.js';
import type { LiteralHead } from './wire/decoder.js';

export interface CommandLimits {
  readonly lineBytes: number;
  /** Of one literal that is collected with its command. */
  readonly literalBytes: number;
  /** A command may read its literals itself, as they come (APPEND's messages). */
  readonly mayStream: boolean;
  /** Of refusals. */
  readonly language: Language;
}

export interface CommandReader {
  /** The next command with its literals in place; `refused`: it has been answered; undefined at the end of the stream. */
  next(limits: CommandLimits): Promise<{ kind: 'command'; text: string } | { kind: 'refused' } | undefined>;
  /** The bytes of the literal that the line read last ends with; asks for them first, where the client waits for that. */
  literal(literal: LiteralHead): AsyncGenerator<Uint8Array>;
  /** What stands behind a literal read by `literal`; undefined at the end. @throws {BadCommandError} too long */
  rest(): Promise<string | undefined>;
  /** A line that is no command; undefined at the end. @throws {BadCommandError} too long */
  line(maxBytes: number): Promise<string | undefined>;
  /** Passes over what a command has left of itself: the literal that is on its way, and what follows. @throws {ByeError} */
  skipUnread(): Promise<void>;
}

/** A refused literal that is on its way already is read and thrown away up to this size; beyond it, BYE. */
const SKIP_BYTES = 1024 * 1024;
const SKIP_MESSAGE_BYTES = 64 * 1024 * 1024;
/** Of what stands between and behind literals that the command reads itself, or that are passed over. */
const LINE_BYTES = 64 * 1024;

/** The literal a line ends with; any number of digits, so that a senseless size is seen as one. */
function announced(text: string): LiteralHead | undefined {
  const match = /\{(\d+)(\+?)\}$/.exec(text.slice(-100));
  return match ? { sizeBytes: Number(match[1]), nonSynchronising: match[2] === '+' } : undefined;
}

export function createCommandReader(reader: ByteReader, reply: Reply): CommandReader {
  /** Bytes of a streamed literal that are on their way and have not been read; 0: what stands behind it has not. */
  let unread: number | undefined;
  const expect = (literal: LiteralHead | undefined) => {
    unread = literal?.nonSynchronising ? literal.sizeBytes : undefined;
  };

  /** Reads the rest of a command and throws it away: a literal that is on its way, and those that may follow it. */
  const skip = async (firstBytes: number, maxBytes: number): Promise<void> => {
    let total = 0;
    for (let sizeBytes = firstBytes; ; ) {
      total += sizeBytes;
      if (total > maxBytes) throw new ByeError('[TOOBIG] the literal is too large');
      for await (const _ of reader.bytes(sizeBytes));
      const line = await reader.line(LINE_BYTES);
      const text = line?.kind === 'tooLong' ? line.tail : line?.text;
      const next = text === undefined ? undefined : announced(text);
      // A synchronising one is not sent: nobody asked for it.
      if (!text || !next?.nonSynchronising) return;
      // Many literals of nothing are something.
      total += text.length;
      sizeBytes = next.sizeBytes;
    }
  };

  const refuse = async (
    text: string,
    status: string,
    literal: LiteralHead | undefined,
  ): Promise<{ kind: 'refused' }> => {
    const tag = /^[^\x00-\x20\x7f-\xff(){%*"\\+]{1,100}(?= )/.exec(text)?.[0] ?? '*';
    reply.raw(`${tag} ${status}\r\n`);
    if (literal?.nonSynchronising) await skip(literal.sizeBytes, SKIP_BYTES);
    return { kind: 'refused' };
  };

  const ask = () => {
    reply.raw('+ go ahead\r\n');
    reply.flush();
  };

  const next: CommandReader['next'] = async ({ lineBytes, literalBytes, mayStream, language }) => {
    const tooLong = inLanguage('BAD the command is too long', language);
    const tooLarge = inLanguage('BAD [TOOBIG] the literal is too large', language);
    let text = '';
    for (;;) {
      const line: Line | undefined = await reader.line(lineBytes);
      if (line === undefined) return undefined;
      if (line.kind === 'tooLong') return refuse(text || line.head, tooLong, announced(line.tail));
      text += line.text;
      const literal = announced(line.text);
      if (text.length > lineBytes + literalBytes) return refuse(text, tooLong, literal);
      if (!literal) return { kind: 'command', text };
      if (mayStream && commandOf(text)?.streams?.(text)) {
        expect(literal);
        return { kind: 'command', text };
      }
      if (literal.sizeBytes > literalBytes) return refuse(text, tooLarge, literal);
      if (!literal.nonSynchronising) ask();
      const bytes = await reader.text(literal.sizeBytes);
      if (bytes === undefined) return undefined;
      text += `\r\n${bytes}`;
    }
  };

  async function* literal({ sizeBytes, nonSynchronising }: LiteralHead): AsyncGenerator<Uint8Array> {
    if (!nonSynchronising) ask();
    unread = sizeBytes;
    for await (const chunk of reader.bytes(sizeBytes)) {
      unread -= chunk.byteLength;
      yield chunk;
    }
  }

  return {
    next,
    literal,
    rest: async () => {
      const line = await reader.line(LINE_BYTES);
      expect(line && announced(line.kind === 'line' ? line.text : line.tail));
      if (line?.kind === 'tooLong') throw new BadCommandError('the command is too long');
      return line?.text;
    },
    line: async (maxBytes) => {
      const line = await reader.line(maxBytes);
      if (line?.kind === 'tooLong') throw new BadCommandError('the line is too long');
      return line?.text;
    },
    skipUnread: async () => {
      const left = unread;
      unread = undefined;
      if (left !== undefined) await skip(left, SKIP_MESSAGE_BYTES);
    },
  };
}
