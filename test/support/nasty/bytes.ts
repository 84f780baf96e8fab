// Line ends and bytes as they should not be.
import { lines, type Nasty } from './nasty.js';

const HEAD = ['From: a@example.com', 'Subject: bytes', 'MIME-Version: 1.0'] as const;
const mixed = (boundary: string): string => `Content-Type: multipart/mixed; boundary="${boundary}"`;

const BODY = lines(
  'From: a@example.com',
  'Subject: ends',
  mixed('b'),
  '',
  '--b',
  '',
  'one',
  'two',
  '--b',
  '',
  '',
  '--b--',
  'end',
);
const withEnds = (end: string): string => BODY.replaceAll('\r\n', end);
const mixedEnds = (everyNth: number): string =>
  BODY.split('\r\n')
    .map((line, i) => line + (i % everyNth === 0 ? '\n' : '\r\n'))
    .join('');

export const NASTY_BYTES: readonly Nasty[] = [
  ['bare LF', withEnds('\n')],
  ['bare CR', withEnds('\r')],
  ['CR CR LF', withEnds('\r\r\n')],
  ['LF CR', withEnds('\n\r')],
  ['mixed line ends', mixedEnds(2)],
  ['mixed line ends, by three', mixedEnds(3)],
  ['LF header, CRLF body', `From: a@example.com\nSubject: x\n\nbody\r\nbody\r\n`],
  ['CRLF header, LF body', `From: a@example.com\r\nSubject: x\r\n\r\nbody\nbody\n`],
  ['bare CR in the body', lines(...HEAD, '', 'a\rb\rc')],
  ['bare CR at the end', lines(...HEAD, '', 'a').concat('b\r')],
  ['NULs in the body', lines(...HEAD, '', 'a\0b\0\0c')],
  [
    'NULs in a part',
    lines(
      ...HEAD,
      mixed('b'),
      '',
      '--b',
      '',
      'a\0b',
      '--b',
      'Content-Type: application/octet-stream',
      '',
      '\0\0',
      '--b--',
    ),
  ],
  ['NUL in a boundary line', lines(...HEAD, mixed('b'), '', '--b\0', '', 'a', '--b', '', 'x', '--b--')],
  [
    '8 bit in the body',
    lines(...HEAD, '', Array.from({ length: 128 }, (_, i) => String.fromCharCode(128 + i)).join('')),
  ],
  [
    'every byte but CR and LF',
    lines(
      ...HEAD,
      '',
      Array.from({ length: 256 }, (_, i) => String.fromCharCode(i))
        .filter((c) => c !== '\r' && c !== '\n')
        .join(''),
    ),
  ],
  ['a line of 100 kB', lines(...HEAD, '', 'x'.repeat(100_000), 'y')],
  ['10,000 empty lines', lines(...HEAD, '') + '\r\n'.repeat(10_000)],
  ['a body of a dot', lines(...HEAD, '', '.', '..', 'From x', '>From y')],
  [
    'a message of empty lines in parts',
    lines(...HEAD, mixed('b'), '', '', '--b', '', '', '', '--b', '', '', '--b--', '', ''),
  ],
];
