import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadCommandError } from '../../../src/imap/errors.js';
import { textDecoderOf } from '../../../src/imap/search-keys/charset.js';
import { readSearchProgram } from '../../../src/imap/search-keys/index.js';
import { Decoder } from '../../../src/imap/wire/decoder.js';
import { SystemFlag } from '../../../src/mail/flags.js';
import type { SearchCriteria } from '../../../src/mail/search-criteria.js';
import { fakeMailbox } from './fetch-fake.js';

const bytes = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding).toString('latin1');
const literal = (text: string) => `{${text.length}}\r\n${text}`;

/** What a command in a mailbox with uids 10, 20, 30 searches for. */
async function criteriaOf(keys: string): Promise<SearchCriteria> {
  const mailbox = fakeMailbox([{ uid: 10 }, { uid: 20 }, { uid: 30 }]);
  await mailbox.select().run(`SEARCH ${keys}`);
  const [criteria] = mailbox.searched;
  if (!criteria) throw new Error('nothing was searched');
  return criteria;
}

const flag = (bit: number, present = true): SearchCriteria => ({ key: 'systemFlag', bit, present });
const header = (field: string, text: string): SearchCriteria => ({ key: 'header', field, text });
const uids = (...ranges: [number, number][]): SearchCriteria => ({ key: 'uids', ranges });
const SEEN = flag(SystemFlag.Seen);
const ALL: SearchCriteria = { key: 'all' };
const DAY = { year: 2024, month: 2, day: 1 };

