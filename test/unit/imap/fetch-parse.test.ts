import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadCommandError } from '../../../src/imap/errors.js';
import { readFetchParts } from '../../../src/imap/fetch-items/index.js';
import { Decoder } from '../../../src/imap/wire/decoder.js';

const read = (text: string) => {
  const decoder = new Decoder(text);
  const parts = readFetchParts(decoder);
  decoder.end();
  return parts;
};

/** Label; `b` when it needs the body, `!` when it sets \Seen. */
const summary = (text: string) =>
  read(text).map(({ label, kind, setsSeen }) => `${label}${kind === 'body' ? ' b' : ''}${setsSeen ? ' !' : ''}`);

describe('the items of FETCH', () => {
  it.each<[string, string[]]>([
    ['FAST', ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE']],
    ['all', ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE']],
    ['Full', ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY']],
    ['FLAGS', ['FLAGS']],
    ['(flags uid)', ['FLAGS', 'UID']],
    ['(FLAGS  UID )', ['FLAGS', 'UID']],
    ['(UID UID FLAGS UID)', ['UID', 'FLAGS']],
    ['BODY', ['BODY']],
    ['BODYSTRUCTURE', ['BODYSTRUCTURE']],
    ['BODY[]', ['BODY[] b !']],
    ['body.peek[]', ['BODY[] b']],
    ['(BODY.PEEK[] BODY[])', ['BODY[] b !']],
    ['(BODY[] BODY.PEEK[])', ['BODY[] b !']],
    ['BODY[1]<0.65536>', ['BODY[1]<0> b !']],
    ['BODY.PEEK[]<5.1>', ['BODY[]<5> b']],
    ['(BODY.PEEK[]<5.1> BODY.PEEK[]<5.2> BODY.PEEK[]<5.1>)', ['BODY[]<5> b', 'BODY[]<5> b']],
    ['(BINARY.PEEK[1] BINARY.SIZE[] BINARY[2]<0.9>)', ['BINARY[1] b', 'BINARY.SIZE[] b', 'BINARY[2]<0> b !']],
    ['BODY.PEEK[1.2.mime]', ['BODY[1.2.MIME] b']],
    ['BODY.PEEK[2.header]', ['BODY[2.HEADER] b']],
    ['BODY.PEEK[text]<0.2048>', ['BODY[TEXT]<0> b']],
    ['BODY.PEEK[HEADER]', ['BODY[HEADER] b']],
    ['BODY.PEEK[HEADER.FIELDS (From To)]', ['BODY[HEADER.FIELDS (FROM TO)]']],
    ['BODY[HEADER.FIELDS (From)]', ['BODY[HEADER.FIELDS (FROM)] !']],
    ['BODY.PEEK[HEADER.FIELDS (From X-Spam)]', ['BODY[HEADER.FIELDS (FROM X-SPAM)] b']],
    ['BODY.PEEK[HEADER.FIELDS.NOT (From)]', ['BODY[HEADER.FIELDS.NOT (FROM)] b']],
    ['BODY.PEEK[1.HEADER.FIELDS (From)]', ['BODY[1.HEADER.FIELDS (FROM)] b']],
    ['BODY.PEEK[HEADER.FIELDS ("From" {2}\r\nTo)]<3.4>', ['BODY[HEADER.FIELDS (FROM TO)]<3>']],
    ['BODY.PEEK[HEADER.FIELDS ("a b" "x]y")]', ['BODY[HEADER.FIELDS ("A B" "X]Y")] b']],
    [
      '(RFC822 RFC822.HEADER RFC822.TEXT RFC822.SIZE)',
      ['RFC822 b !', 'RFC822.HEADER b', 'RFC822.TEXT b !', 'RFC822.SIZE'],
    ],
    ['BODY[4294967295]', ['BODY[4294967295] b !']],
  ])('%s', (text, expected) => {
    expect(summary(text)).toEqual(expected);
  });

  it.each([
    '',
    '()',
    '( )',
    '(FLAGS',
    'FLAGS)',
    'FLAGS UID',
    '(FLAGS,UID)',
    '((FLAGS))',
    'NONSENSE',
    '(ALL)',
    '(FLAGS FAST)',
    'BODY.PEEK',
    'RFC822.PEEK',
    'BODY[',
    'BODY[]]',
    'BODY[0]',
    'BODY[01]',
    'BODY[1.]',
    'BODY[.1]',
    'BODY[1..2]',
    'BODY[MIME]',
    'BODY[1.FOO]',
    'BODY[HEADER.1]',
    'BODY[HEADER.FIELDS]',
    'BODY[HEADER.FIELDS ()]',
    'BODY[HEADER.FIELDS (From]',
    'BODY[HEADER.FIELDS From]',
    'BODY[HEADER.FIELDS (a:b)]',
    'BODY[HEADER.FIELDS ({3}\r\na\r\n)]',
    'BODY[HEADER.FIELDS ({2}\r\n\xe4\xe4)]',
    'BODY[]<',
    'BODY[]<1',
    'BODY[]<1.2',
    'BODY[]<-1.2>',
    'BODY[]<1.2.3>',
    'BODY[]<99999999999999999999.1>',
    'BODY[] <0.1>',
    'UID\0',
    'FLAGS\r\n',
    `BODY[${'1.'.repeat(200)}1]`,
    `(${Array.from({ length: 300 }, (_, i) => `BODY[${i + 1}]`).join(' ')})`,
  ])('refuses %j', (text) => {
    expect(() => read(text)).toThrow(BadCommandError);
  });

  const word = fc.constantFrom(
    ...[
      '(',
      ')',
      ' ',
      '[',
      ']',
      '<',
      '>',
      '.',
      '1',
      '0',
      '"',
      '\\',
      '{3}\r\n',
      '{',
      '}',
      '\0',
      '\r\n',
      '*',
      '%',
      '\xff',
    ],
    ...[
      'BODY',
      'BODY.PEEK',
      'FLAGS',
      'RFC822',
      'HEADER',
      'HEADER.FIELDS',
      '.NOT',
      'MIME',
      'TEXT',
      'FROM',
      'ALL',
      'BODYSTRUCTURE',
    ],
  );

  it('throws nothing but BadCommandError, whatever stands there', () => {
    const text = fc.oneof(
      fc.array(word, { maxLength: 30 }).map((words) => words.join('')),
      fc.string({ unit: 'binary', maxLength: 60 }),
    );
    fc.assert(
      fc.property(text, (input) => {
        try {
          for (const part of read(input)) expect(part.label).toMatch(/^[\x20-\x7e]+$/);
        } catch (error) {
          expect(error).toBeInstanceOf(BadCommandError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads its own labels back', () => {
    const field = fc.stringMatching(/^[!-9;-~]{1,20}$/);
    const section = fc.record({
      path: fc.array(fc.integer({ min: 1, max: 99 }), { maxLength: 5 }),
      text: fc.constantFrom('', 'HEADER', 'TEXT', 'HEADER.FIELDS', 'HEADER.FIELDS.NOT'),
      fields: fc.array(field, { minLength: 1, maxLength: 5 }),
    });
    fc.assert(
      fc.property(section, ({ path, text, fields }) => {
        const names = fields.map((name) => `"${name.replace(/["\\]/g, '\\$&')}"`).join(' ');
        const inner = [...path, ...(text ? [text] : [])].join('.') + (text.startsWith('HEADER.F') ? ` (${names})` : '');
        const [label = ''] = read(`BODY.PEEK[${inner}]`).map((part) => part.label);
        expect(read(label.replace('BODY', 'BODY.PEEK')).map((part) => part.label)).toEqual([label]);
      }),
      // A name may begin with "~", which begins a literal8 only before "{".
      { examples: [[{ path: [], text: 'HEADER.FIELDS', fields: ['~A'] }]] },
    );
  });

  it.each(['(', 'BODY[HEADER.FIELDS (', '(BODY[1.', '(FLAGS ', '1.'])(
    'takes time in proportion to its length: %j',
    (unit) => {
      const started = performance.now();
      for (const prefix of ['', '(', 'BODY[', 'BODY[HEADER.FIELDS (']) {
        expect(() => read(prefix + unit.repeat(60_000 / unit.length))).toThrow(BadCommandError);
      }
      // Quadratic would take minutes.
      expect(performance.now() - started).toBeLessThan(3_000);
    },
  );
});
