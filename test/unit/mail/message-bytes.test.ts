import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bodyStructureOf, structureOf } from '../../../src/mail/body-structure.js';
import { type MessageBytes, windowedBytes } from '../../../src/mail/message-bytes.js';
import { parseMime, splitMime } from '../../../src/mail/mime.js';

const windowed = (bytes: Buffer, windowBytes: number): MessageBytes =>
  windowedBytes(
    bytes.length,
    (into, at) => {
      if (at + into.byteLength > bytes.length) throw new Error('beyond the end');
      into.set(bytes.subarray(at, at + into.byteLength));
    },
    windowBytes,
  );

const MESSAGES = fc
  .array(
    fc.constantFrom(
      '--b',
      '--b--',
      '--c',
      '--c--',
      '',
      'text',
      'Content-Type: multipart/mixed; boundary=b',
      'Content-Type: multipart/mixed; boundary=c',
      'Content-Type: message/rfc822',
      'Subject: x',
      'Content-Transfer-Encoding: base64',
    ),
    { maxLength: 30 },
  )
  .chain((lines) => fc.constantFrom('\r\n', '\n').map((end) => Buffer.from(lines.join(end))));

it('a message is taken apart the same way through a window of any size', () => {
  fc.assert(
    fc.property(MESSAGES, fc.integer({ min: 3, max: 40 }), (bytes, size) => {
      const root = splitMime(windowed(bytes, size));
      expect(root).toEqual(parseMime(bytes));
      expect(structureOf(windowed(bytes, size), root)).toBe(bodyStructureOf(bytes, root));
    }),
    { numRuns: 500 },
  );
});

it('every question is answered as of a buffer', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '-', '\n', '\xff'), maxLength: 60 });
  fc.assert(
    fc.property(
      text,
      fc.integer({ min: 3, max: 20 }),
      fc.array(fc.nat(70), { maxLength: 10 }),
      (value, size, places) => {
        const bytes = Buffer.from(value, 'latin1');
        const view = windowed(bytes, size);
        for (const at of places) {
          expect(view.byte(at)).toBe(bytes[at]);
          expect(view.indexOf(10, at)).toBe(bytes.indexOf(10, at));
          expect(view.indexOf('\n--', at)).toBe(bytes.indexOf('\n--', at, 'latin1'));
          expect(view.latin1(at, at + 30)).toBe(bytes.toString('latin1', at, at + 30));
        }
      },
    ),
    { numRuns: 500 },
  );
});
