// Messages as they should not be, and as they are: what providers really deliver, and what somebody might send on purpose.
const lines = (...parts: string[]): string => `${parts.join('\r\n')}\r\n`;
const HEAD = ['From: a@example.com', 'Subject: broken'] as const;
const deep = (levels: number): string =>
  Array.from({ length: levels }, (_, i) => lines(`Content-Type: multipart/mixed; boundary=b${i}`, '', `--b${i}`)).join(
    '',
  );

/** Name → bytes, one char a byte. */
export const BROKEN: readonly (readonly [string, string])[] = [
  ['nothing but a line end', '\r\n'],
  ['one byte', 'x'],
  ['no header', lines('', 'just a body')],
  ['no body and no empty line', 'From: a@example.com\r\nSubject: cut'],
  ['header lines that are none', lines('this is no field', ': no name', 'Subject: x', ' ', 'body')],
  ['bare LF', 'From: a@example.com\nSubject: unix\n\nbody\nbody\n'],
  ['bare CR', 'From: a@example.com\rSubject: mac\r\rbody\r'],
  ['NUL bytes everywhere', lines('From: a\0@example.com', 'Subject: n\0ul', 'X\0: y', '', 'bo\0dy')],
  [
    'raw UTF-8 in the header',
    Buffer.from(lines('From: 王小明 <wang@example.com>', 'Subject: 你好', '', '正文')).toString('latin1'),
  ],
  [
    'raw GB18030 in the header',
    lines('From: \xcd\xf5 <w@example.com>', 'Subject: \xc4\xe3\xba\xc3', '', '\xd5\xfd\xce\xc4'),
  ],
  [
    'every byte there is',
    `${lines(...HEAD, '')}${Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join('')}`,
  ],
  ['a bad date', lines(...HEAD, 'Date: yesterday, maybe', '', 'x')],
  ['a date of the year 99999', lines(...HEAD, 'Date: Mon, 99 Foo 99999 99:99:99 +9999', '', 'x')],
  [
    'two dates and four subjects',
    lines('Date: 1 Jan 2026 00:00 +0000', 'Date: x', 'Subject: a', 'Subject: b', '', 'x'),
  ],
  [
    'addresses that are none',
    lines('From: <<>>@@,,;:', 'To: "open', 'Cc: (((', 'Bcc: a b c <', 'Sender: @', 'Reply-To: group:', '', 'x'),
  ],
  [
    'quotes and backslashes',
    lines('From: "a\\"b\\\\" <"q\\"uote"@example.com>', 'Subject: say "hi" \\ there', '', 'x'),
  ],
  [
    'encoded words that are none',
    lines('Subject: =?utf-8?B?####?= =?x?y?z?= =?klingon?Q?=ZZ?= =?', 'From: =?', '', 'x'),
  ],
  ['a boundary that never comes', lines(...HEAD, 'Content-Type: multipart/mixed; boundary=never', '', 'text')],
  ['a boundary that never ends', lines(...HEAD, 'Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'text')],
  ['a multipart without boundary', lines(...HEAD, 'Content-Type: multipart/mixed', '', '--x', '', 'text', '--x--')],
  ['an empty boundary', lines(...HEAD, 'Content-Type: multipart/mixed; boundary=""', '', '--', '', 'text', '----')],
  ['a multipart that is empty', lines(...HEAD, 'Content-Type: multipart/mixed; boundary=b', '', '--b--')],
  ['parts without header', lines(...HEAD, 'Content-Type: multipart/mixed; boundary=b', '', '--b', '--b', '--b--')],
  [
    'the inner boundary is the outer',
    lines(
      ...HEAD,
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      '',
      'x',
      '--b--',
      '--b--',
    ),
  ],
  ['content types that are none', lines(...HEAD, 'Content-Type: ;;;=;"', '', 'x')],
  ['a content type without subtype', lines(...HEAD, 'Content-Type: text', '', 'x')],
  [
    'parameters gone wild',
    lines(...HEAD, 'Content-Type: text/plain; charset; =x; a="b; c=\\"; n*0*=utf-8\'\'%; n*1=y', '', 'x'),
  ],
  [
    '8 bit in parameters',
    lines(
      ...HEAD,
      'Content-Type: text/plain; name="\xe4\xf6\xfc\0"',
      'Content-Disposition: attachment; filename=\xff',
      '',
      'x',
    ),
  ],
  ['an encoding nobody knows', lines(...HEAD, 'Content-Transfer-Encoding: x-uuencode (really) "', '', 'x')],
  [
    'base64 that is none',
    lines(
      ...HEAD,
      'Content-Type: text/plain; charset=klingon',
      'Content-Transfer-Encoding: base64',
      '',
      '!!!! not base64 ====',
    ),
  ],
  [
    'quoted-printable that is none',
    lines(...HEAD, 'Content-Transfer-Encoding: quoted-printable', '', '=ZZ = =\t\r\n='),
  ],
  ['a message in a message in nothing', lines(...HEAD, 'Content-Type: message/rfc822', '')],
  [
    'an encoded message',
    lines(...HEAD, 'Content-Type: message/rfc822', 'Content-Transfer-Encoding: base64', '', 'RnJvbTogYQ=='),
  ],
  [
    'a digest',
    lines(...HEAD, 'Content-Type: multipart/digest; boundary=d', '', '--d', '', 'Subject: in it', '', 'x', '--d--'),
  ],
  ['three hundred levels', `${lines(...HEAD)}${deep(300)}`],
  [
    'five thousand parts',
    `${lines(...HEAD, 'Content-Type: multipart/mixed; boundary=b', '')}${'--b\r\n\r\nx\r\n'.repeat(5_000)}--b--\r\n`,
  ],
  ['a header line of 200 kB', lines(`Subject: ${'x'.repeat(200_000)}`, 'From: a@example.com', '', 'x')],
  ['twenty thousand recipients', lines(`To: ${'a@example.com, '.repeat(20_000)}`, '', 'x')],
  ['ten thousand fields', lines(`${'X-A: 1\r\n'.repeat(9_999)}X-A: 1`, 'Subject: late', '', 'x')],
  [
    'Content-Language and -Location',
    lines(...HEAD, 'Content-Language: ,, ,', 'Content-Location: \xe4', 'Content-MD5: \0', 'Content-ID: "', '', 'x'),
  ],
];
