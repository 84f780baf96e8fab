// Messages to be searched, sorted and threaded: what servers disagree about first.

/** One char a byte. */
export interface SearchedMail {
  readonly bytes: string;
  readonly flags: readonly string[];
  /** For APPEND. */
  readonly internalDate: string;
}

type Fields = readonly (readonly [name: string, value: string])[];

interface Made {
  readonly fields: Fields;
  readonly body?: string;
  readonly flags?: readonly string[];
  readonly internalDate?: string;
}

const utf8 = (text: string): string => Buffer.from(text).toString('latin1');
const encoded = (charset: string, hex: string): string =>
  `=?${charset}?B?${Buffer.from(hex, 'hex').toString('base64')}?=`;

const SUBJECTS: readonly string[] = [
  'apple',
  'Re: apple',
  'RE: RE: apple',
  're:apple',
  'Re : apple',
  'Fwd: apple',
  'FW: apple',
  'fwd [x]: apple',
  'Re[2]: apple',
  'Re [a] [b]: apple',
  '[list] apple',
  '[list] Re: apple',
  'Re: [list] apple',
  '[a][b] apple',
  '[a] [b] Re: [c] apple',
  'apple (fwd)',
  'apple (FWD) (fwd)',
  'apple(fwd)',
  'Re: apple (fwd)',
  '[Fwd: apple]',
  '[fwd: Re: apple]',
  '[Fwd: [Fwd: apple]]',
  '[Fwd: apple] x',
  'Re: [Fwd: apple (fwd)]',
  '[apple]',
  'Re: [apple]',
  '[list] [apple]',
  '[]',
  '[fwd:]',
  'Re:',
  'Re: Re:',
  '(fwd)',
  '   ',
  'a  b\tc',
  'a b c',
  'a =?utf-8?q?b?= c',
  '[unclosed apple',
  'Re[unclosed: apple',
  'Reply: apple',
  'AW: apple',
  'Re: =?utf-8?q?Re=3A_apple?=',
  '=?utf-8?q?=5Blist=5D_apple?=',
  '=?utf-8?b?w6lwb21l?=',
  '=?iso-8859-1?q?=C9POME?=',
  'zebra',
  'Zebra',
  'ZEBRA 2',
  'zebra 10',
  '\u00e9pomes raw',
  utf8('Äpfel und Birnen'),
  utf8('äpfel und birnen'),
  encoded('gb18030', 'bac3c6bbb9fb'),
  encoded('iso-2022-jp', '1b2442467c4b5c1b2842'),
  '=?x-unknown?q?apple?=',
  '=?utf-8?q?split=C3?= =?utf-8?q?=A9_word?=',
  'folded\r\n\tsubject line',
  '~tilde',
  '_underscore',
  '0 digits',
];

const ADDRESSES: readonly string[] = [
  'alice@example.com',
  'Alice <zoe@example.com>',
  '"Alice" <alice@b.example>',
  'ALICE@example.com',
  '=?utf-8?q?=C3=84lice?= <aelice@example.com>',
  '"=?utf-8?q?Bob?=" <bob@example.com>',
  'bob@example.com (Robert)',
  '<carol@example.com>',
  'carol',
  'undisclosed-recipients:;',
  'friends: dave@example.com, erin@example.com;',
  'Friends: Dave <dave2@example.com>;, zed@example.com',
  '"Quoted, Name" <quoted@example.com>',
  '"quoted local"@example.com',
  '"" <emptyname@example.com>',
  '" " <blankname@example.com>',
  '@route,@two:routed@example.com',
  '<@route:routed2@example.com>',
  'broken <broken',
  ',,first@example.com',
  utf8('Ünal <unal@example.com>'),
  'John Q. Public <jqp@example.com>',
  'a (comment) b <ab@example.com>',
  '"esc\\"aped" <escaped@example.com>',
];

const DATES: readonly string[] = [
  'Mon, 2 Feb 2026 10:00:00 +0000',
  'Mon, 2 Feb 2026 10:00:00 +0100',
  'Mon, 02 Feb 2026 05:00:00 -0500',
  'Mon, 2 Feb 2026 23:30:00 -0800',
  'Tue, 3 Feb 2026 00:30:00 +0900',
  '2 Feb 2026 10:00 +0000',
  '2 Feb 26 10:00:00 GMT',
  '2 Feb 99 10:00:00 EST',
  'Mon, 2 Feb 2026 10:00:00',
  'Mon, 2 Feb 2026',
  'Mon, 2 Feb 2026 10:00:00 (UTC) +0000',
  'Monday, 2-Feb-26 10:00:00 UTC',
  '2026-02-02T10:00:00Z',
  'Mon Feb  2 10:00:00 2026',
  'not a date',
  '',
  'Mon, 32 Feb 2026 10:00:00 +0000',
  'Mon, 2 Foo 2026 10:00:00 +0000',
  'Mon, 2 Feb 2026 25:00:00 +0000',
  'Mon, 2 Feb 1960 10:00:00 +0000',
  'Sat, 31 Jan 2026 24:00:00 +0000',
];

