import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMutf7, encodeMutf7, Mutf7Error } from '../../../../src/imap/wire/mutf7.js';

describe('modified UTF-7 (RFC 3501 §5.1.3)', () => {
  it.each([
    ['INBOX', 'INBOX'],
    ['Tom &- Jerry', 'Tom & Jerry'],
    ['&ZeVnLIqe-', '日本語'],
    ['~peter/mail/&U,BTFw-/&ZeVnLIqe-', '~peter/mail/台北/日本語'],
    ['&2D3cCg-', '🐊'],
    ['&AOk-', 'é'],
    ['', ''],
  ])('%s ↔ %s', (encoded, name) => {
    expect(decodeMutf7(encoded)).toBe(name);
    expect(encodeMutf7(name)).toBe(encoded);
  });

  it.each([
    ['a shift that is not closed', '&ZeVnLIqe'],
    ['a lone &', 'a&b'],
    ['ASCII in base64', '&AGE-'],
    ['two shifts that should be one', '&ZeU-&Zyw-'],
    ['/ instead of ,', '&U/BTFw-'],
    ['padding', '&AOk=-'],
    ['stray bits', '&AOl-'],
    ['half a character', '&ZQ-'],
    ['a lone surrogate', '&2D0-'],
    ['raw 8-bit', 'caf\xe9'],
    ['raw UTF-8', 'caf\xc3\xa9'],
    ['a control character', 'a\x01'],
    ['NUL', 'a\0'],
    ['DEL', 'a\x7f'],
    ['not base64', '&!!!-'],
  ])('%s is refused', (_, encoded) => {
    expect(() => decodeMutf7(encoded)).toThrow(Mutf7Error);
  });

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        const name = text.replace(/[\x00-\x1f\x7f]/g, '');
        const encoded = encodeMutf7(name);
        expect(encoded).toMatch(/^[\x20-\x7e]*$/);
        expect(decodeMutf7(encoded)).toBe(name.normalize('NFC'));
      }),
    );
  });

  it('two spellings never name one mailbox', () => {
    const unit = fc.constantFrom(...'&-,/aAU+ZeVnBTFw='.split(''));
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 16 }), (encoded) => {
        let name: string;
        try {
          name = decodeMutf7(encoded);
        } catch (error) {
          expect(error).toBeInstanceOf(Mutf7Error);
          return;
        }
        if (name === name.normalize('NFC')) expect(decodeMutf7(encodeMutf7(name))).toBe(name);
      }),
      { numRuns: 2_000 },
    );
  });
});
