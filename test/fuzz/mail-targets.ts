// What is in messages: structure, envelope, addresses, dates, texts. None of it may refuse, whatever was sent.
import { parseAddresses } from '../../src/mail/addresses.js';
import { baseSubject } from '../../src/mail/base-subject.js';
import { bodyOf, bodyStructureOf } from '../../src/mail/body-structure.js';
import { casemap } from '../../src/mail/collation.js';
import { formatInternalDate, parseDateHeader, parseInternalDate, parseSearchDay } from '../../src/mail/dates.js';
import { decodedBodyText, decodeHeaderText } from '../../src/mail/decoded-text.js';
import { envelopeOf } from '../../src/mail/envelope.js';
import { eachField, selectHeaderFields } from '../../src/mail/header-block.js';
import type { WireText } from '../../src/mail/ids.js';
import { type MimePart, parseMime } from '../../src/mail/mime.js';
import { parseContentType } from '../../src/mail/mime-parameters.js';
import { previewOf } from '../../src/mail/preview.js';
import { sectionRange } from '../../src/mail/sections.js';
import { messageIdsIn, sortKeysOf } from '../../src/mail/sort-keys.js';
import { endOfToken, wireString } from '../../src/mail/wire-strings.js';
import { BROKEN } from '../support/broken-messages.js';
import { checkEnvelope, checkStructure, ResponseReader, type Value } from '../support/imap-grammar.js';
import { type FuzzTarget, holds } from './target.js';

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1');

function readValue(text: string): Value {
  const reader = new ResponseReader(text);
  const value = reader.value();
  holds(reader.atEnd, 'something stands behind the value');
  return value;
}

/** Every part lies in the one that holds it, behind those before it. */
function checkOffsets(part: MimePart, end: number): void {
  const { headerStart, headerEnd, bodyStart, bodyEnd } = part;
  holds(
    headerStart <= headerEnd && headerEnd <= bodyStart && bodyStart <= bodyEnd && bodyEnd <= end,
    `offsets ${[headerStart, headerEnd, bodyStart, bodyEnd, end]}`,
  );
  let last = bodyStart;
  for (const child of [...part.children, ...(part.message ? [part.message] : [])]) {
    holds(child.headerStart >= last, 'a part begins in the one before it');
    checkOffsets(child, bodyEnd);
    last = child.bodyEnd;
  }
}

const MESSAGE_WORDS = [
  ...['\r\n', '\n', '\r\n\r\n', '--', '--b', '--b\r\n', '--b--', '--bb', ': ', ' ', '\t', ';', '=', '"', '('],
  ...[
    'Content-Type: multipart/mixed; boundary=b\r\n\r\n',
    'Content-Type: multipart/digest; boundary="bb"\r\n',
    'boundary=""',
  ],
  ...[
    'Content-Type: message/rfc822\r\n\r\n',
    'Content-Type: text/plain; charset=utf-7\r\n',
    'Content-Transfer-Encoding: base64\r\n',
  ],
  ...[
    'Content-Transfer-Encoding: quoted-printable\r\n\r\n',
    'From: a@b\r\n',
    'Subject: =?utf-8?q?=e4?=\r\n',
    '=\r\n',
    '=3D',
  ],
];

const mime: FuzzTarget = {
  name: 'mime',
  tokens: MESSAGE_WORDS,
  seeds: BROKEN.map(([, message]) => message).filter((message) => message.length < 4_000),
  run: (input) => {
    const bytes = bytesOf(input);
    const root = parseMime(bytes);
    checkOffsets(root, bytes.length);
    const structure = bodyStructureOf(bytes, root);
    if (input.length < 20_000) {
      checkStructure(readValue(structure), true);
      checkStructure(readValue(bodyOf(structure)), false);
    } else bodyOf(structure);
    decodedBodyText(bytes, root);
    const preview = previewOf(bytes, root);
    holds([...preview].length <= 200 && !/\p{Cc}/u.test(preview), `a preview of ${JSON.stringify(preview)}`);
    for (const numbers of [[], [1], [2, 1], [1, 1, 1]]) {
      for (const kind of ['ALL', 'HEADER', 'TEXT', 'MIME'] as const) {
        const range = sectionRange(root, numbers, kind);
        holds(!range || (range.start <= range.end && range.end <= bytes.length), `section ${numbers} ${kind}`);
      }
    }
  },
};

const ADDRESS_WORDS = [
  ...['<', '>', '@', ',', ':', ';', '"', '\\', '(', ')', '[', ']', '.', ' ', '\r\n '],
  ...['a@b', '<a@b>', '"x" <a@b>', 'g: a@b;', '<@r:a@b>', '(c)', '<a ', '<@', '=?utf-8?b?5L0=?=', 'a@[1.2.3.4]'],
];

const addresses: FuzzTarget = {
  name: 'addresses',
  tokens: ADDRESS_WORDS,
  seeds: [
    'Li Lei <lilei@example.com>',
    'team: a@example.com, b@example.com;',
    '"Smith, John" <j@x> (work)',
    '<@a,@b:c@d>',
  ],
  run: (input) => {
    const read = parseAddresses(input);
    let inGroup = false;
    for (const { mailbox, host } of read) {
      if (mailbox !== undefined && host === undefined) {
        holds(!inGroup, 'a group in a group');
        inGroup = true;
      } else if (mailbox === undefined) inGroup = false;
    }
    holds(!inGroup, 'a group that does not end');
  },
};

