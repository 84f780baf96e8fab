// What the fake tells of a message: the rows of fetchListing and fetchHeaders.
import { KEPT_HEADER_FIELD_SET } from '../../src/mail/header-fields.js';
import { type WireText, wireText } from '../../src/mail/ids.js';
import type { HeaderRow, ListingRow, UpstreamCapabilities, UpstreamSearch } from '../../src/upstream/connector.js';
import type { FakeMessage } from './fake-upstream-model.js';

export function listingRowOf(message: FakeMessage, { labelStore, objectId }: UpstreamCapabilities): ListingRow {
  const { uid, flags, internalDate, bytes, contentId } = message;
  const id = labelStore ? contentId : objectId ? `M${contentId}` : undefined;
  return {
    uid,
    flags,
    internalDate,
    sizeBytes: bytes.byteLength,
    emailId: id,
    threadId: labelStore ? `${contentId}0` : undefined,
  };
}

export function headerRowOf(message: FakeMessage, capabilities: UpstreamCapabilities): HeaderRow {
  const text = wireText(message.bytes);
  const end = /\r?\n\r?\n/.exec(text);
  const header = end ? text.slice(0, end.index) : text;
  const body = end ? text.slice(end.index + end[0].length) : '';
  return {
    ...listingRowOf(message, capabilities),
    headers: keptHeaders(header),
    bodyStructure: bodyStructureOf(header, body),
  };
}

function keptHeaders(header: string): WireText {
  const fields = header.split(/\r?\n(?![ \t])/);
  const kept = fields.filter((field) => KEPT_HEADER_FIELD_SET.has((field.split(':', 1)[0] ?? '').trim().toLowerCase()));
  return `${kept.map((field) => `${field.replace(/\r?\n/g, '\r\n')}\r\n`).join('')}\r\n` as WireText;
}

/** Single text parts only; of anything else the server gives "nothing that can be used". */
function bodyStructureOf(header: string, body: string): WireText | undefined {
  const type = /^content-type:[ \t]*([^;\r\n]*)/im.exec(header)?.[1]?.trim().toLowerCase() ?? 'text/plain';
  if (!type.startsWith('text/')) return undefined;
  const charset = /^content-type:[^\r\n]*charset="?([^";\s]+)/im.exec(header)?.[1] ?? 'us-ascii';
  const encoding = /^content-transfer-encoding:[ \t]*([^\s;]+)/im.exec(header)?.[1] ?? '7bit';
  const lines = body.split('\n').length - 1;
  return `("text" "${type.slice(5)}" ("charset" "${charset}") NIL NIL "${encoding}" ${body.length} ${lines} NIL NIL NIL NIL)` as WireText;
}

/** A plain substring search over the raw bytes read as UTF-8. */
export function matchesSearch({ bytes }: FakeMessage, criterion: UpstreamSearch): boolean {
  const whole = Buffer.from(bytes).toString('utf8');
  const end = whole.search(/\r?\n\r?\n/);
  const [header, body] = end < 0 ? [whole, ''] : [whole.slice(0, end), whole.slice(end)];
  const has = (text: string) => text.toLowerCase().includes(criterion.text.toLowerCase());
  if (criterion.key === 'text') return has(whole);
  if (criterion.key === 'body') return has(body);
  const field = criterion.field.toLowerCase();
  return header.split(/\r?\n(?![ \t])/).some((line) => {
    const colon = line.indexOf(':');
    return line.slice(0, colon).trim().toLowerCase() === field && has(line.slice(colon + 1));
  });
}
