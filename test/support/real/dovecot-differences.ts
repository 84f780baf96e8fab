// Where we answer otherwise than Dovecot, on purpose, and why. Each reason must be met at least once: none outlives its cause.

/** One answer to both servers; values as JSON. `own BODYSTRUCTURE` is ours computed from the bytes Dovecot gave. */
export interface Compared {
  readonly name: string;
  /** The message as it was put in. */
  readonly bytes: string;
  readonly item: string;
  readonly theirs: string | undefined;
  readonly ours: string | undefined;
}

export interface Difference {
  readonly why: string;
  readonly is: (compared: Compared) => boolean;
}

const isSection = ({ item }: Compared): boolean => item.startsWith('BODY[');
const isStructure = ({ item }: Compared): boolean => /BODY(STRUCTURE)?$/.test(item);
const isEmpty = (json: string | undefined): boolean => json === '""';
const plusLineEnd = (json: string | undefined): string | undefined => json?.replace(/"$/, '\\r\\n"');
const unencoded = (json: string | undefined): string | undefined =>
  json?.replace(/"(base64|quoted-printable|8bit|binary|x-uuencode)"/gi, '"7bit"');
const named = (...names: string[]): ((compared: Compared) => boolean) => {
  const set = new Set(names);
  return ({ name }) => set.has(name);
};
const randomTrees = (...numbers: number[]): string[] => numbers.map((number) => `random tree ${number}`);

const inStraysOfMultiparts = named(
  'message in a part with the same boundary',
  'message with multipart in message',
  'digest with a multipart message',
  ...randomTrees(20, 46, 54, 71, 89, 93),
);
const withDelimiterInHeader = named(
  'message in a part, cut in its header',
  'message in a part, empty',
  'digest, no empty line',
  'digest, empty',
  'digest, encoded',
  ...randomTrees(20, 36, 50, 68, 71, 85),
);

export const DIFFERENCES: readonly Difference[] = [
  {
    why: 'RFC 9051 §9, msg-att-static: an nstring, NIL where there is no such part; Dovecot gives an empty string',
    is: (compared) => isSection(compared) && isEmpty(compared.theirs) && compared.ours === 'null',
  },
  {
    why: 'RFC 9051 §6.4.5.1: only a message has a part 1 that is itself; below a part that is no multipart is nothing',
    is: (compared) => isSection(compared) && /\.1(\.MIME)?\]/.test(compared.item) && compared.ours === 'null',
  },
  {
    why: 'RFC 9051 §4.3: no NUL in a literal, so Dovecot gives us 0x80, while its own envelope has U+FFFD or breaks off',
    is: ({ bytes, item, ours, theirs }) =>
      bytes.includes('\0') &&
      /ENVELOPE|own/.test(item) &&
      (ours?.includes('\x80') || theirs?.includes('\xef')) === true,
  },
  {
    why: 'RFC 5322 §3.6.4: white space around a message id is no part of it',
    is: named('message id: folded', 'message id: blanks'),
  },
  { why: 'we stop at 10,000 addresses', is: named('twenty thousand recipients') },
  { why: 'we stop at 100 levels below the message', is: named('three hundred levels') },
  {
    why: 'RFC 2045 §5.1: media types have no case; Dovecot has one spelling for its commonest structure',
    is: (compared) => isStructure(compared) && compared.theirs?.toLowerCase() === compared.ours?.toLowerCase(),
  },
  {
    why: 'RFC 9051 §9, media-message: message/global is a message as message/rfc822 is',
    is: ({ bytes }) => /message\/global/.test(bytes),
  },
  {
    why: 'RFC 2045 §5.2: a Content-Type that is broken means text/plain; Dovecot tells what it could read of it',
    is: ({ item, theirs }) => item.startsWith('own') && /\["[^"]*","",|octet-stream/.test(theirs ?? ''),
  },
  {
    why: 'an encoding counts without MIME-Version too: what has been encoded has to be decoded',
    is: ({ item, ours, theirs }) => item.startsWith('own') && unencoded(ours) === unencoded(theirs),
  },
  { why: 'RFC 2045 §5.1: a parameter has a name', is: named('content type 10') },
  {
    why: 'RFC 2046 §5.1.1: a boundary has 70 characters at most; Dovecot cuts at 80',
    is: named('a boundary of 200 chars'),
  },
  {
    why: 'RFC 2046 §5.1.1: the line end before a delimiter belongs to the delimiter, also behind an inner multipart',
    is: (compared) =>
      (isSection(compared) && compared.theirs === plusLineEnd(compared.ours)) ||
      (isStructure(compared) && inStraysOfMultiparts(compared)),
  },
  {
    why: 'RFC 9051 §6.4.5: HEADER.FIELDS ends with an empty line, also when the header within a part has none',
    is: ({ item, ours, theirs }) => /\d\.HEADER\.FIELDS \(/.test(item) && ours === plusLineEnd(theirs),
  },
  {
    why: 'RFC 9051 §6.4.5: a header ends with its empty line, also when a delimiter follows at once',
    is: ({ item, ours, theirs }) => /\d\.(HEADER|MIME)\]/.test(item) && ours === plusLineEnd(theirs),
  },
  {
    why: 'RFC 2046 §5.1.2: a delimiter ends a part, also in its header; Dovecot takes it for a line of the header',
    is: (compared) => /HEADER|MIME|own/.test(compared.item) && withDelimiterInHeader(compared),
  },
  { why: "Dovecot's partial reads are off by one behind a bare CR", is: named('bare CR in the body', 'LF CR') },
  { why: 'what is in a comment that never ends is no name', is: named('random header 86') },
];
