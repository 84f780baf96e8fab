import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headerField, headerFields, keptHeaders, selectHeaderFields, unfold } from '../../../src/mail/header-block.js';

const BLOCK = 'Received: a\r\n by b\r\nSubject: x\r\nno field\r\nRECEIVED: c\r\nX-Other : y\r\n\r\nSubject: body\r\n';

describe('header blocks', () => {
  it('fields, in any case, folded or not', () => {
    expect(headerFields(BLOCK, 'received')).toEqual(['a by b', 'c']);
    expect(headerField(BLOCK, 'subject')).toBe('x');
    expect(headerField(BLOCK, 'x-other')).toBe('y');
    expect(headerField(BLOCK, 'none')).toBeUndefined();
  });

  it('selection keeps what stands there, and closes the block', () => {
    const some = new Set(['subject', 'x-other']);
    expect(selectHeaderFields(BLOCK, some, false)).toBe('Subject: x\r\nX-Other : y\r\n\r\n');
    expect(selectHeaderFields(BLOCK, some, true)).toBe('Received: a\r\n by b\r\nno field\r\nRECEIVED: c\r\n\r\n');
    expect(selectHeaderFields('', some, false)).toBe('\r\n');
    expect(selectHeaderFields('Subject: cut', some, false)).toBe('Subject: cut\r\n\r\n');
    expect(keptHeaders('X-None: 1\r\nTo: a\r\n\r\n')).toBe('To: a\r\n\r\n');
  });

  it.each([
    [' a\r\n b ', 'a b'],
    ['a\nb', 'ab'],
    ['', ''],
  ])('unfold %j', (raw, expected) => {
    expect(unfold(raw)).toBe(expected);
  });

  it('a selection and its opposite hold every field once', () => {
    const line = fc.constantFrom('A: 1\r\n', 'B: 2\n', ' folded\r\n', 'junk\r\n', ':\r\n', 'A : 3\r\n', '\tx\n');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const block = lines.join('');
        const count = (text: string) => headerFields(text, 'a').length + headerFields(text, 'b').length;
        const names = new Set(['a']);
        expect(count(selectHeaderFields(block, names, false)) + count(selectHeaderFields(block, names, true))).toBe(
          count(block),
        );
      }),
    );
  });
});
