import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlText } from '../../../src/mail/html-text.js';
import { parseMime } from '../../../src/mail/mime.js';
import { previewOf } from '../../../src/mail/preview.js';

const previewIn = (message: string | Buffer): string => {
  const bytes = Buffer.from(message);
  return previewOf(bytes, parseMime(bytes));
};
const lines = (...all: string[]) => all.join('\r\n');
const plain = (text: string) => lines('Subject: s', 'Content-Type: text/plain; charset=utf-8', '', text);
const html = (text: string) => lines('Subject: s', 'Content-Type: text/html; charset=utf-8', '', text);
const multipart = (...parts: string[]) =>
  lines(
    'Content-Type: multipart/mixed; boundary=b',
    '',
    ...parts.flatMap((part) => ['--b', ...part.split('\r\n').filter((line) => line !== 'Subject: s')]),
    '--b--',
  );
const ATTACHED = lines('Content-Type: text/plain', 'Content-Disposition: attachment', '', 'not this');
const ENCRYPTED = '-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA';

describe('the beginning of a text', () => {
  it.each<[string, string, string]>([
    ['white space is collapsed', plain('  Hello,\r\n\r\n\tLi \u00a0Lei!  \r\n'), 'Hello, Li Lei!'],
    ['controls part words', plain('a\x00b\x07\x1b[1mc\x7fd\u0085e'), 'a b [1mc d e'],
    ['what cannot be seen is left out', plain('\ufeff\u200b a\u00ad\u202eb \u200b \u2060 c'), 'ab c'],
    ['a message without MIME', lines('Subject: s', '', 'just text'), 'just text'],
    ['no body at all', 'Subject: s', ''],
    ['only white space', plain(' \r\n\r\n'), ''],
    ['HTML', html('<p>Dear <b>Li</b>&nbsp;Lei,</p><p>1 &lt; 2</p>'), 'Dear Li Lei, 1 < 2'],
    ['the first of alternatives', multipart(plain('plain'), html('<p>rich')), 'plain'],
    ['the next if the first is empty', multipart(plain(' '), html('<p>rich</p>')), 'rich'],
    ['nested parts', multipart(multipart(plain('inner')), plain('outer')), 'inner'],
    ['no attachment', multipart(ATTACHED, plain('this')), 'this'],
    ['nothing but an attachment', multipart(ATTACHED), ''],
    ['no other text', lines('Content-Type: text/calendar', '', 'BEGIN:VCALENDAR'), ''],
    ['no image', lines('Content-Type: image/png', 'Content-Transfer-Encoding: base64', '', 'aGVsbG8='), ''],
    ['no message within', lines('Content-Type: message/rfc822', '', 'Subject: in', '', 'inner'), ''],
    ['nothing encrypted', plain(ENCRYPTED), ''],
  ])('%s', (_, message, expected) => {
    expect(previewIn(message)).toBe(expected);
  });

  it('is decoded', () => {
    const encoded = (charset: string, encoding: string, body: string) =>
      lines(`Content-Type: text/plain; charset=${charset}`, `Content-Transfer-Encoding: ${encoding}`, '', body);
    const gbk = Buffer.from([0xc4, 0xe3, 0xba, 0xc3]).toString('base64');
    expect(previewIn(encoded('gb2312', 'base64', gbk))).toBe('你好');
    expect(previewIn(encoded('iso-8859-1', 'quoted-printable', 'na=EFve=\r\n line'))).toBe('naïve line');
    expect(previewIn(encoded('no-such', 'x-none', 'as it is'))).toBe('as it is');
    expect(previewIn(encoded('us-ascii', 'base64', 'eA=='))).toBe('x');
    expect(previewIn(encoded('us-ascii', 'base64', gbk))).toBe('你好');
    expect(previewIn(html('<html><body><img src=x><br></body></html>'))).toBe('');
  });

  it('has at most 200 characters, none of them cut in two', () => {
    expect(previewIn(plain('x'.repeat(500)))).toBe('x'.repeat(200));
    expect(previewIn(plain(`a${'😀'.repeat(500)}`))).toBe(`a${'😀'.repeat(199)}`);
    expect(previewIn(html(`<p>${'word '.repeat(500)}</p>`))).toBe('word '.repeat(40).trim());
    expect(previewIn(plain('😀'.repeat(200)))).toBe('😀'.repeat(200));
    expect(previewIn(plain(`${'x'.repeat(200)}`))).toBe('x'.repeat(200));
  });

  it.each<[string, string]>([
    ['a family', '👨‍👩‍👧‍👦'],
    ['an accent', 'e\u0301'],
    ['a flag', '🇩🇪'],
    ['a tone of skin', '👍🏽'],
  ])('does not part %s', (_, one) => {
    const size = [...one].length;
    expect(previewIn(plain(`${'x'.repeat(201 - size)}${one}y`))).toBe('x'.repeat(201 - size));
    expect(previewIn(plain(`${'x'.repeat(200 - size)}${one}y`))).toBe(`${'x'.repeat(200 - size)}${one}`);
    // One that is longer than all that may be told is parted in the end.
    expect([...previewIn(plain(`e${'\u0301'.repeat(400)}`))]).toHaveLength(200);
  });

  it('is short, in one line and without controls, whatever comes', () => {
    const pieces = [
      '<',
      '>',
      '&',
      '"',
      "'",
      '=',
      '<p ',
      '<script',
      '</script>',
      '<!--',
      '-->',
      '&#',
      '&#x0;',
      '&nbsp;',
    ];
    const junk = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 4 })));
    const message = fc.tuple(fc.constantFrom(plain, html), junk).map(([of, all]) => of(all.join('')));
    fc.assert(
      fc.property(message, (text) => {
        const preview = previewIn(text);
        expect([...preview].length).toBeLessThanOrEqual(200);
        expect(preview).not.toMatch(/\p{Cc}|\s\s|^\s|\s$/u);
      }),
    );
  });
});