/** How many, at the end, are to arrive when the others are there: only these are not in the order of INTERNALDATE. */
export const LATE_MAIL = 40;

function arrival(n: number, count: number): string {
  const isLate = n >= count - LATE_MAIL;
  const hours = isLate ? ((n * 7) % 28) * 24 : Math.floor(n / 3) * 12;
  return `${String(1 + Math.floor(hours / 24)).padStart(2, ' ')}-Jan-2026 ${hours % 24 === 0 ? '09' : '21'}:00:00 +0000`;
}

const date = (n: number): string =>
  `${1 + ((n * 11) % 28)} Mar 2026 ${String((n * 7) % 24).padStart(2, '0')}:00:00 +0000`;

const thread = (subject: string, id: string | undefined, references: string | undefined, reply?: string): Made => ({
  fields: [
    ['From', 'thread@example.com'],
    ...(subject === '' ? [] : [['Subject', subject] as const]),
    ...(id === undefined ? [] : [['Message-ID', id] as const]),
    ...(references === undefined ? [] : [['References', references] as const]),
    ...(reply === undefined ? [] : [['In-Reply-To', reply] as const]),
  ],
});

const THREADS: readonly Made[] = [
  thread('root one', '<a1@x>', undefined),
  thread('Re: root one', '<a2@x>', '<a1@x>'),
  thread('Re: root one', '<a3@x>', '<a1@x> <a2@x>'),
  thread('other words', '<a4@x>', undefined, '<a2@x>'),
  thread('two in reply', '<a5@x>', undefined, '<a3@x> <a1@x>'),
  thread('missing parent', '<b2@x>', '<b1@x>'),
  thread('missing parent two', '<b3@x>', '<b1@x>'),
  thread('missing grandparents', '<b5@x>', '<b0@x> <b4@x>'),
  thread('only child of missing', '<c2@x>', '<c1@x>'),
  thread('loop one', '<d1@x>', '<d2@x>'),
  thread('loop two', '<d2@x>', '<d1@x>'),
  thread('itself', '<e1@x>', '<e1@x>'),
  thread('loop inside', '<f3@x>', '<f1@x> <f2@x> <f1@x>'),
  thread('loop inside again', '<f2@x>', '<f3@x>'),
  thread('same id', '<g1@x>', undefined),
  thread('same id again', '<g1@x>', undefined),
  thread('child of the same', '<g2@x>', '<g1@x>'),
  thread('same id, with references', '<g1@x>', '<a1@x>'),
  thread('no id', undefined, '<a1@x>'),
  thread('no id, no references', undefined, undefined),
  thread('broken references', '<h1@x>', 'nonsense <a1@x <<a2@x>> a3@x'),
  thread('quoted id', '<"q1"@x>', undefined),
  thread('unquoted reference', '<q2@x>', '<q1@x>'),
  thread('no at', '<noat>', undefined),
  thread('reply to no at', '<n2@x>', '<noat>'),
  thread('comments', '<k1@x>', '(one) <a1@x> (two <a2@x>)'),
  thread('spaces', '< s1@x >', '< a1@x >'),
  thread('folded', '<w1@x>', '<a1@x>\r\n\t<a2@x>\r\n <a3@x>'),
  thread('no spaces', '<w2@x>', '<a1@x><a2@x>,<a3@x>'),
  thread('', '<v1@x>', undefined),
  thread('', '<v2@x>', undefined),
  thread('', '<v3@x>', '<v1@x>'),
  thread('Re: gathered', '<m1@x>', undefined),
  thread('gathered', '<m2@x>', undefined),
  thread('gathered', '<m3@x>', undefined),
  thread('Re: gathered', '<m4@x>', '<m0@x>'),
  thread('Re: gathered', '<m5@x>', '<m0@x>'),
  thread('gathered', '<m6@x>', '<m00@x>'),
  thread('gathered', '<m7@x>', '<m00@x>'),
  thread('Re: only replies', '<o1@x>', undefined),
  thread('Re: only replies', '<o2@x>', undefined),
  thread('changed parent', '<p3@x>', '<p1@x> <p2@x>'),
  thread('says otherwise', '<p2@x>', '<p9@x>'),
  thread('case of ids', '<A1@X>', undefined, '<a1@X>'),
  thread('empty references', '<r1@x>', '', '<a1@x>'),
];

const part = (fields: string, body: string): string => `--b\r\n${fields}\r\n\r\n${body}\r\n`;
const multipart = (...parts: string[]): Pick<Made, 'fields' | 'body'> => ({
  fields: [
    ['MIME-Version', '1.0'],
    ['Content-Type', 'multipart/mixed; boundary=b'],
  ],
  body: `preamble words\r\n${parts.join('')}--b--\r\nepilogue words\r\n`,
});
const typed = (type: string, encoding: string, body: string): Made => ({
  fields: [
    ['MIME-Version', '1.0'],
    ['Content-Type', type],
    ['Content-Transfer-Encoding', encoding],
    ['Subject', 'a body'],
  ],
  body,
});
const base64 = (text: string): string => `${Buffer.from(text, 'latin1').toString('base64')}\r\n`;

