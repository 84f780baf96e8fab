import fc from 'fast-check';
import parser from 'imapflow/lib/handler/imap-parser.js';
import { expect, test } from 'vitest';
import { parseFetchLine } from '../../../../src/upstream/imap/fetch-line.js';

const line = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Everything but `section`'s inside, which nobody reads. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, inner: unknown) => (key === 'section' ? 'section' : inner)));

const rows: [string, string[]][] = [
  ['* 1 FETCH (UID 5)', []],
  ['* 1 FETCH ()', []],
  ['* 12 FETCH (FLAGS (\\Seen $Work NIL) UID 7 MODSEQ (917162500))', []],
  ['* 12 FETCH (UID 1 INTERNALDATE " 1-Jan-2026 00:00:00 +0000" RFC822.SIZE 44827)', []],
  ['* 2 FETCH (UID 1 BODY[HEADER.FIELDS (DATE "x y")] {5}\r\n FLAGS ())', ['a\r\nb ']],
  ['* 2 FETCH (BODY[]<0> {3}\r\n UID 9)', ['abc']],
  ['* 2 FETCH (BODY[] {0}\r\n UID 9)', ['']],
  ['* 2 FETCH (BODY[] "quoted \\"text\\" \\\\" UID 9)', []],
  ['* 2 FETCH (BODY[] NIL UID nil X-GM-MSGID 1278455344230334865)', []],
  ['* 2 FETCH (X (((a)(b)) "") EMAILID (M1) THREADID NIL )', []],
  ['* 2 FETCH (UID 3 FLAGS (k[1] a]b <x> 1:2))', []],
];

test.each(rows)('reads as imapflow does: %j', async (text, data) => {
  const literals = data.map(line);
  const ours = parseFetchLine({ payload: line(text), literals });
  const theirs = await parser(line(text), { literals });
  expect(ours?.seq).toBe(theirs.command);
  // imapflow calls digits with ":" or "," a SEQUENCE; the value is what counts.
  expect(JSON.stringify(plain(ours?.items))).toBe(
    JSON.stringify(plain(theirs.attributes?.[1])).replaceAll('SEQUENCE', 'ATOM'),
  );
});

const unusual: [string, string[]][] = [
  ['* OK done)', []],
  ['* 1 EXISTS', []],
  ['a1 OK (x)', []],
  ['* 1 FETCH UID 5', []],
  ['* 1 FETCH (UID 5))', []],
  ['* 1 FETCH (UID (5)', []],
  ['* 1 FETCH (UID "5)', []],
  ['* 1 FETCH (UID "5\\")', []],
  ['* 1 FETCH (BODY[] {3}\r\n)', []],
  ['* 1 FETCH (BODY[] {3}\r\n)', ['ab']],
  ['* 1 FETCH (BODY[] {3})', ['abc']],
  ['* 1 FETCH (BODY[HEADER {3}\r\n] x)', ['abc']],
  ['* 1 FETCH (BODY[ x)', []],
  ['* 1 FETCH (BODY[]<x> NIL)', []],
  ['* 1 FETCH (BINARY[] ~{3}\r\n)', ['abc']],
  ['* 1 FETCH (a"b)', []],
  [`* 1 FETCH (X ${'('.repeat(200)}${')'.repeat(200)})`, []],
  [`* 1 FETCH (${'x '.repeat(100_001)})`, []],
];

test.each(unusual)('leaves to imapflow: %j', (text, data) => {
  expect(parseFetchLine({ payload: line(text), literals: data.map(line) })).toBeUndefined();
});

test('keeps 8-bit bytes of a quoted string', () => {
  const read = parseFetchLine({ payload: line('* 1 FETCH (X "\u00d6\u00d0")'), literals: [] });
  expect(read?.items[1]?.value).toEqual(Buffer.from([0xd6, 0xd0]));
});

test('never throws, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...' ()"\\[]{}<>0123456789NILBODYabc\r\n\u00e9') }), (inside) => {
      parseFetchLine({ payload: line(`* 1 FETCH (${inside})`), literals: [line('x')] });
    }),
  );
});