describe('the text of HTML', () => {
  it.each<[string, string]>([
    ['<style>p { color: red }</style><SCRIPT>if (a<b) alert("</p>")</Script >seen', 'seen'],
    ['<head><title>not this</title></head><body>this', 'this'],
    ['<script>never closed', ''],
    ['<style>a</styles>b</style>c', 'c'],
    ['a<!-- <b>no</b> -->b<!doctype html><?xml a?>c', 'abc'],
    ['a<!-- never closed', 'a'],
    ['<a title="a>b" href=\'c>d\'>in</a>', 'in'],
    ["<p don't>text</p>", 'text'],
    ['one<br>two<div>three</div>four', 'one two three four'],
    ['w<i>or</i>d', 'word'],
    ['a < b <3 <> c', 'a < b <3 <> c'],
    ['text<a href="never closed', 'text'],
    ['&amp;lt; &LT;&gt &quot;&#39;&#x27;&hellip;&eacute;&Eacute;', "&lt; <> \"''…éÉ"],
    ['&nosuch; & &; &#; &#x;', '&nosuch; & &; &#; &#x;'],
    ['&#0;&#xd800;&#x110000;&#146;&#128512;', '\ufffd\ufffd\ufffd’😀'],
  ])('%s', (text, expected) => {
    expect(htmlText(text, 1000).trim()).toBe(expected);
  });

  /** Each would take hours if anything were looked for twice. */
  it.each([
    '<',
    '<a ',
    '<a href="',
    "<a b='>",
    '<!--',
    '<script>',
    '<style></',
    '&',
    '&#x',
    ' ',
    '<b>',
    '</',
    '<i>\n',
    '<!',
    '<title></title ',
  ])('a hundred thousand times %j', (piece) => {
    expect(htmlText(piece.repeat(100_000), 1_000).length).toBeLessThanOrEqual(100_000 * piece.length);
    expect([...previewIn(html(piece.repeat(100_000)))].length).toBeLessThanOrEqual(200);
  });
});
