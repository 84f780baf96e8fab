import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressesOf, fromAddress, parseAddresses } from '../../../src/mail/addresses.js';

const short = (value: string) =>
  parseAddresses(value).map(({ name, route, mailbox, host }) =>
    [name, route, mailbox, host].map((part) => part ?? '-').join('|'),
  );

describe('parseAddresses', () => {
  it.each<[string, string[]]>([
    ['a@example.com', ['-|-|a|example.com']],
    ['Li Lei <lilei@example.com>', ['Li Lei|-|lilei|example.com']],
    ['"Smith, John" <john@example.com>, b@c', ['Smith, John|-|john|example.com', '-|-|b|c']],
    ['"a\\"b\\\\c" <x@y>', ['a"b\\c|-|x|y']],
    ['john@example.com (John Smith)', ['John Smith|-|john|example.com']],
    ['<@a,@b:c@d>', ['-|@a,@b|c|d']],
    ['team: a@x, b@y;', ['-|-|team|-', '-|-|a|x', '-|-|b|y', '-|-|-|-']],
    ['undisclosed-recipients:;', ['-|-|undisclosed-recipients|-', '-|-|-|-']],
    ['a.b @ example . com', ['-|-|a.b|example.com']],
    ['"quoted local"@example.com', ['-|-|quoted local|example.com']],
    ['x@[127.0.0.1]', ['-|-|x|[127.0.0.1]']],
    ['=?utf-8?B?546L?= <w@example.com>', ['=?utf-8?B?546L?=|-|w|example.com']],
    ['', []],
    [
      ' , ,; ',
      [
        '-|-|MISSING_MAILBOX|MISSING_DOMAIN',
        '-|-|MISSING_MAILBOX|MISSING_DOMAIN',
        '-|-|MISSING_MAILBOX|MISSING_DOMAIN',
      ],
    ],
    ['<>', ['-|-|MISSING_MAILBOX|MISSING_DOMAIN']],
    ['nobody', ['-|-|nobody|MISSING_DOMAIN']],
    ['@example.com', ['-|-|MISSING_MAILBOX|example.com']],
    ['Name <broken', ['Name|-|broken|SYNTAX_ERROR']],
    ['Name <a@b', ['Name|-|a|SYNTAX_ERROR']],
    ['"never closed <a@b>', ['-|-|MISSING_MAILBOX|MISSING_DOMAIN']],
    ['(((', []],
    ['team: a@x', ['-|-|team|-', '-|-|a|x', '-|-|-|-']],
  ])('%j', (value, expected) => {
    expect(short(value)).toEqual(expected);
  });

  it('reads anything, and a great deal of it in no time', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'ab <>@,;:"\\().[]\r\n\0\xff'.split('')), maxLength: 200 }),
        (value) => {
          for (const address of parseAddresses(value)) expect(Object.keys(address)).toHaveLength(4);
        },
      ),
    );
    for (const piece of ['(', '"', '<', 'a@b,', 'g:', '\\', '<@a:', '<@a', '<a,', '. ']) {
      const started = performance.now();
      expect(parseAddresses(piece.repeat(100_000)).length).toBeLessThanOrEqual(10_001);
      expect(performance.now() - started).toBeLessThan(2_000);
    }
  });
});

describe('addressesOf', () => {
  it('decodes names, lowers domains, leaves out what is no address', () => {
    expect(addressesOf('=?utf-8?B?546L?= <W@Example.COM>, team: x@y;, nobody, <>')).toEqual([
      { name: '王', address: 'W@example.com' },
      { name: '', address: 'x@y' },
    ]);
  });

  it('the sender', () => {
    expect(fromAddress('Subject: x\r\nFrom: A <a@b.c>,\r\n d@e\r\n\r\n')).toBe('a@b.c');
    expect(fromAddress('Subject: x\r\n\r\nFrom: a@b\r\n')).toBeUndefined();
  });
});
