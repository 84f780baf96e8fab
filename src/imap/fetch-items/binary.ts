// BINARY[…], BINARY.PEEK[…] and BINARY.SIZE[…]: a part without its transfer encoding (RFC 3516; RFC 9051 §6.4.5). What
// holds other parts, and the message itself, has no encoding (RFC 2045 §6.4) and is given as it is.
import { Buffer } from 'node:buffer';
import { MailboxError } from '../../mail/errors.js';
import { partAt } from '../../mail/sections.js';
import { withoutEncoding } from '../../mail/transfer-encoding.js';
import type { BodyPart, FetchItem } from './fetch-item.js';
import type { OpenMessage } from './open-message.js';
import { readPartial, readPartNumbers } from './section.js';

export const binaryItem: FetchItem = {
  names: ['BINARY', 'BINARY.PEEK', 'BINARY.SIZE'],
  parse: (word, decoder): BodyPart => {
    const path = readPartNumbers(decoder);
    const section = `[${path.join('.')}]`;
    if (word === 'BINARY.SIZE') {
      return {
        kind: 'body',
        label: `BINARY.SIZE${section}`,
        setsSeen: false,
        partial: undefined,
        // The answer is a number, also for a part that is not there (RFC 9051 §9, msg-att-static).
        cut: async (message) => ({ kind: 'value', value: `${(await decoded(message, path))?.byteLength ?? 0}` }),
      };
    }
    const partial = readPartial(decoder);
    return {
      kind: 'body',
      label: `BINARY${section}${partial ? `<${partial.start}>` : ''}`,
      setsSeen: word === 'BINARY',
      partial,
      cut: async (message) => {
        const bytes = await decoded(message, path);
        return bytes && { kind: 'bytes', bytes };
      },
    };
  },
};

/** @throws {MailboxError} UNKNOWN-CTE */
async function decoded(message: OpenMessage, path: readonly number[]): Promise<Uint8Array | undefined> {
  const bytes = await message.bytes();
  const part = partAt(await message.root(), path);
  if (!part) return undefined;
  const { range, encoding } = part;
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset + range.start, range.end - range.start);
  const plain = withoutEncoding(raw, encoding);
  if (!plain) throw new MailboxError('UNKNOWN-CTE', 'the encoding of this part is not known');
  return plain;
}