const BODIES: readonly Made[] = [
  { ...typed('text/plain', '7bit', 'a plain needle in the hay\r\n'), flags: ['\\Seen'] },
  { ...typed('text/plain; charset=utf-8', '8bit', utf8('grüne Nadel, NEEDLE\r\n')), flags: ['\\Flagged', '$Label1'] },
  { ...typed('text/plain; charset=iso-8859-1', '8bit', 'gr\xfcne Nadel\r\n'), flags: ['\\Deleted'] },
  {
    ...typed('text/plain; charset=utf-8', 'quoted-printable', 'gr=C3=BCne Na=\r\ndel with a nee=\r\ndle\r\n'),
    flags: ['\\Answered', '$label1'],
  },
  { ...typed('text/plain; charset=utf-8', 'base64', base64(utf8('grüne needle in base64'))), flags: ['\\Draft'] },
  typed('text/html; charset=utf-8', '7bit', '<p>need<b>le</b> and <i>hay</i>stack &amp; more</p>\r\n'),
  typed('application/octet-stream', 'base64', base64('needle in an attachment')),
  typed('application/json', '7bit', '{"needle": 1}\r\n'),
  multipart(
    part('Content-Type: text/plain', 'first part needle'),
    part('Content-Type: text/html', '<b>second part</b>'),
  ),
  multipart(
    part('Content-Type: text/plain; name=needle.txt\r\nX-Part: partneedle', 'nothing'),
    part('Content-Type: message/rfc822', 'Subject: inner needle\r\nFrom: inner@example.com\r\n\r\ninner body words'),
  ),
  typed('text/plain; charset=iso-2022-jp', '7bit', '\x1b$BF|K\\\x1b(B\r\n'),
  typed('text/plain; charset=gb18030', '8bit', '\xba\xc3\xc6\xbb\xb9\xfb\r\n'),
  typed('text/plain; charset=x-unknown', '8bit', 'needle \xe9\r\n'),
  typed('text/plain', '7bit', 'broken\r\nacross lines needle\r\n  spaced   out\r\n'),
  typed('text/plain', '7bit', ''),
  typed('text/plain', '7bit', `${'hay '.repeat(20_000)}needle at the end\r\n`),
  typed('text/plain', 'x-uuencode', 'needle\r\n'),
];

const HEADERS: readonly Made[] = [
  {
    fields: [
      ['X-Custom', 'one'],
      ['X-Custom', 'two words'],
      ['Subject', 'twice'],
      ['Subject', 'second subject'],
    ],
  },
  { fields: [['X-Custom', '']] },
  { fields: [['X-Custom', '=?utf-8?q?caf=C3=A9?=']] },
  {
    fields: [
      ['x-custom', 'folded\r\n value'],
      ['Bcc', 'hidden@example.com'],
      ['Reply-To', 'Answer Me <answer@example.com>'],
    ],
  },
  {
    fields: [
      ['Sender', 'sender@example.com'],
      ['List-Id', 'A list <list.example.com>'],
      ['Comments', 'some (comment) here'],
    ],
  },
];

const ALL: readonly Made[] = [
  ...SUBJECTS.map(
    (subject, n): Made => ({
      fields: [
        ['Subject', subject],
        ['From', `sender${n % 3}@example.com`],
      ],
    }),
  ),
  ...ADDRESSES.map(
    (address, n): Made => ({
      fields: [
        ['Subject', `address ${n}`],
        ['From', address],
        ['To', ADDRESSES[(n + 7) % ADDRESSES.length] ?? ''],
        ['Cc', ADDRESSES[(n + 13) % ADDRESSES.length] ?? ''],
      ],
    }),
  ),
  ...DATES.map(
    (value, n): Made => ({
      fields: [
        ['Subject', `date ${n}`],
        ['Date', value],
      ],
    }),
  ),
  {
    fields: [
      ['Subject', 'no date at all'],
      ['Date', 'none'],
    ],
  },
  ...THREADS,
  ...BODIES,
  ...HEADERS,
  { fields: [] },
];

export const SEARCHED_MAIL: readonly SearchedMail[] = ALL.map(
  ({ fields, body = 'text\r\n', flags = [], internalDate }, n) => {
    const named =
      fields.some(([name]) => name === 'Date') || n % 10 === 9 ? fields : [...fields, ['Date', date(n)] as const];
    const header = named.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    return {
      bytes: `${header}X-Number: ${n + 1}\r\n\r\n${body}`,
      flags,
      internalDate: internalDate ?? arrival(n, ALL.length),
    };
  },
);
