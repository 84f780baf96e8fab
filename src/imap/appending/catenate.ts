// append-data made of parts: CATENATE (RFC 4469 §3), and the data item UTF8 (RFC 6855 §4).
import { MailboxError } from '../../mail/errors.js';
import { BadCommandError, BadUrlError } from '../errors.js';
import { clip } from '../fetch-items/fetch-item.js';
import { openMessage } from '../fetch-items/open-message.js';
import { presentOf } from '../fetch-items/present-flags.js';
import { cutSection, readSection, type Section } from '../fetch-items/section.js';
import { Decoder } from '../wire/decoder.js';
import { type ImapUrl, parseImapUrl } from '../wire/imap-url.js';
import type { CommandTail } from './command-tail.js';
import { type Destination, type Incoming, takeWhole } from './incoming.js';

const MAX_URL_BYTES = 8 * 1024;
const MAX_PARTS = 1_000;

/** `CATENATE (TEXT literal URL astring …)`: the parts go to the spool one after the other. */
export async function readCatenate(incoming: Incoming, tail: CommandTail, destination: Destination): Promise<void> {
  tail.decoder.keyword();
  tail.decoder.space();
  tail.decoder.expect('(');
  for (let parts = 1; ; parts++) {
    if (parts > MAX_PARTS) throw new BadCommandError('too many parts');
    await readPart(incoming, tail, destination);
    if (tail.decoder.accept(')')) return;
    tail.decoder.space();
  }
}

async function readPart(incoming: Incoming, tail: CommandTail, destination: Destination): Promise<void> {
  if (/^UTF8 /i.test(tail.decoder.rest)) return readUtf8Literal(incoming, tail, destination);
  const kind = tail.decoder.keyword();
  tail.decoder.space();
  switch (kind) {
    case 'TEXT':
      return incoming.literal(tail, tail.decoder.announcedLiteral());
    case 'URL': {
      const { sizeBytes, chunks } = await openUrl(await readUrl(tail), destination);
      return incoming.copy(sizeBytes, chunks);
    }
    default:
      throw new BadCommandError('expected TEXT or URL');
  }
}

/** `UTF8 (~{n} …)`. RFC 9755 has done away with it, since any literal may hold UTF-8 now; clients of RFC 6855 send it. */
export async function readUtf8Literal(incoming: Incoming, tail: CommandTail, { utf8 }: Destination): Promise<void> {
  const { decoder } = tail;
  if (!utf8) throw decoder.error('UTF8 needs ENABLE UTF8=ACCEPT');
  decoder.keyword();
  decoder.space();
  decoder.expect('(');
  const literal = decoder.announcedLiteral();
  if (!literal.binary) throw decoder.error('expected a literal8');
  await takeWhole(incoming, tail, literal);
  tail.decoder.expect(')');
}

/** The astring may be a literal: then it is collected here. */
async function readUrl(tail: CommandTail): Promise<string> {
  if (tail.decoder.peek() !== '{') return tail.decoder.astring();
  const literal = tail.decoder.announcedLiteral();
  if (literal.sizeBytes > MAX_URL_BYTES) throw new BadCommandError('the URL is too long');
  let text = '';
  for await (const chunk of tail.bytes(literal)) text += Buffer.from(chunk).toString('latin1');
  return text;
}

/** It is listed, but its provider has no bytes for it (Outlook's broken items). */
const NOT_GIVEN = new MailboxError('UNAVAILABLE', 'the provider does not give this message');

interface Found {
  readonly sizeBytes: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** @throws {BadUrlError} @throws {UpstreamError} when the message cannot be had now */
async function openUrl(text: string, { core, selected, signal }: Destination): Promise<Found> {
  const url = parseImapUrl(text, (selected && core.mailboxes.get(selected)?.path) ?? '');
  if (!url) throw new BadUrlError(text, 'this is no URL of a message on this server');
  const section = sectionOf(url, text);
  const mailbox = url.mailbox === '' ? undefined : core.mailboxes.find(url.mailbox);
  if (!mailbox?.selectable || (url.uidValidity ?? mailbox.uidValidity) !== mailbox.uidValidity)
    throw new BadUrlError(text, 'there is no such mailbox');
  for await (const { body, error } of core.reads.bodies(mailbox.id, Uint32Array.of(url.uid), signal)) {
    if (error !== undefined) throw error;
    if (!body && presentOf(core.reads.snapshot(mailbox.id), url.uid)) throw NOT_GIVEN;
    if (!body) break;
    const cut = await cutSection(openMessage(body), section);
    if (!cut) throw new BadUrlError(text, 'the message has no such part');
    const whole = cut.kind === 'range' ? cut : { start: 0, end: cut.text.length };
    const { start, end } = clip(whole, url.partial);
    if (cut.kind === 'range') return { sizeBytes: end - start, chunks: body.stream(start, end) };
    return { sizeBytes: end - start, chunks: once(Buffer.from(cut.text.slice(start, end), 'latin1')) };
  }
  throw new BadUrlError(text, 'there is no such message');
}

/** @throws {BadUrlError} */
function sectionOf({ section }: ImapUrl, text: string): Section {
  const decoder = new Decoder(`[${section}]`);
  try {
    const read = readSection(decoder);
    decoder.end();
    return read;
  } catch (error) {
    throw new BadUrlError(text, 'there is no such section', { cause: error });
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
