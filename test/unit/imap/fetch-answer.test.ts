import { describe, expect, it } from 'vitest';
import { ByeError } from '../../../src/imap/errors.js';
import { UpstreamError } from '../../../src/mail/errors.js';
import { SystemFlag } from '../../../src/mail/flags.js';
import { type FakeMessage, fakeMailbox } from './fetch-fake.js';

const lines = (...parts: string[]) => parts.join('\r\n');
const SIMPLE = lines('From: a@example.com', 'Subject: hello', '', 'bo\0dy', '');
const HEADERS = lines('From: a@example.com', 'Subject: hello', '', '');
const NESTED = lines(
  ...[
    'Subject: outer',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'one',
    '--b',
  ],
  ...['Content-Type: message/rfc822', '', 'Subject: inner', 'To: x@example.com', '', 'inner text', '--b--', ''],
);
const ENVELOPE = '(NIL "hello" NIL NIL NIL NIL NIL NIL NIL NIL)';
const STRUCTURE = '("text" "plain" NIL NIL NIL "7bit" 7 1 NIL NIL NIL NIL)';

const simple = (uid: number, more: Partial<FakeMessage> = {}): FakeMessage => ({
  uid,
  row: { internalDate: 0, sizeBytes: 44, envelope: ENVELOPE, bodyStructure: STRUCTURE, headers: HEADERS },
  body: SIMPLE,
  ...more,
});
const three = () => fakeMailbox([simple(5), simple(7, { keywords: ['$Work'] }), { uid: 9, body: NESTED }]);

describe('FETCH from the index', () => {
  it.each<[string, string]>([
    ['FETCH 1 (UID FLAGS)', '* 1 FETCH (UID 5 FLAGS (\\Seen))\r\n'],
    ['FETCH 1:2 FLAGS', '* 1 FETCH (FLAGS (\\Seen))\r\n* 2 FETCH (FLAGS (\\Seen $Work))\r\n'],
    ['UID FETCH 7 FLAGS', '* 2 FETCH (UID 7 FLAGS (\\Seen $Work))\r\n'],
    ['UID FETCH 7 (FLAGS UID)', '* 2 FETCH (FLAGS (\\Seen $Work) UID 7)\r\n'],
    ['UID FETCH 8:* UID', '* 3 FETCH (UID 9)\r\n'],
    ['UID FETCH 100:* UID', '* 3 FETCH (UID 9)\r\n'],
    ['UID FETCH 1:4,6,8 UID', ''],
    ['FETCH 1 FAST', '* 1 FETCH (FLAGS (\\Seen) INTERNALDATE "01-Jan-1970 00:00:00 +0000" RFC822.SIZE 44)\r\n'],
    ['FETCH 3 SAVEDATE', '* 3 FETCH (SAVEDATE NIL)\r\n'],
    ['FETCH 1 (RFC822.SIZE ENVELOPE)', `* 1 FETCH (RFC822.SIZE 44 ENVELOPE ${ENVELOPE})\r\n`],
    ['FETCH 1 BODYSTRUCTURE', `* 1 FETCH (BODYSTRUCTURE ${STRUCTURE})\r\n`],
    ['FETCH 1 BODY', '* 1 FETCH (BODY ("text" "plain" NIL NIL NIL "7bit" 7 1))\r\n'],
    ['FETCH 1 BODY.PEEK[HEADER.FIELDS (subject X-None)]', 'b'],
    [
      'FETCH 1 BODY.PEEK[HEADER.FIELDS (subject To)]',
      '* 1 FETCH (BODY[HEADER.FIELDS (SUBJECT TO)] {18}\r\nSubject: hello\r\n\r\n)\r\n',
    ],
    ['FETCH 1 BODY.PEEK[HEADER.FIELDS (subject)]<3.4>', '* 1 FETCH (BODY[HEADER.FIELDS (SUBJECT)]<3> {4}\r\nject)\r\n'],
  ])('%s', async (command, expected) => {
    const mailbox = three();
    const { text, completion } = await mailbox.select().run(command);
    expect(completion).toBeUndefined();
    if (expected === 'b') expect(mailbox.calls).toEqual(['bodies']);
    else {
      expect(text).toBe(expected);
      expect(mailbox.calls).not.toContain('bodies');
    }
  });

  it('asks for no rows when uid and flags are enough', async () => {
    const mailbox = three();
    await mailbox.select().run('FETCH 1:* (UID FLAGS)');
    expect(mailbox.calls).toEqual([]);
  });

  it('keeps the grammar when the index has nothing', async () => {
    const { text } = await fakeMailbox([{ uid: 1, row: { headers: 'Subject: a\0b\r\n\r\n' } }])
      .select()
      .run('FETCH 1 (ENVELOPE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (SUBJECT)])');
    expect(text).toContain('ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)');
    expect(text).toContain('BODYSTRUCTURE ("text" "plain"');
    expect(text).toContain('{16}\r\nSubject: a\x80b\r\n\r\n');
  });

  it('leaves out what is gone: NO for sequence numbers, OK for uids', async () => {
    const mailbox = three();
    const client = mailbox.select();
    mailbox.messages.splice(1, 1);
    const gone = { isNo: true, code: 'EXPUNGEISSUED', text: 'some of the messages no longer exist' };
    for (const items of ['FLAGS', '(UID RFC822.SIZE)', 'BODY.PEEK[]']) {
      const { text, completion } = await client.run(`FETCH 1:3 ${items}`);
      expect(completion).toEqual(gone);
      expect(text.match(/^\* \d FETCH/gm)).toEqual(['* 1 FETCH', '* 3 FETCH']);
      expect((await client.run(`UID FETCH 1:* ${items}`)).completion).toBeUndefined();
    }
  });

  it('still tells the uid of what is gone: the client has been told it once', async () => {
    const mailbox = three();
    const client = mailbox.select();
    mailbox.messages.splice(1, 1);
    const { text, completion } = await client.run('FETCH 2 UID');
    expect(text).toBe('* 2 FETCH (UID 7)\r\n');
    expect(completion).toBeUndefined();
  });

  it('refuses a sequence number that is not there', async () => {
    await expect(three().select().run('FETCH 4 FLAGS')).rejects.toThrow('no message');
    await expect(fakeMailbox([]).select().run('FETCH 1:* FLAGS')).rejects.toThrow('no message');
  });
});

