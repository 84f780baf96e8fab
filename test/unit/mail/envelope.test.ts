import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { envelopeOf } from '../../../src/mail/envelope.js';
import type { WireText } from '../../../src/mail/ids.js';
import { BROKEN } from '../../support/broken-messages.js';
import { checkEnvelope, ResponseReader } from '../../support/imap-grammar.js';

const envelope = (...lines: string[]) => envelopeOf(lines.map((line) => `${line}\r\n`).join('') as WireText);
const A = '((NIL NIL "a" "b.c"))';

describe('envelopeOf', () => {
  it.each<[string[], string]>([
    [[], '(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)'],
    [['From: a@b.c'], `(NIL NIL ${A} ${A} ${A} NIL NIL NIL NIL NIL)`],
    [['From: a@b.c', 'Sender: x@y', 'Reply-To: '], `(NIL NIL ${A} ((NIL NIL "x" "y")) ${A} NIL NIL NIL NIL NIL)`],
    [['Subject: folded', '  line'], '(NIL "folded line" NIL NIL NIL NIL NIL NIL NIL NIL)'],
    [['Subject:'], '(NIL "" NIL NIL NIL NIL NIL NIL NIL NIL)'],
    [['Subject: say "x\\y"'], '(NIL "say \\"x\\\\y\\"" NIL NIL NIL NIL NIL NIL NIL NIL)'],
    [['Subject: \xe4'], '(NIL {1}\r\n\xe4 NIL NIL NIL NIL NIL NIL NIL NIL)'],
    [['Subject: a\0b'], '(NIL {5}\r\na\xef\xbf\xbdb NIL NIL NIL NIL NIL NIL NIL NIL)'],
    [['Subject: one', 'SUBJECT : two'], '(NIL "two" NIL NIL NIL NIL NIL NIL NIL NIL)'],
    [['To: a@b.c', 'To: x@y'], '(NIL NIL NIL NIL NIL ((NIL NIL "a" "b.c")(NIL NIL "x" "y")) NIL NIL NIL NIL)'],
    [['', 'Subject: in the body'], '(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)'],
    [['In-Reply-To: <a@b>', 'Message-ID: <c@d>', 'Date: x'], '("x" NIL NIL NIL NIL NIL NIL NIL "<a@b>" "<c@d>")'],
  ])('%j', (lines, expected) => {
    expect(envelope(...lines)).toBe(expected);
  });

  it.each(BROKEN)('%s: what a client can read', (_, bytes) => {
    const reader = new ResponseReader(envelopeOf(bytes as WireText));
    checkEnvelope(reader.value());
    expect(reader.atEnd).toBe(true);
  });

  it('of any bytes at all: what a client can read', () => {
    const words = [
      'From: ',
      'To: ',
      'Subject: ',
      'a@b',
      '<',
      '>',
      ',',
      ':',
      ';',
      '"',
      '\\',
      '(',
      ')',
      '\r\n',
      ' ',
      '\0',
      '\xff',
      '=?x?',
    ];
    const text = fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary', maxLength: 5 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(text, (parts) => {
        const bytes = Buffer.from(parts.join(''), 'latin1').toString('latin1');
        const reader = new ResponseReader(envelopeOf(bytes as WireText));
        checkEnvelope(reader.value());
        expect(reader.atEnd).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
