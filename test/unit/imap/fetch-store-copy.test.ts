// STORE, COPY and MOVE over the same small mailbox as the FETCH tests.
import { describe, expect, it } from 'vitest';
import { copyUidCode } from '../../../src/imap/commands/copy.js';
import { BadCommandError } from '../../../src/imap/errors.js';
import { SystemFlag } from '../../../src/mail/flags.js';
import { asUid } from '../../../src/mail/ids.js';
import { fakeMailbox } from './fetch-fake.js';

const { Seen, Flagged } = SystemFlag;
const two = () =>
  fakeMailbox([
    { uid: 10, system: Seen },
    { uid: 20, system: 0, keywords: ['x'] },
  ]);
const GONE = { code: 'EXPUNGEISSUED', text: 'some of the messages no longer exist' };

describe('STORE', () => {
  it.each<[string, string]>([
    ['STORE 1:2 +FLAGS (\\Flagged)', '* 1 FETCH (FLAGS (\\Flagged \\Seen))\r\n* 2 FETCH (FLAGS (\\Flagged x))\r\n'],
    ['STORE 1 flags \\Flagged', '* 1 FETCH (FLAGS (\\Flagged))\r\n'],
    ['STORE 2 FLAGS ()', '* 2 FETCH (FLAGS ())\r\n'],
    ['STORE 2 -FLAGS (x)', '* 2 FETCH (FLAGS ())\r\n'],
    ['STORE 2 +Flags \\Seen y', '* 2 FETCH (FLAGS (\\Seen x y))\r\n'],
    ['UID STORE 20 +FLAGS (\\Seen)', '* 2 FETCH (UID 20 FLAGS (\\Seen x))\r\n'],
    ['UID STORE 1:* +FLAGS.SILENT (\\Seen)', ''],
    ['UID STORE 15 +FLAGS (\\Seen)', ''],
    ['STORE 1 +FLAGS (\\Seen)', '* 1 FETCH (FLAGS (\\Seen))\r\n'],
  ])('%s', async (command, expected) => {
    const { text, completion } = await two().select().run(command);
    expect(text).toBe(expected);
    expect(completion).toBeUndefined();
  });

  it('is one change for the whole set', async () => {
    const mailbox = two();
    await mailbox.select().run('STORE 1:* -FLAGS.SILENT (\\Seen \\FLAGGED kw)');
    expect(mailbox.stores).toEqual([
      {
        uids: [
          [10, 10],
          [20, 20],
        ],
        operation: 'remove',
        flags: { system: Seen | Flagged, keywords: ['kw'] },
      },
    ]);
  });

  it.each([
    '1',
    '1 FLAGS',
    '1 FLAGS ',
    '1 xFLAGS (a)',
    '1 +-FLAGS (a)',
    '1 FLAGS.LOUD (a)',
    '1 +FLAGS (\\Recent)',
    '1 +FLAGS (\\Bogus)',
    '1 +FLAGS (\\*)',
    '1 +FLAGS \\Recent',
    '1 +FLAGS (a',
    '1 +FLAGS "a"',
    '1 +FLAGS a]',
    '1 +FLAGS (a) b',
    '0 +FLAGS (a)',
    '3 +FLAGS (a)',
    '1:3 +FLAGS (a)',
    '+FLAGS (a)',
    '1 (UNCHANGEDSINCE) +FLAGS (a)',
    '1 (CHANGEDSINCE 5) +FLAGS (a)',
  ])('refuses %j', async (args) => {
    const mailbox = two();
    await expect(mailbox.select().run(`STORE ${args}`)).rejects.toThrow(BadCommandError);
    expect(mailbox.stores).toEqual([]);
  });

  it('does what it can when some messages are gone', async () => {
    const mailbox = two();
    const client = mailbox.select();
    mailbox.messages.shift();
    expect(await client.run('STORE 1:2 +FLAGS (\\Seen)')).toEqual({
      text: '* 2 FETCH (FLAGS (\\Seen x))\r\n',
      completion: GONE,
    });
    expect((await client.run('UID STORE 1:* +FLAGS (\\Seen)')).completion).toBeUndefined();
  });
});

describe('COPY and MOVE', () => {
  const transferred = () =>
    Object.assign(two(), {
      transfer: {
        uidValidity: 9,
        pairs: [
          [asUid(10), asUid(3)],
          [asUid(20), asUid(4)],
        ] as const,
      },
    });

  it('COPY tells COPYUID in its tagged answer', async () => {
    const mailbox = transferred();
    const { text, completion } = await mailbox.select().run('COPY 1:2 Archive');
    expect(text).toBe('');
    expect(completion).toEqual({ code: 'COPYUID 9 10,20 3:4' });
    expect(mailbox.calls).toEqual(['copy [[10,10],[20,20]] Archive']);
  });

  it('MOVE tells it untagged, before any EXPUNGE', async () => {
    const mailbox = transferred();
    const { text, completion } = await mailbox.select().run('UID MOVE 1:* "&U,BTFw-"');
    expect(text).toBe('* OK [COPYUID 9 10,20 3:4] moved\r\n');
    expect(completion).toBeUndefined();
    expect(mailbox.calls).toEqual(['move [[10,10],[20,20]] 台北']);
  });

  it.each(['UID COPY 11:19 Archive', 'UID MOVE 99 Archive'])('%s has nothing to do', async (command) => {
    const mailbox = transferred();
    expect((await mailbox.select().run(command)).completion).toEqual({ text: 'no messages found' });
    expect(mailbox.calls).toEqual([]);
  });

  it('COPY of a message that is gone copies nothing; MOVE takes the others', async () => {
    const mailbox = transferred();
    const client = mailbox.select();
    mailbox.messages.shift();
    await expect(client.run('COPY 1:2 Archive')).rejects.toMatchObject({ code: 'EXPUNGEISSUED' });
    expect(mailbox.calls).toEqual([]);
    expect((await client.run('MOVE 1:2 Archive')).completion).toEqual(GONE);
    expect(mailbox.calls).toHaveLength(1);
  });

  it.each([
    'COPY 1',
    'COPY 1 ',
    'COPY Archive',
    'COPY 1 Archive x',
    'COPY 0 Archive',
    'COPY 3 Archive',
    'COPY 1 &bad',
    'MOVE 1',
    'MOVE 3 Archive',
  ])('refuses %j', async (command) => {
    await expect(transferred().select().run(command)).rejects.toThrow(BadCommandError);
  });

  it.each<[[number, number][], string | undefined]>([
    [[], undefined],
    [[[1, 5]], 'COPYUID 9 1 5'],
    [
      [
        [1, 5],
        [2, 6],
        [3, 7],
      ],
      'COPYUID 9 1:3 5:7',
    ],
    [
      [
        [1, 6],
        [2, 5],
        [4, 7],
      ],
      'COPYUID 9 1:2,4 6,5,7',
    ],
    [
      [
        [1, 5],
        [2, 5],
      ],
      'COPYUID 9 1:2 5,5',
    ],
  ])('COPYUID of %j pairs by position', (pairs, expected) => {
    expect(copyUidCode({ uidValidity: 9, pairs: pairs.map(([a, b]) => [asUid(a), asUid(b)] as const) })).toBe(expected);
  });
});