describe('FETCH of bodies', () => {
  const clean = SIMPLE.replace('\0', '\x80');
  it.each<[string, string]>([
    ['FETCH 1 BODY.PEEK[]', `BODY[] {${clean.length}}\r\n${clean}`],
    ['FETCH 1 RFC822', `RFC822 {${clean.length}}\r\n${clean}`],
    ['FETCH 1 BODY.PEEK[]<3.5>', `BODY[]<3> {5}\r\n${clean.slice(3, 8)}`],
    ['FETCH 1 BODY.PEEK[]<40.99999>', `BODY[]<40> {${clean.length - 40}}\r\n${clean.slice(40)}`],
    ['FETCH 1 BODY.PEEK[]<1000.5>', 'BODY[]<1000> {0}\r\n'],
    ['FETCH 1 BODY.PEEK[HEADER]', `BODY[HEADER] {${HEADERS.length}}\r\n${HEADERS}`],
    ['FETCH 1 BODY.PEEK[HEADER]<6.4>', `BODY[HEADER]<6> {4}\r\n${HEADERS.slice(6, 10)}`],
    ['FETCH 1 RFC822.TEXT', 'RFC822.TEXT {7}\r\nbo\x80dy\r\n'],
    ['FETCH 1 BODY.PEEK[1]', 'BODY[1] {7}\r\nbo\x80dy\r\n'],
    ['FETCH 1 BODY.PEEK[9]', 'BODY[9] NIL'],
    ['FETCH 1 BODY.PEEK[9]<0.5>', 'BODY[9]<0> NIL'],
    ['FETCH 1 BODY.PEEK[1.HEADER]', 'BODY[1.HEADER] NIL'],
    ['FETCH 1 BODY.PEEK[9.HEADER.FIELDS (TO)]', 'BODY[9.HEADER.FIELDS (TO)] NIL'],
    ['FETCH 1 BODY.PEEK[HEADER.FIELDS.NOT (FROM)]', 'BODY[HEADER.FIELDS.NOT (FROM)] {18}\r\nSubject: hello\r\n\r\n'],
    ['FETCH 1 BODY.PEEK[HEADER.FIELDS (X-NONE)]', 'BODY[HEADER.FIELDS (X-NONE)] {2}\r\n\r\n'],
    ['FETCH 3 BODY.PEEK[1.MIME]', 'BODY[1.MIME] {28}\r\nContent-Type: text/plain\r\n\r\n'],
    ['FETCH 3 BODY.PEEK[2.HEADER.FIELDS (TO)]', 'BODY[2.HEADER.FIELDS (TO)] {21}\r\nTo: x@example.com\r\n\r\n'],
    ['FETCH 3 BODY.PEEK[2.1]', 'BODY[2.1] {10}\r\ninner text'],
    ['FETCH 3 (BODY.PEEK[1] BODY.PEEK[2.TEXT])', 'BODY[1] {3}\r\none BODY[2.TEXT] {10}\r\ninner text'],
    ['UID FETCH 5 (RFC822.SIZE BODY.PEEK[1]<0.2> FLAGS)', 'UID 5 RFC822.SIZE 44 BODY[1]<0> {2}\r\nbo FLAGS (\\Seen)'],
  ])('%s', async (command, expected) => {
    const mailbox = three();
    const { text } = await mailbox.select().run(command);
    expect(text).toBe(`* ${/\d/.exec(command)?.[0] === '3' ? 3 : 1} FETCH (${expected})\r\n`);
    expect(mailbox.stores).toEqual([]);
  });

  it('streams a large message, without its NULs, and waits for the client', async () => {
    const large = `Subject: large\r\n\r\n${'0123456\0\r\n'.repeat(300_000)}`;
    const mailbox = fakeMailbox([{ uid: 1, body: Buffer.from(large, 'latin1') }]);
    const { text } = await mailbox.select().run('FETCH 1 (BODY.PEEK[]<10.2500000> BODY.PEEK[TEXT]<0.4>)');
    const expected = large.slice(10, 2_500_010).replaceAll('\0', '\x80');
    expect(text === `* 1 FETCH (BODY[]<10> {2500000}\r\n${expected} BODY[TEXT]<0> {4}\r\n0123)\r\n`).toBe(true);
  });

  it('tells the true length, whatever RFC822.SIZE says', async () => {
    const { text } = await fakeMailbox([{ uid: 1, row: { sizeBytes: 999 }, body: 'a: b\r\n\r\n' }])
      .select()
      .run('FETCH 1 (RFC822.SIZE BODY.PEEK[])');
    expect(text).toBe('* 1 FETCH (RFC822.SIZE 999 BODY[] {8}\r\na: b\r\n\r\n)\r\n');
  });

  it('leaves whole answers, and no half one, when a message cannot be had', async () => {
    const unavailable = new UpstreamError('transient', 'gone fishing');
    const broken = { sizeBytes: 10, bytes: () => Promise.reject(unavailable) };
    const mailbox = fakeMailbox([
      simple(1, { system: 0 }),
      { uid: 2, system: 0, body: broken },
      simple(3, { system: 0 }),
    ]);
    const client = mailbox.select();
    await expect(client.run('FETCH 1:3 (BODY[TEXT] UID)')).rejects.toBe(unavailable);
    expect(await client.written()).toBe('* 1 FETCH (FLAGS (\\Seen) BODY[TEXT] {7}\r\nbo\x80dy\r\n UID 1)\r\n');
    // What was given is read; what was not stays unread.
    expect(mailbox.messages.map(({ system }) => system)).toEqual([1, 0, 0]);
  });

  it.each([
    ['fails', () => Promise.reject(new Error('disk'))],
    ['ends early', () => Promise.resolve(Buffer.alloc(1_000_000))],
  ])('ends the connection when a literal under way %s', async (_, next) => {
    const body = {
      sizeBytes: 3_000_000,
      stream: async function* () {
        yield Buffer.alloc(1000, 'x');
        yield await next();
      },
    };
    const client = fakeMailbox([{ uid: 1, body }]).select();
    await expect(client.run('FETCH 1 BODY.PEEK[]')).rejects.toThrow(ByeError);
    expect(await client.written()).toContain('* 1 FETCH (BODY[] {3000000}\r\nxxx');
  });

  it('stops when the client has gone', async () => {
    const mailbox = three();
    const client = mailbox.select();
    client.controller.abort();
    expect((await client.run('FETCH 1:3 BODY.PEEK[]')).text).toBe('');
  });
});

