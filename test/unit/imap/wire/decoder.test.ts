import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadCommandError } from '../../../../src/imap/errors.js';
import { Decoder } from '../../../../src/imap/wire/decoder.js';
import { imapString, mailboxName } from '../../../../src/imap/wire/encode.js';
import { flagSetText } from '../../../../src/mail/flags.js';

const refused = (text: string, read: (decoder: Decoder) => unknown) =>
  expect(() => read(new Decoder(text)), text).toThrow(BadCommandError);

describe('strings', () => {
  it.each<[string, string]>([
    ['atom', 'atom'],
    ['a]b', 'a]b'],
    ['"quoted \\"\\\\ string"', 'quoted "\\ string'],
    ['""', ''],
    ['"caf\xc3\xa9"', 'caf\xc3\xa9'],
    ['{3}\r\na b', 'a b'],
    ['{3+}\r\n"\r\n', '"\r\n'],
    ['{0}\r\n', ''],
    ['NIL', 'NIL'],
  ])('astring %j', (text, expected) => {
    const decoder = new Decoder(text);
    expect(decoder.astring()).toBe(expected);
    decoder.end();
  });

  it.each([
    '',
    ' ',
    '(',
    ')',
    '{',
    '%',
    '*',
    '"',
    '\\',
    '\xe9',
    '\0',
    '"open',
    '"a\\x"',
    '"a\r\nb"',
    '"a\0b"',
    '{3}',
    '{3}\r\nab',
    '{x}\r\n',
    '{-1}\r\n',
  ])('%j is no astring', (text) => refused(text, (decoder) => decoder.astring()));

  it.each<[string, string | undefined]>([
    ['NIL', undefined],
    ['nil', undefined],
    ['"NIL"', 'NIL'],
  ])('nstring %j', (text, expected) => {
    expect(new Decoder(text).nstring()).toBe(expected);
  });

  it('NILS is no NIL', () => refused('NILS', (decoder) => decoder.nstring()));

  it('what we write, we read', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (text) => {
        const bytes = Buffer.from(text, 'utf8').toString('latin1').replaceAll('\0', '');
        const decoder = new Decoder(imapString(bytes));
        expect(decoder.string()).toBe(bytes);
        decoder.end();
      }),
    );
  });
});

describe('mailboxes', () => {
  it.each<[string, string]>([
    ['inbox', 'INBOX'],
    ['"InBoX/sub"', 'INBOX/sub'],
    ['INBOXES', 'INBOXES'],
    ['&ZeVnLIqe-', '日本語'],
    ['{5}\r\nIn&-x', 'In&x'],
  ])('%j', (text, expected) => {
    expect(new Decoder(text).mailbox()).toBe(expected);
  });

  it('after UTF8=ACCEPT a name is UTF-8, and & is &', () => {
    const bytes = Buffer.from('"Tom & 台北"', 'utf8').toString('latin1');
    expect(new Decoder(bytes, { utf8: true }).mailbox()).toBe('Tom & 台北');
    expect(() => new Decoder('"\xff"', { utf8: true }).mailbox()).toThrow(BadCommandError);
    expect(mailboxName('Tom & 台北', true)).toBe(bytes);
    expect(mailboxName('"quoted\\\u{1f600}"', true)).toBe('"\\"quoted\\\\\xf0\x9f\x98\x80\\""');
    expect(new Decoder('"\xef\xbf\xbd"', { utf8: true }).mailbox()).toBe('\ufffd');
    expect(mailboxName('Tom & 台北', false)).toBe('"Tom &- &U,BTFw-"');
  });

  it.each<[string, string]>([
    ['*', '*'],
    ['QQ/%', 'QQ/%'],
    ['"a b*"', 'a b*'],
    ['{2}\r\n%x', '%x'],
  ])('pattern %j', (text, expected) => {
    expect(new Decoder(text).listMailbox()).toBe(expected);
  });
});

describe('numbers, flags, dates', () => {
  it.each(['x', '', '-1', '9223372036854775808', '99999999999999999999'])('%j is no number', (text) =>
    refused(text, (decoder) => decoder.number()),
  );

  it.each<[string, string]>([
    ['()', ''],
    ['(\\Seen \\flagged $Work)', '\\Flagged \\Seen $Work'],
    ['(  a  b )', 'a b'],
  ])('flags %j', (text, expected) => {
    expect(flagSetText(new Decoder(text).flagList())).toBe(expected);
  });

  it.each(['(\\Recent)', '(\\*)', '(\\Foo)', '(a', '("a")', 'a', '(a,(b))', '(\xff)'])('%j are no flags', (text) =>
    refused(text, (decoder) => {
      decoder.flagList();
      decoder.end();
    }),
  );

  it.each<[string, string]>([
    ['"23-Nov-2026 14:25:50 +0800"', '2026-11-23T06:25:50.000Z'],
    ['" 3-feb-2026 01:02:03 -0130"', '2026-02-03T02:32:03.000Z'],
    ['"01-Jan-1970 00:00:00 +0000"', '1970-01-01T00:00:00.000Z'],
    ['"31-Dec-1969 23:59:60 +0000"', '1970-01-01T00:00:00.000Z'],
  ])('date %s', (text, expected) => {
    expect(new Date(new Decoder(text).dateTime() * 1000).toISOString()).toBe(expected);
  });

  it.each([
    '"3-Feb-2026 01:02:03 +0000"',
    '"30-Feb-2026 01:02:03 +0000"',
    '"03-Foo-2026 01:02:03 +0000"',
    '"03-ebm-2026 01:02:03 +0000"',
    '"03-Feb-2026 24:00:00 +0000"',
    '"03-Feb-2026 10:60:00 +0000"',
    '"03-Feb-2026 10:00:61 +0000"',
    '"03-Feb-2026 10:00:00 +2400"',
    '"03-Feb-2026 10:00:00"',
    '03-Feb-2026',
    '""',
  ])('%s is no date', (text) => refused(text, (decoder) => decoder.dateTime()));
});

describe('structure', () => {
  it('lists nest fifty deep and no deeper', () => {
    const nested = (depth: number) => {
      const decoder = new Decoder('('.repeat(depth) + ')'.repeat(depth));
      const read = (): void => decoder.list(() => read());
      read();
      decoder.end();
    };
    expect(() => nested(50)).not.toThrow();
    expect(() => nested(51)).toThrow(BadCommandError);
  });

  it('spaces: some clients send two', () => {
    const decoder = new Decoder('a  b ');
    expect(decoder.atom()).toBe('a');
    decoder.space();
    expect(decoder.atom()).toBe('b');
    decoder.end();
  });

  it('any bytes: read, or refused with BAD, never anything else', () => {
    const reads: readonly ((decoder: Decoder) => unknown)[] = [
      (decoder) => decoder.atom(),
      (decoder) => decoder.astring(),
      (decoder) => decoder.nstring(),
      (decoder) => decoder.mailbox(),
      (decoder) => decoder.listMailbox(),
      (decoder) => decoder.sequenceSet(),
      (decoder) => decoder.flagList(),
      (decoder) => decoder.dateTime(),
      (decoder) => decoder.announcedLiteral(),
      (decoder) => decoder.number(),
    ];
    const unit = fc.constantFrom(...'aZ0:*,"\\(){}+-&/ \r\n\0\xff%'.split(''));
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 30 }), (text) => {
        for (const read of reads) {
          const decoder = new Decoder(text);
          try {
            read(decoder);
          } catch (error) {
            expect(error).toBeInstanceOf(BadCommandError);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
