// A forgiving MIME splitter (RFC 2045, 2046): offsets into the message, nothing is copied, nothing is refused.
import { eachField, unfold } from './header-block.js';
import { type MessageBytes, messageBytes } from './message-bytes.js';
import {
  type Parameter,
  type Parameterized,
  parameterOf,
  parseContentType,
  parseDisposition,
  parseToken,
  parseTokenList,
} from './mime-parameters.js';

/** One part. Offsets are bytes from the start of the message; ends are exclusive. */
export interface MimePart {
  readonly headerStart: number;
  /** Behind the empty line that closes the header. */
  readonly headerEnd: number;
  readonly bodyStart: number;
  bodyEnd: number;
  /** As written; `text`/`plain` (or message/rfc822 in a digest) when missing. */
  readonly type: string;
  readonly subtype: string;
  readonly params: readonly Parameter[];
  readonly encoding: string | undefined;
  readonly id: string | undefined;
  readonly description: string | undefined;
  readonly md5: string | undefined;
  readonly disposition: Parameterized | undefined;
  readonly language: readonly string[];
  readonly location: string | undefined;
  /** Of a multipart. */
  readonly children: MimePart[];
  /** Of a message/rfc822; it may not be encoded (RFC 2046 §5.2.1), and is read as if it were not. */
  message: MimePart | undefined;
}

const MAX_DEPTH = 100;
const MAX_PARTS = 10_000;
const LF = 10;
const CR = 13;
const DASH = 45;

export const isMultipart = (part: MimePart): boolean => part.type.toLowerCase() === 'multipart';
export const isMessage = (part: MimePart): boolean =>
  part.type.toLowerCase() === 'message' && /^(rfc822|global)$/i.test(part.subtype);

/** Takes a message apart. Never throws; linear in its length. */
export function parseMime(bytes: Uint8Array): MimePart {
  return splitMime(messageBytes(bytes));
}

/** The same of a message that need not be in memory. */
export const splitMime = (bytes: MessageBytes): MimePart => new Splitter(bytes).split();

/** A multipart whose delimiters are being looked for. */
interface Open {
  readonly part: MimePart;
  readonly boundary: string;
}

class Splitter {
  readonly #bytes: MessageBytes;
  readonly #open: Open[] = [];
  #count = 0;
  /** The delimiter that has ended the header read last: there is no body. */
  #cutAt: number | undefined;

  constructor(bytes: MessageBytes) {
    this.#bytes = bytes;
  }

  split(): MimePart {
    const root = this.#header(0, 'message');
    this.#body(root, 0);
    return root;
  }

  /** Reads a part's header; its body is taken to reach to the end until a delimiter says otherwise. */
  #header(start: number, place: Place): MimePart {
    this.#count++;
    this.#cutAt = undefined;
    const end = this.#headerEnd(start);
    return makePart(this.#bytes, start, end, place);
  }

  /** Behind the empty line; where a delimiter or the end comes first, there. */
  #headerEnd(start: number): number {
    let at = start;
    while (at < this.#bytes.length) {
      if (this.#bytes.byte(at) === LF) return at + 1;
      if (this.#bytes.byte(at) === CR && this.#bytes.byte(at + 1) === LF) return at + 2;
      if (this.#isDelimiter(at)) {
        this.#cutAt = at;
        return this.#beforeDelimiter(start, at);
      }
      const lf = this.#bytes.indexOf(LF, at);
      if (lf < 0) return this.#bytes.length;
      at = lf + 1;
    }
    return this.#bytes.length;
  }

  #isDelimiter(at: number): boolean {
    return (
      this.#open.length > 0 &&
      this.#bytes.byte(at) === DASH &&
      this.#bytes.byte(at + 1) === DASH &&
      this.#delimiterAt(at) !== undefined
    );
  }

