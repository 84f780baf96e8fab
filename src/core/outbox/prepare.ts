// A submitted message's header: who sends it, and what is missing or must not go out (RFC 6409 §8).
import { randomUUID } from 'node:crypto';
import { fromAddress } from '../../mail/addresses.js';
import { MailboxError } from '../../mail/errors.js';
import { eachField, headerField } from '../../mail/header-block.js';
import { type WireText, wireBytes } from '../../mail/ids.js';
import type { Spooled } from '../core.js';
import type { MessageBodies } from '../reads/bodies.js';

/** A header may not be larger: what must not go out (Bcc) could stand beyond what we read. */
const MAX_HEADER_BYTES = 1_000_000;

export interface Prepared {
  readonly message: Spooled;
  /** Without angle brackets; always there. */
  readonly messageId: string;
  readonly from: string | undefined;
  /** Message-IDs the message answers, newest first. */
  readonly answers: readonly string[];
}

/** The header block of a stored message, with the empty line that closes it. */
export async function readHeader(bodies: MessageBodies, bodyRef: string): Promise<WireText> {
  let text = '';
  for await (const chunk of bodies.streamOf(bodyRef, 0, MAX_HEADER_BYTES)) {
    text += Buffer.from(chunk).toString('latin1');
    const end = /\r?\n\r?\n/.exec(text);
    if (end) return text.slice(0, end.index + end[0].length) as WireText;
  }
  return text as WireText;
}

/** Adds Message-ID and Date where they are missing: durable, since a retry must send the very same message. */
export async function prepare(bodies: MessageBodies, spooled: Spooled): Promise<Prepared> {
  const header = await readHeader(bodies, spooled.bodyRef);
  if (header.length >= MAX_HEADER_BYTES) {
    bodies.unpin(spooled.bodyRef);
    throw new MailboxError('TOOBIG', `the header of a message may have at most ${MAX_HEADER_BYTES} bytes`);
  }
  const known = messageIdIn(header, 'message-id')[0];
  const from = fromAddress(header);
  const messageId = known ?? `${randomUUID()}@${from?.split('@')[1] ?? 'localhost'}`;
  const added = [
    ...(known === undefined ? [`Message-ID: <${messageId}>\r\n`] : []),
    ...(headerField(header, 'date') === undefined
      ? [`Date: ${new Date().toUTCString().replace('GMT', '+0000')}\r\n`]
      : []),
  ].join('');
  const answers = [...messageIdIn(header, 'in-reply-to'), ...messageIdIn(header, 'references').reverse()];
  const message = added === '' ? spooled : await withPrefix(bodies, spooled, added);
  return { message, messageId, from, answers };
}

const messageIdIn = (header: WireText, field: string): string[] =>
  [...(headerField(header, field) ?? '').matchAll(/<([^<>\s]+)>/g)].map((match) => match[1] ?? '');

async function withPrefix(bodies: MessageBodies, { bodyRef }: Spooled, prefix: string): Promise<Spooled> {
  const spool = bodies.spool();
  await spool.write(wireBytes(prefix));
  for await (const chunk of bodies.streamOf(bodyRef)) await spool.write(chunk);
  const written = await spool.finish();
  bodies.unpin(bodyRef);
  return written;
}

/** What goes out: the message without its Bcc fields, which stay in the Sent copy. */
export async function* outgoing(bodies: MessageBodies, bodyRef: string): AsyncGenerator<Uint8Array> {
  const header = await readHeader(bodies, bodyRef);
  let kept = '';
  let at = 0;
  eachField(header, (name, start, _, end) => {
    if (name !== 'bcc' && name !== 'resent-bcc') return;
    kept += header.slice(at, start);
    at = end;
  });
  yield wireBytes(kept + header.slice(at));
  yield* bodies.streamOf(bodyRef, header.length);
}

/** Length of what `outgoing` gives. */
export async function outgoingSize(bodies: MessageBodies, { bodyRef, sizeBytes }: Spooled): Promise<number> {
  let dropped = 0;
  eachField(await readHeader(bodies, bodyRef), (name, start, _, end) => {
    if (name === 'bcc' || name === 'resent-bcc') dropped += end - start;
  });
  return sizeBytes - dropped;
}
