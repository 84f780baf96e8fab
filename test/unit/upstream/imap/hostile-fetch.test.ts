// What a broken or hostile server may send for a FETCH: the connector answers with an UpstreamError or with what can be
// saved, in bounded memory and time, and never with an unhandled rejection or a hang.
import { describe, expect, test } from 'vitest';
import { asUpstreamUid } from '../../../../src/mail/ids.js';
import type { HeaderRow, ListingRow, UpstreamSession } from '../../../../src/upstream/connector.js';
import { bodiesOf, EVERYTHING, gather, refusalOf } from '../../../contract/contract-support.js';
import type { Script } from '../../../support/scripted-server.js';
import { cutAfter, selected } from './scripted-session.js';

const LISTED = 'FLAGS (\\Seen) INTERNALDATE " 1-Jan-2026 00:00:00 +0000" RFC822.SIZE 10';
const row = (seq: number, uid: number | string): string => `* ${seq} FETCH (UID ${uid} ${LISTED})\r\n`;
const listing = (session: UpstreamSession): Promise<ListingRow[]> =>
  gather((onBatch) => session.fetchListing(EVERYTHING, onBatch));

describe('FETCH', () => {
  const salvaged: [string, string, number[]][] = [
    ['garbage lines between', `* garbage ( { \r\n\u00ff\u00fe\r\n${row(1, 1)}* \r\n*\r\n)(\r\n${row(2, 2)}`, [1, 2]],
    ['a FETCH without UID', `* 1 FETCH (${LISTED})\r\n${row(2, 2)}`, [2]],
    [
      'UIDs that are none',
      `${row(1, 0)}${row(1, -5)}${row(1, 'x')}${row(1, 99999999999)}${row(1, 4294967296)}${row(2, 2)}`,
      [2],
    ],
    [
      'EXISTS of four billion, and less than nothing',
      `* 4294967295 EXISTS\r\n* -1 EXISTS\r\n* 0 EXPUNGE\r\n* 99999999999999999999 EXISTS\r\n${row(1, 1)}`,
      [1],
    ],
    [
      'NIL for everything',
      `* 1 FETCH NIL\r\n* 2 FETCH (NIL NIL)\r\n* 3 FETCH (UID NIL FLAGS NIL)\r\n* 4 FETCH (UID 4 FLAGS NIL INTERNALDATE NIL RFC822.SIZE NIL)\r\n`,
      [4],
    ],
    ['items that do not pair up', `* 1 FETCH (UID 1 FLAGS)\r\n* 2 FETCH ()\r\n* 3 FETCH (UID)\r\n${row(4, 4)}`, [4]],
    [
      'other items, in another order',
      `* 1 FETCH (X-ODD (((("deep")))) RFC822.SIZE 5 INTERNALDATE "1-Jan-2026 00:00:00 +0000" FLAGS () UID 1)\r\n`,
      [1],
    ],
    ['NO for a message that is gone', `${row(1, 1)}{tag} NO [EXPUNGEISSUED] some are gone\r\n`, [1]],
    [
      'nested beyond reason',
      `* 1 FETCH (UID 1 ${LISTED} BODYSTRUCTURE ${'('.repeat(5000)}${')'.repeat(5000)})\r\n`,
      [1],
    ],
  ];
  test.each(salvaged)('%s', async (_what, text, uids) => {
    const { session } = await selected({ 'UID FETCH': text.includes('{tag}') ? text : `${text}{tag} OK done\r\n` });
    expect((await listing(session)).map(({ uid }) => uid)).toEqual(uids);
    expect((await session.select(['INBOX'])).exists).toBe(3);
  });

  const fatal: [string, Script | string][] = [
    ['a literal larger than any we take', `* 1 FETCH (UID 1 BODY[] {99999999999}\r\n`],
    ['a literal whose size is no number we know', `* 1 FETCH (UID 1 BODY[] {${'9'.repeat(400)}}\r\n`],
    ['a cut in the middle of a literal', cutAfter('* 1 FETCH (UID 1 BODY[] {1000}\r\nabc', 20)],
    ['silence', () => undefined],
    ['silence in the middle of a literal', '* 1 FETCH (UID 1 BODY[] {1000}\r\nabc'],
    ['a BYE', '* BYE Connection closed. 14\r\n'],
    ['a flood of tokens', `* 1 FETCH (UID 1 ${'NIL '.repeat(300_000)})\r\n{tag} OK done\r\n`],
  ];
  test.each(fatal)('%s ends the connection, not the process', async (_what, script) => {
    const { session } = await selected({ 'UID FETCH': script });
    expect(await refusalOf(bodiesOf(session, [1]))).toMatchObject({ kind: 'transient' });
    await session.closed;
    expect(await refusalOf(session.uids())).toMatchObject({ kind: 'transient' });
  });

  test('a slow server that goes on is not given up', async () => {
    const piece = 'x'.repeat(50);
    const { session } = await selected({
      'UID FETCH': ({ write }) => {
        write('* 1 FETCH (UID 1 BODY[]<0> {500}\r\n');
        let sent = 0;
        const timer = setInterval(() => {
          write(piece);
          sent += 1;
          if (sent < 10) return;
          clearInterval(timer);
          write(')\r\n{tag} OK done\r\n');
        }, 80);
      },
    });
    expect((await bodiesOf(session, [1])).get(asUpstreamUid(1))).toBe(piece.repeat(10));
  });

  test('a slow consumer is not held against the server', async () => {
    const { session } = await selected({
      'UID FETCH': `${Array.from({ length: 1200 }, (_, i) => row(i + 1, i + 1)).join('')}{tag} OK done\r\n`,
    });
    let rows = 0;
    await session.fetchListing(EVERYTHING, async (batch) => {
      rows += batch.length;
      await new Promise((resolve) => setTimeout(resolve, 500));
    });
    expect(rows).toBe(1200);
  });

  test('keeps 8-bit bytes of a structure and a header as they came, and drops a broken structure', async () => {
    const gbk = '\u00d6\u00d0\u00ce\u00c4';
    const structures: [string, string | undefined][] = [
      [
        `("TEXT" "PLAIN" ("NAME" "${gbk}") NIL NIL "8BIT" 4 1)`,
        `("TEXT" "PLAIN" ("NAME" {4}\r\n${gbk}) NIL NIL "8BIT" 4 1)`,
      ],
      ['("TEXT" "PLAIN" NIL NIL NIL NIL 4 -1)', '("TEXT" "PLAIN" NIL NIL NIL "7BIT" 4 0)'],
      ['NIL', undefined],
      ['"TEXT"', undefined],
    ];
    const lines = structures.map(
      ([text], i) =>
        `* ${i + 1} FETCH (UID ${i + 1} ${LISTED} BODYSTRUCTURE ${text} BODY[HEADER.FIELDS (SUBJECT)] {15}\r\nSubject: ${gbk}\r\n)\r\n`,
    );
    const { session } = await selected({ 'UID FETCH': `${lines.join('')}{tag} OK done\r\n` });
    const rows = await gather<HeaderRow>((onBatch) => session.fetchHeaders(EVERYTHING, onBatch));
    expect(rows.map(({ bodyStructure }) => bodyStructure)).toEqual(structures.map(([, written]) => written));
    expect(rows.map(({ headers }) => headers)).toEqual(structures.map(() => `Subject: ${gbk}\r\n\r\n`));
  });

  test('a message for which there is only OK, or NIL, has no body', async () => {
    const { session } = await selected({
      'UID FETCH 1': '{tag} OK done\r\n',
      'UID FETCH 2': '* 2 FETCH (UID 2 BODY[] NIL)\r\n{tag} OK done\r\n',
    });
    expect(await bodiesOf(session, [1])).toEqual(new Map());
    expect(await bodiesOf(session, [2])).toEqual(new Map());
  });
});