  /** Which open multipart a line `--boundary` belongs to: the innermost that fits, by the longest boundary. */
  #delimiterAt(at: number): { index: number; isLast: boolean } | undefined {
    const lf = this.#bytes.indexOf(LF, at);
    const end = lf < 0 ? this.#bytes.length : lf;
    const line = this.#bytes.latin1(at + 2, Math.min(end, at + 2 + 1000)).replace(/\r$/, '');
    let best: { index: number; isLast: boolean; length: number } | undefined;
    for (let index = this.#open.length - 1; index >= 0; index--) {
      const boundary = this.#open[index]?.boundary ?? '';
      if (best && boundary.length <= best.length) continue;
      // A prefix fits too: boundaries followed by junk are common.
      if (!line.startsWith(boundary)) continue;
      const rest = line.slice(boundary.length);
      best = { index, isLast: rest.startsWith('--'), length: boundary.length };
      if (rest === '' || rest === '--') break;
    }
    return best;
  }

  /** Finds a part's end, with all that is in it. Returns where reading goes on. */
  #body(part: MimePart, depth: number): number {
    const next = this.#cutAt;
    if (next === undefined) return this.#uncutBody(part, depth);
    part.bodyEnd = part.bodyStart;
    if (isMultipart(part)) part.children.push(nothingAt(part.bodyStart));
    else if (isMessage(part)) part.message = nothingAt(part.bodyStart);
    return next;
  }

  #uncutBody(part: MimePart, depth: number): number {
    if (depth < MAX_DEPTH && this.#count < MAX_PARTS) {
      if (isMultipart(part)) {
        const boundary = parameterOf(part.params, 'boundary');
        if (boundary !== undefined) return this.#multipart(part, boundary, depth);
        part.children.push(nothingAt(part.bodyStart));
      } else if (isMessage(part)) {
        part.message = this.#header(part.bodyStart, 'message');
        const next = this.#body(part.message, depth + 1);
        part.bodyEnd = part.message.bodyEnd;
        return next;
      }
    }
    const next = this.#nextDelimiter(part.bodyStart);
    part.bodyEnd = this.#beforeDelimiter(part.bodyStart, next);
    return next;
  }

  #multipart(part: MimePart, boundary: string, depth: number): number {
    const next = this.#parts(part, boundary, depth);
    if (part.children.length === 0) part.children.push(nothingAt(part.bodyStart));
    return next;
  }

  #parts(part: MimePart, boundary: string, depth: number): number {
    this.#open.push({ part, boundary });
    const level = this.#open.length - 1;
    const place = part.subtype.toLowerCase() === 'digest' ? 'digest' : 'multipart';
    // the preamble
    let at = this.#nextDelimiter(part.bodyStart);
    for (;;) {
      const delimiter = at < this.#bytes.length ? this.#delimiterAt(at) : undefined;
      if (!delimiter || delimiter.index < level) break;
      const lineEnd = this.#bytes.indexOf(LF, at);
      const start = lineEnd < 0 ? this.#bytes.length : lineEnd + 1;
      // Without its line end it has been cut off: no part begins.
      if (delimiter.isLast || lineEnd < 0 || this.#count >= MAX_PARTS) {
        this.#open.length = level;
        // the epilogue belongs to the multipart
        const next = this.#nextDelimiter(start);
        part.bodyEnd = this.#beforeDelimiter(part.bodyStart, next);
        return next;
      }
      const child = this.#header(start, place);
      part.children.push(child);
      at = this.#body(child, depth + 1);
    }
    this.#open.length = level;
    part.bodyEnd = this.#beforeDelimiter(part.bodyStart, at);
    return at;
  }

  /** The next line that is a delimiter of any open multipart, or the end. */
  #nextDelimiter(from: number): number {
    const bytes = this.#bytes;
    if (this.#open.length === 0) return bytes.length;
    let at = from;
    if (this.#isDelimiter(at)) return at;
    for (;;) {
      at = bytes.indexOf('\n--', at);
      if (at < 0) return bytes.length;
      at++;
      if (this.#isDelimiter(at)) return at;
    }
  }

  /** The line end before a delimiter belongs to the delimiter (RFC 2046 §5.1.1). */
  #beforeDelimiter(start: number, delimiter: number): number {
    if (delimiter >= this.#bytes.length) return this.#bytes.length;
    let end = delimiter;
    if (end > start && this.#bytes.byte(end - 1) === LF) end--;
    if (end > start && this.#bytes.byte(end - 1) === CR && end < delimiter) end--;
    return end;
  }
}

/** A multipart has at least one part (RFC 9051 §9, body-type-mpart): an empty one stands for none. */
const nothingAt = (at: number): MimePart => ({
  ...makePart(messageBytes(Buffer.alloc(0)), 0, 0, 'multipart'),
  headerStart: at,
  headerEnd: at,
  bodyStart: at,
  bodyEnd: at,
});

/** Where a header stands. */
type Place = 'message' | 'multipart' | 'digest';

function makePart(bytes: MessageBytes, headerStart: number, headerEnd: number, place: Place): MimePart {
  const fields = mimeFields(bytes.latin1(headerStart, headerEnd), place);
  const contentType = fields.get('content-type');
  const parsed = contentType === undefined ? undefined : parseContentType(contentType);
  // RFC 2045 §5.2: one that is broken is text/plain; RFC 2046 §5.1.5: one that is missing is a message in a digest.
  const isDigested = place === 'digest' && contentType === undefined;
  const [type = 'text', subtype = 'plain'] = (parsed?.value || (isDigested ? 'message/rfc822' : '')).split('/');
  const disposition = fields.get('content-disposition');
  return {
    headerStart,
    headerEnd,
    bodyStart: headerEnd,
    bodyEnd: bytes.length,
    type: type || 'text',
    subtype,
    params: parsed?.params ?? [],
    encoding: parseToken(fields.get('content-transfer-encoding') ?? '') || undefined,
    id: fields.get('content-id'),
    description: fields.get('content-description'),
    md5: fields.get('content-md5'),
    disposition: disposition === undefined ? undefined : parseDisposition(disposition),
    language: parseTokenList(fields.get('content-language') ?? ''),
    location: fields.get('content-location'),
    children: [],
    message: undefined,
  };
}

/** Content-* fields, the first of each (of Content-Disposition the last, like Dovecot); in a message that does not say it
 * is MIME only the encoding (RFC 2045 §4), for what has been encoded has to be decoded. */
function mimeFields(block: string, place: Place): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let isMime = place !== 'message';
  eachField(block, (name, _, valueStart, end) => {
    if (name === 'mime-version' || name === 'content-type') isMime = true;
    if (name.startsWith('content-') && (!fields.has(name) || name === 'content-disposition'))
      fields.set(name, unfold(block.slice(valueStart, end)));
  });
  return isMime ? fields : new Map([...fields].filter(([name]) => name === 'content-transfer-encoding'));
}
