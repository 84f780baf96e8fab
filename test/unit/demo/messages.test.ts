// FETCH items, SEARCH keys, APPEND and COPY as a client sees them.
import { expect, test } from 'vitest';
import type { PlainImap } from '../../support/plain-imap.js';
import { letter, lineOf, runDemo } from './demo-server.js';

const multipart = Buffer.from(
  [
    'From: Alice <alice@a.test>',
    'Subject: =?gb18030?B?suLK1A==?=',
    'Date: Fri, 2 Jan 2026 10:00:00 +0000',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain; charset=gb18030',
    'Content-Transfer-Encoding: base64',
    '',
    'suLK1A==',
    '--b',
    'Content-Type: image/png',
    '',
    'xyz',
    '--b--',
    '',
  ].join('\r\n'),
);

async function mailbox(): Promise<PlainImap> {
  const client = await (await runDemo('hotmail')).login();
  await client.append('INBOX', letter('plain one'), ['\\Seen'], ' 1-Jan-2026 12:00:00 +0100');
  await client.append('INBOX', multipart, ['\\Flagged'], '15-Mar-2026 12:00:00 +0000');
  await client.ok('SELECT INBOX');
  return client;
}

const items: [string, RegExp][] = [
  ['FAST', /FLAGS \(\\Flagged \\Recent\)/],
  ['ALL', /ENVELOPE \("Fri, 2 Jan 2026 10:00:00 \+0000" "=\?gb18030\?B\?suLK1A==\?=" /],
  ['FULL', /BODY \(\("text" "plain"/],
  ['INTERNALDATE', /INTERNALDATE "15-Mar-2026 12:00:00 \+0000"/],
  ['BODYSTRUCTURE', /"image" "png" NIL NIL NIL "7bit" 3/],
  ['BODY.PEEK[1]', /BODY\[1\] \{8\}\r\nsuLK1A==/],
  ['BODY.PEEK[2]<1.1>', /BODY\[2\]<1> \{1\}\r\ny/],
  ['BODY.PEEK[1.MIME]', /BODY\[1\.MIME\] \{\d+\}\r\nContent-Type: text\/plain/],
  ['BODY.PEEK[3]', /BODY\[3\] NIL/],
  ['BODY.PEEK[HEADER.FIELDS (date X-None)]', /BODY\[HEADER\.FIELDS \(date X-None\)\] \{40\}\r\nDate: Fri/],
  ['BODY.PEEK[HEADER.FIELDS.NOT (FROM SUBJECT)]', /\{\d+\}\r\nDate: .*\r\nContent-Type: /],
  ['BODY.PEEK[TEXT]', /BODY\[TEXT\] \{\d+\}\r\n--b/],
  ['RFC822.HEADER', /RFC822\.HEADER \{\d+\}\r\nFrom: /],
];
test.each(items)('FETCH 2 %s', async (item, answer) => {
  const client = await mailbox();
  expect((await client.ok(`FETCH 2 ${item}`)).untagged.join('\r\n')).toMatch(answer);
  expect((await client.ok('FETCH 2 FLAGS')).untagged.join()).not.toContain('\\Seen');
});

test.each(['BODY[]', 'RFC822', 'RFC822.TEXT', 'BODY[1]'])('%s marks the message read', async (item) => {
  const client = await mailbox();
  expect((await client.ok(`FETCH 2 ${item}`)).untagged.join()).toMatch(/FLAGS \(\\Flagged \\Seen \\Recent\)/);
});

test.each(['NONSENSE', 'BODY[HEADER.FIELDS]', 'BODY[0]', 'BODY[MIME.1]', '(FLAGS', 'X-GM-MSGID', 'MODSEQ'])(
  'FETCH 1 %s is BAD',
  async (item) => {
    expect(await (await mailbox()).command(`FETCH 1 ${item}`)).toMatchObject({ status: 'BAD' });
  },
);

const keys: [string, string][] = [
  ['ALL', ' 1 2'],
  ['SEEN', ' 1'],
  ['UNSEEN FLAGGED', ' 2'],
  ['NOT SEEN', ' 2'],
  ['OR SEEN FLAGGED', ' 1 2'],
  ['OR (SEEN FLAGGED) SUBJECT plain', ' 1'],
  ['FROM alice TO bob', ' 1'],
  ['HEADER Message-ID ""', ' 1'],
  ['BODY hello', ' 1'],
  ['TEXT Alice', ' 1 2'],
  ['SINCE 2-Jan-2026', ' 2'],
  ['BEFORE 2-Jan-2026', ' 1'],
  ['ON 15-Mar-2026', ' 2'],
  ['SENTON 2-Jan-2026', ' 2'],
  ['SENTSINCE 1-Jan-2026 SENTBEFORE 2-Jan-2026', ' 1'],
  ['LARGER 250', ' 2'],
  ['SMALLER 250', ' 1'],
  ['UID 2:*', ' 2'],
  ['1', ' 1'],
  ['UNDELETED UNDRAFT UNANSWERED', ' 1 2'],
];
test.each(keys)('SEARCH %s', async (criteria, found) => {
  expect((await (await mailbox()).ok(`SEARCH ${criteria}`)).untagged).toEqual([`* SEARCH${found}`]);
});

test('SEARCH reads encoded words and other charsets', async () => {
  const client = await (await runDemo('gmail')).login();
  await client.append('INBOX', multipart);
  await client.ok('SELECT INBOX');
  for (const key of ['SUBJECT', 'BODY', 'TEXT'])
    expect(lineOf(await client.ok(`SEARCH CHARSET UTF-8 ${key} `, Buffer.from('测试')), /SEARCH/)).toBe('* SEARCH 1');
});

test('an APPEND over the limit is refused before its bytes are read', async () => {
  const client = await (await runDemo('gmail')).login();
  client.send('A1 APPEND INBOX {99999999}');
  expect(await client.read()).toMatch(/^A1 NO \[TOOBIG\]/);
  expect(await client.command('APPEND nowhere ', letter('x'))).toMatchObject({
    status: 'NO',
    text: expect.stringContaining('[TRYCREATE]'),
  });
});

test('COPYUID and APPENDUID name the uids', async () => {
  const client = await mailbox();
  const { text } = await client.ok('UID COPY 1:2 Archive');
  expect(text).toMatch(/^\[COPYUID \d+ 1:2 1:2\]/);
  const moved = await client.ok('UID MOVE 2 Archive');
  expect(moved.untagged[0]).toMatch(/^\* OK \[COPYUID \d+ 2 3\]/);
  expect(moved.untagged[1]).toBe('* 2 EXPUNGE');
  expect(await client.append('Archive', letter('y'))).toBe(4);
  expect(await client.command('COPY 1 nowhere')).toMatchObject({ text: expect.stringContaining('[TRYCREATE]') });
});

test('CREATE, RENAME, SUBSCRIBE, LSUB, DELETE; patterns of LIST', async () => {
  const client = await mailbox();
  for (const command of ['CREATE a/b', 'RENAME a/b a/c', 'UNSUBSCRIBE a/c', 'CREATE "&mHl27g-"'])
    await client.ok(command);
  const names = async (command: string) =>
    (await client.ok(command)).untagged.map((line) => / "?([^" ]*)"?$/.exec(line)?.[1]);
  expect(await names('LIST "" "%"')).not.toContain('a/c');
  expect(await names('LIST "" "a/%"')).toEqual(['a/c']);
  expect(await names('LIST "a/" "*"')).toEqual(['a/c']);
  expect(await names('LIST "" "&mHl27g-"')).toEqual(['&mHl27g-']);
  expect(await names('LSUB "" "a*"')).toEqual(['a']);
  await client.ok('DELETE a/c');
  expect(await names('LIST "" "a*"')).toEqual(['a']);
});