describe('SEARCH keys', () => {
  it.each<[string, SearchCriteria]>([
    ['ALL', ALL],
    ['ANSWERED', flag(SystemFlag.Answered)],
    ['UNANSWERED', flag(SystemFlag.Answered, false)],
    ['deleted', flag(SystemFlag.Deleted)],
    ['UNDELETED', flag(SystemFlag.Deleted, false)],
    ['DRAFT', flag(SystemFlag.Draft)],
    ['UNDRAFT', flag(SystemFlag.Draft, false)],
    ['FLAGGED', flag(SystemFlag.Flagged)],
    ['UNFLAGGED', flag(SystemFlag.Flagged, false)],
    ['SEEN', SEEN],
    ['Unseen', flag(SystemFlag.Seen, false)],
    ['RECENT', { key: 'none' }],
    ['NEW', { key: 'none' }],
    ['OLD', ALL],
    ['KEYWORD $Junk', { key: 'keyword', keyword: '$Junk', present: true }],
    ['UNKEYWORD "$Junk"', { key: 'keyword', keyword: '$Junk', present: false }],
    ['FROM alice', header('from', 'alice')],
    ['TO "a b"', header('to', 'a b')],
    ['CC x', header('cc', 'x')],
    ['BCC x', header('bcc', 'x')],
    ['SUBJECT ]x[', header('subject', ']x[')],
    ['SUBJECT ""', header('subject', '')],
    ['HEADER Message-ID <a@example.com>', header('message-id', '<a@example.com>')],
    ['HEADER "X-Spam" ""', header('x-spam', '')],
    ['BODY word', { key: 'body', text: 'word' }],
    ['TEXT word', { key: 'text', text: 'word' }],
    ['BEFORE 1-Feb-2024', { key: 'internalDate', relation: 'before', day: DAY }],
    ['ON "1-feb-2024"', { key: 'internalDate', relation: 'on', day: DAY }],
    ['SINCE 01-FEB-2024', { key: 'internalDate', relation: 'since', day: DAY }],
    ['SENTBEFORE 1-Feb-2024', { key: 'sentDate', relation: 'before', day: DAY }],
    ['SENTON 1-Feb-2024', { key: 'sentDate', relation: 'on', day: DAY }],
    ['SENTSINCE 1-Feb-2024', { key: 'sentDate', relation: 'since', day: DAY }],
    ['SAVEDBEFORE 1-Feb-2024', { key: 'saveDate', relation: 'before', day: DAY }],
    ['SAVEDON 1-Feb-2024', { key: 'saveDate', relation: 'on', day: DAY }],
    ['SAVEDSINCE "1-Feb-2024"', { key: 'saveDate', relation: 'since', day: DAY }],
    ['SAVEDATESUPPORTED', { key: 'all' }],
    ['LARGER 100000', { key: 'larger', sizeBytes: 100_000 }],
    ['SMALLER 0', { key: 'smaller', sizeBytes: 0 }],
    ['1:2', uids([10, 20])],
    ['2', uids([20, 20])],
    ['*', uids([30, 30])],
    ['3:1,2', uids([10, 30])],
    ['1,3', uids([10, 10], [30, 30])],
    ['9', uids()],
    ['9:*', uids([30, 30])],
    ['2:99', uids([20, 30])],
    ['UID 15:25', uids([15, 25])],
    ['UID *', uids([30, 30])],
    ['UID 99:*', uids([30, 30])],
    ['UID 25:4294967295', uids([25, 30])],
    ['UID 31', uids()],
    ['$', uids()],
    ['UID $', uids()],
    ['FUZZY SUBJECT x', { key: 'fuzzy', within: header('subject', 'x') }],
    ['MODSEQ 7', { key: 'modseq', modseq: 7 }],
    ['MODSEQ "/flags/\\\\Draft" all 9223372036854775807', { key: 'modseq', modseq: 2 ** 63 }],
    ['NOT SEEN', { key: 'not', not: SEEN }],
    ['OR SEEN ALL', { key: 'or', either: [SEEN, ALL] }],
    [
      'OR (SEEN ALL) NOT ALL',
      {
        key: 'or',
        either: [
          { key: 'and', all: [SEEN, ALL] },
          { key: 'not', not: ALL },
        ],
      },
    ],
    ['SEEN ALL', { key: 'and', all: [SEEN, ALL] }],
    ['SEEN  ALL ', { key: 'and', all: [SEEN, ALL] }],
    ['(((SEEN)))', SEEN],
    [
      '1:2 NOT (SEEN FROM x)',
      { key: 'and', all: [uids([10, 20]), { key: 'not', not: { key: 'and', all: [SEEN, header('from', 'x')] } }] },
    ],
    ['CHARSET UTF-8 SUBJECT "x"', header('subject', 'x')],
    ['CHARSET us-ascii SUBJECT x', header('subject', 'x')],
    [`CHARSET "UTF-8" SUBJECT ${literal(bytes('你好'))}`, header('subject', '你好')],
    [`SUBJECT ${literal(bytes('你好'))}`, header('subject', '你好')],
    [`charset gb18030 TEXT ${literal('\xc4\xe3\xba\xc3')}`, { key: 'text', text: '你好' }],
    [`CHARSET iso-8859-1 BODY ${literal('\xe9t\xe9')}`, { key: 'body', text: 'été' }],
  ])('%s', async (keys, expected) => {
    expect(await criteriaOf(keys)).toEqual(expected);
  });

  it.each([
    '',
    'FOO',
    'ALL FOO',
    'SEEN,ALL',
    'NOT',
    'OR SEEN',
    'OR',
    '()',
    '(SEEN',
    'SEEN)',
    'SUBJECT',
    'HEADER Subject',
    'HEADER',
    'KEYWORD \\Seen',
    'ON 32-Jan-2024',
    'ON 1-Foo-2024',
    'ON tomorrow',
    'ON 1-Jan-24',
    'LARGER x',
    'LARGER -1',
    'LARGER 99999999999999999999',
    '0',
    '1:0',
    '1,,2',
    'UID',
    'UID x',
    '4294967296',
    'SUBJECT \xe4',
    'SUBJECT "x',
    `SUBJECT {5}\r\nabc`,
    'CHARSET',
    'CHARSET UTF-8',
    'RETURN (MIN ALL',
    'RETURN (MIN)',
    'RETURN (FIRST) ALL',
    'RETURN (PARTIAL) ALL',
    'RETURN (PARTIAL 0:4) ALL',
    'RETURN (PARTIAL 1:*) ALL',
    'RETURN (PARTIAL -1:4) ALL',
    'RETURN (PARTIAL 1:-4) ALL',
    'RETURN (PARTIAL 1) ALL',
    'RETURN (PARTIAL 1:2 ALL) ALL',
    'RETURN (PARTIAL 1:2 PARTIAL 3:4) ALL',
    'RETURN (RELEVANCY) ALL',
    '$,1',
    'UID $:4',
    'OLDER 0',
    'YOUNGER',
    'YOUNGER -1',
    'FUZZY',
    'MODSEQ',
    'MODSEQ 9223372036854775808',
    'MODSEQ "/flags/\\\\Seen" 5',
    'MODSEQ "Seen" all 5',
    `CHARSET UTF-8 SUBJECT ${literal('\xff\xfe')}`,
    `${'('.repeat(60)}ALL${')'.repeat(60)}`,
    `${'NOT '.repeat(60)}ALL`,
  ])('refuses %j', async (keys) => {
    await expect(criteriaOf(keys)).rejects.toThrow(BadCommandError);
  });

  it('reads a long chain of OR, and keeps it shallow', async () => {
    const words = Array.from({ length: 1000 }, (_, i) => `FROM w${i}`);
    const criteria = await criteriaOf(
      `${words
        .slice(0, -1)
        .map((word) => `OR ${word} `)
        .join('')}${words.at(-1)}`,
    );
    const leaves = (node: SearchCriteria): SearchCriteria[] =>
      node.key === 'or' ? node.either.flatMap(leaves) : [node];
    const depth = (node: SearchCriteria): number => (node.key === 'or' ? 1 + Math.max(...node.either.map(depth)) : 0);
    expect(leaves(criteria)).toEqual(words.map((_, i) => header('from', `w${i}`)));
    expect(depth(criteria)).toBeLessThan(12);
  });

  const read = (text: string) => readSearchProgram(new Decoder(text), textDecoderOf(undefined) ?? String).term;

  it.each(['NEW', 'OLD', 'RECENT', 'OR NOT (old) ALL'])('IMAP4rev2 has no %s', (keys) => {
    const term = read(keys);
    expect(() => term({ uidsOf: () => [], now: 0, rev2: true })).toThrow(BadCommandError);
    expect(() => term({ uidsOf: () => [], now: 0, rev2: false })).not.toThrow();
  });

  it('throws nothing but BadCommandError, whatever stands there', () => {
    const word = fc.constantFrom(
      ...[
        '(',
        ')',
        ' ',
        ' ',
        '"',
        '\\',
        '{1}\r\nx',
        '{',
        '\0',
        '\r\n',
        '*',
        ':',
        ',',
        '1',
        '0',
        '\xff',
        '1-Jan-2024',
        'x',
      ],
      ...['OR', 'NOT', 'ALL', 'SEEN', 'FROM', 'HEADER', 'UID', 'ON', 'LARGER', 'KEYWORD', 'CHARSET', 'TEXT'],
    );
    const text = fc.oneof(
      fc.array(word, { maxLength: 30 }).map((words) => words.join('')),
      fc.string({ unit: 'binary', maxLength: 60 }),
    );
    fc.assert(
      fc.property(text, (input) => {
        try {
          read(input)({ uidsOf: () => [], now: 0, rev2: false });
        } catch (error) {
          expect(error).toBeInstanceOf(BadCommandError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['(', 'NOT ', 'OR ALL ', 'OR ', 'ALL ', ' ', '1,', 'OR (ALL '])(
    'takes time in proportion to its length: %j',
    (unit) => {
      const started = performance.now();
      for (const prefix of ['', 'ALL ', 'OR ALL ', '(', 'TEXT "']) {
        try {
          read(prefix + unit.repeat(60_000 / unit.length));
        } catch (error) {
          expect(error).toBeInstanceOf(BadCommandError);
        }
      }
      // Quadratic would take minutes.
      expect(performance.now() - started).toBeLessThan(3_000);
    },
  );
});

describe('SEARCH', () => {
  const mailbox = () => Object.assign(fakeMailbox([{ uid: 10 }, { uid: 20 }, { uid: 30 }]), { hits: [10, 25, 30, 40] });

  it.each([
    ['SEARCH ALL', '* SEARCH 1 3\r\n'],
    ['UID SEARCH ALL', '* SEARCH 10 30\r\n'],
  ])('%s finds only what the client has been told of', async (command, expected) => {
    expect((await mailbox().select().run(command)).text).toBe(expected);
  });

  it('answers an empty result with an empty list', async () => {
    expect((await fakeMailbox([]).select().run('SEARCH 1:* UNSEEN')).text).toBe('* SEARCH\r\n');
  });

  it.each(['x-none', 'base64', '"no such"'])('refuses the charset %s without searching', async (charset) => {
    const made = mailbox();
    const { text, completion } = await made.select().run(`SEARCH CHARSET ${charset} SUBJECT x`);
    expect(text).toBe('');
    expect(completion).toMatchObject({
      isNo: true,
      code: expect.stringMatching(/^BADCHARSET \(US-ASCII UTF-8 [A-Z0-9 _-]+\)$/),
    });
    expect(made.searched).toEqual([]);
  });
});
