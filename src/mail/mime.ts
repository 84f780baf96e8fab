// A forgiving MIME splitter (RFC 2045, 2046): offsets into the message, nothing is copied, nothing is refused.
import { eachField, unfold } from './header-block.js';
import { type MessageBytes, messageBytes } from './message-bytes.js';
import { parseParameterized } from './mime-parameters.js';

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
  readonly params: readonly (readonly [string, string])[];
  /** Content-Type was there. */
  readonly hasType: boolean;
  readonly encoding: string | undefined;
  readonly id: string | undefined;
  readonly description: string | undefined;
  readonly md5: string | undefined;
  readonly disposition: { readonly value: string; readonly params: readonly (readonly [string, string])[] } | undefined;
  readonly language: readonly string[];
  readonly location: string | undefined;
  /** Of a multipart. */
  readonly children: MimePart[];
  /** Of a message/rfc822 that is not encoded. */
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

  constructor(bytes: MessageBytes) {
    this.#bytes = bytes;
  }

  split(): MimePart {
    const root = this.#header(0, false);
    this.#body(root, 0);
    return root;
  }

  /** Reads a part's header; its body is taken to reach to the end until a delimiter says otherwise. */
  #header(start: number, inDigest: boolean): MimePart {
    this.#count++;
    const end = this.#headerEnd(start);
    return makePart(this.#bytes, start, end, inDigest);
  }

  /** Behind the empty line; where a delimiter or the end comes first, there. */
  #headerEnd(start: number): number {
    let at = start;
    while (at < this.#bytes.length) {
      if (this.#bytes.byte(at) === LF) return at + 1;
      if (this.#bytes.byte(at) === CR && this.#bytes.byte(at + 1) === LF) return at + 2;
      if (this.#isDelimiter(at)) return at;
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
    const line = this.#bytes.latin1(at + 2, Math.min(end, at + 2 + 1000)).replace(/(?<![ \t\r])[ \t\r]+$/, '');
    let best: { index: number; isLast: boolean; length: number } | undefined;
    for (let index = this.#open.length - 1; index >= 0; index--) {
      const boundary = this.#open[index]?.boundary ?? '';
      if (best && boundary.length <= best.length) continue;
      // A prefix fits too: boundaries followed by junk are common.
      if (line.startsWith(boundary))
        best = { index, isLast: line.startsWith('--', boundary.length), length: boundary.length };
    }
    return best;
  }

  /** Finds a part's end, with all that is in it. Returns where reading goes on. */
  #body(part: MimePart, depth: number): number {
    if (depth < MAX_DEPTH && this.#count < MAX_PARTS) {
      if (isMultipart(part)) {
        const boundary = part.params.find(([name]) => name.toLowerCase() === 'boundary')?.[1];
        if (boundary !== undefined && boundary !== '') return this.#multipart(part, boundary, depth);
      } else if (isMessage(part) && !/^(base64|quoted-printable)$/i.test(part.encoding ?? '')) {
        part.message = this.#header(part.bodyStart, false);
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
    this.#open.push({ part, boundary });
    const level = this.#open.length - 1;
    const inDigest = part.subtype.toLowerCase() === 'digest';
    // the preamble
    let at = this.#nextDelimiter(part.bodyStart);
    for (;;) {
      const delimiter = at < this.#bytes.length ? this.#delimiterAt(at) : undefined;
      if (!delimiter || delimiter.index < level) break;
      const lineEnd = this.#bytes.indexOf(LF, at);
      const start = lineEnd < 0 ? this.#bytes.length : lineEnd + 1;
      if (delimiter.isLast || this.#count >= MAX_PARTS) {
        this.#open.length = level;
        // the epilogue belongs to the multipart
        const next = this.#nextDelimiter(start);
        part.bodyEnd = this.#beforeDelimiter(part.bodyStart, next);
        return next;
      }
      const child = this.#header(start, inDigest);
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

function makePart(bytes: MessageBytes, headerStart: number, headerEnd: number, inDigest: boolean): MimePart {
  const fields = new Map<string, string>();
  const block = bytes.latin1(headerStart, headerEnd);
  eachField(block, (name, _, valueStart, end) => {
    if (name.startsWith('content-') && !fields.has(name)) fields.set(name, unfold(block.slice(valueStart, end)));
  });
  const contentType = fields.get('content-type');
  const parsed = contentType === undefined ? undefined : parseParameterized(contentType);
  const [type, subtype] = /^([^/\s]+)\s*\/\s*([^\s/]+)$/.exec(parsed?.value ?? '')?.slice(1) ?? [];
  const hasType = type !== undefined && subtype !== undefined;
  const disposition = fields.get('content-disposition');
  const token = (name: string) => fields.get(name)?.match(/[^\s;]+/)?.[0];
  return {
    headerStart,
    headerEnd,
    bodyStart: headerEnd,
    bodyEnd: bytes.length,
    type: type ?? (inDigest ? 'message' : 'text'),
    subtype: subtype ?? (inDigest ? 'rfc822' : 'plain'),
    params: hasType ? (parsed?.params ?? []) : [],
    hasType,
    encoding: token('content-transfer-encoding'),
    id: fields.get('content-id'),
    description: fields.get('content-description'),
    md5: fields.get('content-md5'),
    disposition: disposition === undefined ? undefined : parseParameterized(disposition),
    language:
      fields
        .get('content-language')
        ?.split(/[\s,]+/)
        .filter((word) => word !== '') ?? [],
    location: fields.get('content-location'),
    children: [],
    message: undefined,
  };
}
