import type { Conversation } from '../command.js';
import { ByeError } from '../errors.js';
import { type AnnouncedLiteral, Decoder } from '../wire/decoder.js';

/** The rest of a command that reads its literals as they come: what stands between them, and their bytes. */
export interface CommandTail {
  /** On what stands before the next literal; another one once `bytes` has been read to its end. */
  readonly decoder: Decoder;
  /** The bytes of the literal that the decoder has just read the head of. @throws {ByeError} when the connection ends */
  bytes(literal: AnnouncedLiteral): AsyncGenerator<Uint8Array>;
}

export function createCommandTail(
  first: Decoder,
  conversation: Conversation,
  options: { readonly utf8: boolean },
): CommandTail {
  let decoder = first;
  async function* bytes(literal: AnnouncedLiteral): AsyncGenerator<Uint8Array> {
    let left = literal.sizeBytes;
    for await (const chunk of conversation.literal(literal)) {
      left -= chunk.byteLength;
      yield chunk;
    }
    const rest = left > 0 ? undefined : await conversation.rest();
    if (rest === undefined) throw new ByeError('the connection ended in the middle of a message');
    decoder = new Decoder(rest, options);
  }
  return {
    get decoder() {
      return decoder;
    },
    bytes,
  };
}
