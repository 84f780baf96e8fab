// What the fake tells of a message: the rows of fetchListing and fetchHeaders.
import { bodyStructureOf } from '../../src/mail/body-structure.js';
import { keptHeaders } from '../../src/mail/header-block.js';
import { wireText } from '../../src/mail/ids.js';
import { parseMime } from '../../src/mail/mime.js';
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
  const { bytes } = message;
  const text = wireText(bytes);
  const end = /\r?\n\r?\n/.exec(text);
  const header = end ? text.slice(0, end.index + end[0].length) : text;
  return {
    ...listingRowOf(message, capabilities),
    headers: keptHeaders(header),
    bodyStructure: bodyStructureOf(bytes, parseMime(bytes)),
  };
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