describe('\\Seen', () => {
  const unread = () =>
    fakeMailbox([simple(5, { system: SystemFlag.Flagged, keywords: ['x'] }), simple(7), simple(9, { system: 0 })]);

  it.each<[string, string[]]>([
    [
      'FETCH 1:3 BODY[]<9999.1>',
      [
        '1 FETCH (FLAGS (\\Flagged \\Seen x) BODY[]<9999> {0}',
        '2 FETCH (BODY[]<9999> {0}',
        '3 FETCH (FLAGS (\\Seen) BODY[]<9999> {0}',
      ],
    ],
    [
      'UID FETCH 5,7 BODY[]<9999.1>',
      ['1 FETCH (UID 5 FLAGS (\\Flagged \\Seen x) BODY[]<9999> {0}', '2 FETCH (UID 7 BODY[]<9999> {0}'],
    ],
    ['FETCH 3 (BODY[9] FLAGS)', ['3 FETCH (BODY[9] NIL FLAGS (\\Seen))']],
    ['FETCH 3 (UID RFC822)', [`3 FETCH (UID 9 FLAGS (\\Seen) RFC822 {${SIMPLE.length}}`]],
    ['FETCH 3 RFC822.TEXT', ['3 FETCH (FLAGS (\\Seen) RFC822.TEXT {7}']],
    ['FETCH 3 BODY[HEADER.FIELDS (TO)]', ['3 FETCH (FLAGS (\\Seen) BODY[HEADER.FIELDS (TO)] {2}']],
  ])('%s', async (command, expected) => {
    const mailbox = unread();
    const { text } = await mailbox.select().run(command);
    expect(text.match(/^\* .*$/gm)?.map((line) => line.slice(2).trimEnd())).toEqual(expected);
    // One change for the whole batch.
    expect(mailbox.stores).toHaveLength(1);
    expect(mailbox.stores[0]).toMatchObject({ operation: 'add', flags: { system: SystemFlag.Seen, keywords: [] } });
  });

  it.each(['BODY.PEEK[]', 'RFC822.HEADER', 'BODY.PEEK[HEADER.FIELDS (SUBJECT)]', 'BODYSTRUCTURE'])(
    '%s leaves it alone',
    async (items) => {
      const mailbox = unread();
      const { text } = await mailbox.select().run(`FETCH 1:3 ${items}`);
      expect(text).not.toContain('FLAGS (');
      expect(mailbox.stores).toEqual([]);
    },
  );

  it('is not set in a mailbox opened by EXAMINE', async () => {
    const mailbox = unread();
    for (const items of ['BODY[]', 'BODY[HEADER.FIELDS (SUBJECT)]']) {
      expect((await mailbox.select(true).run(`FETCH 1:3 ${items}`)).text).not.toContain('FLAGS (');
    }
    expect(mailbox.stores).toEqual([]);
  });

  it('is set in pieces for a long list', async () => {
    const mailbox = fakeMailbox(Array.from({ length: 250 }, (_, i) => simple(i + 1, { system: 0 })));
    await mailbox.select().run('FETCH 1:* BODY[TEXT]');
    expect(mailbox.stores.map(({ uids }) => uids)).toEqual([[[1, 100]], [[101, 200]], [[201, 250]]]);
  });
});
