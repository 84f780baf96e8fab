import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { casemap } from '../../../src/mail/collation.js';
import { decodedBodyText, decodedHeaderBlock, decodeHeaderText } from '../../../src/mail/decoded-text.js';
import type { WireText } from '../../../src/mail/ids.js';
import { parseMime } from '../../../src/mail/mime.js';
import { BROKEN } from '../../support/broken-messages.js';

const header = (text: string) => decodeHeaderText(text as WireText);
const bodyText = (message: string) => {
  const bytes = Buffer.from(message, 'latin1');
  return decodedBodyText(bytes, parseMime(bytes));
};
const utf8 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

describe('decodeHeaderText', () => {
  it.each<[string, string]>([
    ['plain', 'plain'],
    ['=?utf-8?B?5L2g5aW9?=', '你好'],
    ['=?UTF-8?q?a=5Fb_c?=', 'a_b c'],
    ['Re: =?utf-8?B?5L2g?= there', 'Re: 你 there'],
    // A character cut between two words, and the space between them that is none.
    ['=?utf-8?B?5L0=?= =?utf-8?B?oA==?=', '你'],
    ['=?utf-8?Q?a?= =?iso-8859-1?Q?=E9?=', 'aé'],
    ['=?gb2312?B?xOO6ww==?=', '你好'],
    ['=?utf-8*zh?Q?x?=', 'x'],
    ['=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=', '日本'],
    [utf8('你好'), '你好'],
    ['\xc4\xe3\xba\xc3', '你好'],
    ['caf\xe9 noir', 'café noir'],
    ['=?utf-8?B?xOO6ww==?=', '你好'],
    ['=?us-ascii?B?5L2g5aW9?=', '你好'],
    ['=?iso-8859-1?B?xOO6ww==?=', 'ÄãºÃ'],
    ['=?klingon?Q?abc?=', 'abc'],
    ['=?utf-8?X?abc?=', '=?utf-8?X?abc?='],
    ['=?utf-8?B?%%%%?=', ''],
    ['=?utf-8?Q?=ZZ?=', '=ZZ'],
    ['=?=?=?', '=?=?=?'],
    ['', ''],
  ])('%j', (raw, expected) => {
    expect(header(raw)).toBe(expected);
  });

  it('never throws, and is quick about it', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'=?utf-8BQ_ab \xff\xe4'.split('')), maxLength: 300 }), (raw) => {
        expect(typeof header(raw)).toBe('string');
      }),
    );
    const started = performance.now();
    for (const piece of ['=?', '=?a?b?', '=?utf-8?B?', '=?utf-8?Q?x?= ']) header(piece.repeat(20_000));
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});

describe('decodedBodyText', () => {
  it.each<[string, string]>([
    ['Subject: x\r\n\r\nhello', 'hello'],
    ['MIME-Version: 1.0\r\nContent-Transfer-Encoding: base64\r\n\r\n5L2g\r\n5aW9\r\n', '你好'],
    ['MIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nh=C3=A9l=\r\nlo  \r\n', 'héllo\r\n'],
    ['Content-Type: text/plain; charset=GB2312\r\n\r\n\xc4\xe3', '你'],
    ['Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n\x1b$BF|K\\\x1b(B', '日本'],
    ['Content-Type: image/gif\r\n\r\nGIF', ''],
    // Soft line ends in the middle of a word, and of a character.
    ['Content-Transfer-Encoding: quoted-printable\r\n\r\nwon=\r\nder=E4=BD=\r\n=A0 tail= \r\nend', 'wonder你 tailend'],
    ['Content-Type: text/plain; charset=gb18030\r\n\r\na\x95\x32\x82\x36b', 'a𠀀b'],
    // Labels that lie, or are not there.
    [`Content-Type: text/plain; charset=us-ascii\r\n\r\n${utf8('你好')}`, '你好'],
    ['Content-Type: text/plain; charset=us-ascii\r\n\r\n\xc4\xe3\xba\xc3', '你好'],
    ['Content-Type: text/plain; charset=utf-8\r\n\r\n\xc4\xe3\xba\xc3, \xca\xc0\xbd\xe7', '你好, 世界'],
    ['Content-Type: text/plain; charset=klingon\r\n\r\n\xc4\xe3', '你'],
    ['Subject: x\r\n\r\nna\xefve caf\xe9', 'naïve café'],
    // Damage, or a cut, makes it no other charset.
    [`Subject: x\r\n\r\n${utf8('你好你好你好')}\xff`, '你好你好你好\ufffd'],
    [`Subject: x\r\n\r\n${utf8('你好你好你好').slice(0, -1)}`, '你好你好你\ufffd'],
    ['Subject: x\r\n\r\n\xc4\xe3\xba\xc3\xc4\xe3\xba\xc3\xc4', '你好你好\ufffd'],
    [
      'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: y\r\n\r\ntwo\r\n--b--',
      'one\ntwo',
    ],
  ])('%j', (message, expected) => {
    expect(bodyText(message)).toBe(expected);
  });

  it.each(BROKEN)('something or nothing of %s', (_, message) => {
    expect(typeof bodyText(message)).toBe('string');
  });
});

it('folding: width, case, composition', () => {
  expect(casemap('ＡbÇ')).toBe(casemap('ABC\u0327'));
  expect(casemap('Straße')).not.toBe('');
});

it('decodedHeaderBlock reads each fold as one blank, and does not stop at a header full of blanks', () => {
  const block = `X: ${' '.repeat(200_000)}y\r\n\tz`;
  const message = Buffer.from(`${block}\r\n\r\nbody`);
  const text = decodedHeaderBlock(message, parseMime(message));
  expect(text.replace(/ {200000}/, '')).toBe('X: y z\r\n\r\n');
});
