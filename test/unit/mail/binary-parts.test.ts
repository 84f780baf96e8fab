import { expect, it } from 'vitest';
import { withoutBinaryParts } from '../../../src/mail/binary-parts.js';
import { parseMime } from '../../../src/mail/mime.js';

const convert = (text: string): string | undefined => {
  const bytes = Buffer.from(text, 'latin1');
  const pieces = withoutBinaryParts(bytes, parseMime(bytes));
  return pieces && Buffer.concat(pieces).toString('latin1');
};

const multipart = (outer: string, first: string, second: string): string =>
  [
    'Subject: x',
    `Content-Type: multipart/mixed; boundary=b${outer}`,
    '',
    '--b',
    first,
    '--b',
    second,
    '--b--',
    'epilogue\0',
    '',
  ].join('\r\n');

it('leaves alone what has no binary part', () => {
  expect(convert('Subject: x\r\n\r\nbody')).toBeUndefined();
  expect(convert('Content-Transfer-Encoding: 8bit\r\n\r\nbody\xff')).toBeUndefined();
  expect(convert('')).toBeUndefined();
});

it('a folded field, several of them, a body that is empty or ends in the middle', () => {
  expect(convert('Content-Transfer-Encoding:\r\n Binary\r\nX: y\r\n\r\n\0\0\0')).toBe(
    'Content-Transfer-Encoding: base64\r\nX: y\r\n\r\nAAAA\r\n',
  );
  expect(convert('Content-Transfer-Encoding: binary\r\n\r\n')).toBe('Content-Transfer-Encoding: base64\r\n\r\n\r\n');
});

it('parts within parts: leaves are base64, what holds them is 8bit, the rest stays as it is', () => {
  const message = multipart(
    '\r\nContent-Transfer-Encoding: binary',
    'Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\n\x89PNG\r\n\0--b',
    'Content-Type: message/rfc822\r\nContent-Transfer-Encoding: binary\r\n\r\n' +
      'Subject: in\r\nContent-Transfer-Encoding: binary\r\n\r\n\0',
  );
  expect(convert(message)).toBe(
    multipart(
      '\r\nContent-Transfer-Encoding: 8bit',
      'Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KAC0tYg==',
      'Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n' +
        'Subject: in\r\nContent-Transfer-Encoding: base64\r\n\r\nAA==',
    ),
  );
});

it('long parts in lines of 76', () => {
  const body = '\0'.repeat(100);
  const converted = convert(`Content-Transfer-Encoding: binary\r\n\r\n${body}`) ?? '';
  const [, text = ''] = converted.split('\r\n\r\n');
  expect(Math.max(...text.split('\r\n').map((line) => line.length))).toBe(76);
  expect(Buffer.from(text, 'base64').toString('latin1')).toBe(body);
});
