// Mail that is broken in every way it can be: served as it is, in answers that every client can read (DESIGN §2.5).
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BROKEN } from '../support/broken-messages.js';
import { type Harness, startHarness } from '../support/harness.js';
import type { ImapClient } from '../support/imap-client.js';
import { checkEnvelope, checkStructure, fetchAnswers, type Value } from '../support/imap-grammar.js';

let harness: Harness;
let client: ImapClient;

beforeAll(async () => {
  harness = await startHarness({
    accounts: [{ name: 'QQ' }],
    prepare: (fake) => {
      BROKEN.forEach(([, bytes], i) => {
        fake('QQ').deliver('INBOX', Buffer.from(bytes, 'latin1'), { internalDate: 1_700_000_000 + i });
      });
    },
  });
  client = await harness.login();
  await client.ok('SELECT INBOX');
});
afterAll(() => harness[Symbol.asyncDispose]());

const fetched = async (set: string, items: string): Promise<Map<number, Map<string, Value>>> =>
  fetchAnswers((await client.ok(`FETCH ${set} ${items}`)).map((line) => `${line}\r\n`).join(''));
const withoutNul = (bytes: string): string => bytes.replaceAll('\0', '\x80');

describe('listing', () => {
  it('all are there, with envelope and structure', async () => {
    const answers = await fetched('1:*', '(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY)');
    expect(answers.size).toBe(BROKEN.length);
    for (const [seq, items] of answers) {
      checkEnvelope(items.get('ENVELOPE'));
      checkStructure(items.get('BODYSTRUCTURE'), true);
      checkStructure(items.get('BODY'), false);
      expect(items.get('RFC822.SIZE')).toBe(BROKEN[seq - 1]?.[1].length);
    }
  });

  it('header fields, from the index and from the bytes', async () => {
    const answers = await fetched(
      '1:*',
      '(BODY.PEEK[HEADER.FIELDS (SUBJECT FROM DATE)] BODY.PEEK[HEADER.FIELDS (X-A)] BODY.PEEK[HEADER.FIELDS.NOT (SUBJECT)])',
    );
    expect(answers.size).toBe(BROKEN.length);
  });
});

describe.each(BROKEN.map(([name, bytes], i) => [name, bytes, i + 1] as const))('%s', (_, bytes, seq) => {
  it('is served as it is, whole and in pieces', async () => {
    const items = (
      await fetched(
        `${seq}`,
        '(BODY.PEEK[] BODY.PEEK[]<3.7> RFC822.HEADER BODY.PEEK[TEXT] BODY.PEEK[1] BODY.PEEK[1.MIME] BODY.PEEK[1.1] BODY.PEEK[2.1.HEADER])',
      )
    ).get(seq);
    expect(items?.get('BODY[]')).toBe(withoutNul(bytes));
    expect(items?.get('BODY[]<3>')).toBe(withoutNul(bytes.slice(3, 10)));
    expect(`${items?.get('RFC822.HEADER')}${items?.get('BODY[TEXT]')}`).toBe(withoutNul(bytes));
  });
});

describe('searching', () => {
  it.each([
    'TEXT "x"',
    'BODY "x"',
    'SUBJECT "broken"',
    'FROM "a"',
    'HEADER X-A "1"',
    'SENTSINCE 1-Jan-2020',
    'SENTBEFORE 1-Jan-2030',
    'LARGER 10',
    'NOT BODY "zzz"',
  ])('%s', async (key) => {
    const [line] = await client.ok(`SEARCH ${key}`);
    expect(line).toMatch(/^\* SEARCH( \d+)*$/);
  });

  it('finds what a reader would see', async () => {
    const find = async (text: string) => {
      const bytes = Buffer.from(text).toString('latin1');
      const [line = ''] = await client.ok(`SEARCH CHARSET UTF-8 SUBJECT {${bytes.length}+}\r\n${bytes}`);
      return line
        .split(' ')
        .slice(2)
        .map((seq) => BROKEN[Number(seq) - 1]?.[0]);
    };
    expect(await find('你好')).toEqual(['raw UTF-8 in the header', 'raw GB18030 in the header']);
    expect(await find('late')).toEqual(['ten thousand fields']);
  });
});

it('can be copied and moved like any other', async () => {
  expect((await client.command('COPY 1:* Archive')).status).toMatch(/^OK \[COPYUID/);
  await harness.settled();
  expect(harness.fake('QQ').contents('Archive').length).toBe(BROKEN.length);
});