const envelope: FuzzTarget = {
  name: 'envelope',
  tokens: [...ADDRESS_WORDS, 'From: ', 'To: ', 'Sender: ', 'Subject: ', 'Date: ', '\r\n', '\r\n\r\n', '\0', '\xe4'],
  seeds: ['From: a@b\r\nTo: c@d, "x" <e@f>\r\nSubject: hi\r\nMessage-ID: <1@x>\r\n\r\n', 'Reply-To: g: ;\r\n\r\n'],
  run: (input) => {
    const text = envelopeOf(input as WireText);
    if (text.length < 50_000) checkEnvelope(readValue(text));
  },
};

const dates: FuzzTarget = {
  name: 'dates',
  tokens: [
    '1',
    '31',
    ' Feb ',
    '-Feb-',
    '2026',
    '99',
    '00:00:00',
    ' +0800',
    ' GMT',
    ' -9999',
    '(c)',
    ',',
    '23-Nov-2026 12:00:00 +0000',
  ],
  seeds: ['Sun, 1 Feb 2026 12:00:00 +0000', '23-Nov-2026 12:00:00 +0000', '1-Feb-2026', 'Mon, 01 Jan 70 00:00 EST'],
  run: (input) => {
    const header = parseDateHeader(input);
    if (header)
      holds(Number.isSafeInteger(header.unixSeconds) && Number.isSafeInteger(header.offsetMinutes), 'no date');
    const seconds = parseInternalDate(input);
    if (seconds !== undefined) {
      const written = formatInternalDate(seconds);
      holds(/^"\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d \+0000"$/.test(written), `written ${written}`);
      // Years outside of four digits are not written as they are.
      const isPlain = seconds > -62_167_000_000 && seconds < 253_402_300_800;
      if (isPlain) holds(parseInternalDate(written) === seconds, `${written} is not ${seconds}`);
    }
    parseSearchDay(input);
  },
};

const headers: FuzzTarget = {
  name: 'headers',
  tokens: ['a:', 'Subject: x', '\r\n', '\n', '\r', ' ', '\t', ':', ' :', '\r\n ', 'x'],
  seeds: ['Subject: a\r\n b\r\nTo: c\r\n\r\n', 'From a b\n:x\nX : y\n\n'],
  run: (input) => {
    let last = 0;
    let size = 0;
    eachField(input, (name, start, valueStart, end) => {
      holds(
        start >= last && start < valueStart && valueStart <= end && end <= input.length,
        `field ${name} ${[start, valueStart, end]}`,
      );
      last = end;
      size += end - start;
    });
    const wanted = new Set(['subject', 'to']);
    const both = selectHeaderFields(input, wanted, false).length + selectHeaderFields(input, wanted, true).length;
    // Each ends with an empty line (.NOT only if the block does), and may have had to add a line end before it.
    holds(both >= size + 2 && both <= size + 8, `${both} bytes of ${size} in the two halves`);
  },
};

const texts: FuzzTarget = {
  name: 'decoded-text',
  tokens: [
    '=?utf-8?q?',
    '=?gb2312?b?',
    '?=',
    '=?',
    '?',
    '_',
    '=e4',
    '=',
    ' ',
    '\xe4',
    '\xb8\xad',
    '=?x?q?=?=',
    'a*b',
    ';',
    '="',
    '\\',
  ],
  seeds: [
    '=?utf-8?Q?Gr=C3=BC=C3=9Fe?= =?utf-8?b?5Lit?= x',
    '=?iso-2022-jp?B?GyRCJCIbKEI=?=',
    'text/plain; charset="utf-8"; x*0=a',
  ],
  run: (input) => {
    casemap(decodeHeaderText(input as WireText));
    for (const [name] of parseContentType(input).params) holds(/^[^\s;="]+$/.test(name), `a parameter named ${name}`);
  },
};

const strings: FuzzTarget = {
  name: 'wire-strings',
  tokens: ['"', '\\', '{', '}', '{3}\r\n', '(', ')', '\0', ' ', 'NIL', '{99}', '\xe4'],
  seeds: ['plain', 'with "quotes"', 'a\r\nb', '("a" NIL ({3}\r\nabc))'],
  run: (input) => {
    const text = wireString(input);
    holds(endOfToken(text, 0) === text.length, 'a string does not end where it ends');
    holds(
      readValue(text) === input.replaceAll('\0', '\xef\xbf\xbd') || !/^["{]/.test(text),
      'a string is read as another',
    );
    const end = endOfToken(input, 0);
    holds(end >= 0 && end <= input.length, `a token ends at ${end}`);
  },
};

const sorting: FuzzTarget = {
  name: 'sorting',
  tokens: [
    'Re:',
    '[list]',
    ' ',
    '(fwd)',
    '[fwd:',
    ']',
    '[',
    'Fw',
    '<a@b>',
    '<',
    '>',
    '@',
    '"',
    '\\',
    '\r\n',
    'Subject: ',
    'References: ',
    'From: a@b\r\n',
  ],
  seeds: [
    'Subject: Re: [list] hi (fwd)\r\nReferences: <a@b> <c@d>\r\nMessage-ID: <e@f>\r\n\r\n',
    '[fwd: Re: x]',
    '<"a b"@c>',
  ],
  run: (input) => {
    sortKeysOf(input);
    const base = baseSubject(input);
    holds(base.text.length <= input.length, 'the base subject is longer than the subject');
    for (const id of messageIdsIn(input)) holds(id !== '', 'an empty message id');
  },
};

export const mailTargets: readonly FuzzTarget[] = [sorting, mime, addresses, envelope, dates, headers, texts, strings];
