// Switches of quirks.ts that concern messages, uids and what is shown of them, over a raw socket: each on, and off.
import { createTransport } from 'nodemailer';
import { describe, expect, test } from 'vitest';
import type { Quirks } from '../../../src/demo/index.js';
import { NO_QUIRKS } from '../../../src/demo/quirks.js';
import { letter, lineOf, runDemo } from './demo-server.js';

async function demoWith(quirks: Partial<Quirks>, messages = 3) {
  const demo = await runDemo('fastmail', { ...NO_QUIRKS, ...quirks });
  const client = await demo.login();
  for (let i = 1; i <= messages; i += 1) await client.append('INBOX', letter(`number ${i}`));
  return { ...demo, client };
}

const uidValidityOf = ({ untagged }: { readonly untagged: readonly string[] }) =>
  /UIDVALIDITY (\d+)/.exec(untagged.join('\n'))?.[1];

describe('how many', () => {
  test('selectCap: the newest; STATUS counts all, and what comes is added', async () => {
    const { client, login } = await demoWith({ selectCap: 2 });
    const { untagged } = await client.ok('SELECT INBOX');
    expect(untagged).toContain('* 2 EXISTS');
    expect((await client.ok('UID FETCH 1:* (UID)')).untagged).toEqual(['* 1 FETCH (UID 2)', '* 2 FETCH (UID 3)']);
    expect((await client.ok('STATUS INBOX (MESSAGES)')).untagged).toEqual(['* STATUS "INBOX" (MESSAGES 3)']);
    await (await login()).append('INBOX', letter('one more'));
    expect((await client.ok('NOOP')).untagged).toContain('* 3 EXISTS');
    expect((await (await demoWith({})).client.ok('SELECT INBOX')).untagged).toContain('* 3 EXISTS');
  });

  test('messageLimit: the last ones, with a code, but for COPY', async () => {
    const { client } = await demoWith({ messageLimit: 2 });
    await client.ok('SELECT INBOX');
    const code = '[MESSAGELIMIT 2 2]';
    const found = await client.ok('UID SEARCH ALL');
    expect([found.untagged, found.text]).toEqual([['* SEARCH 2 3'], expect.stringContaining(code)]);
    const fetched = await client.ok('FETCH 1:3 (UID)');
    expect([fetched.untagged.length, fetched.text]).toEqual([2, expect.stringContaining(code)]);
    expect((await client.ok('STORE 1:3 +FLAGS.SILENT (\\Seen)')).text).toContain(code);
    expect((await client.ok('UID SEARCH UNSEEN')).untagged).toEqual(['* SEARCH 1']);
    expect((await client.ok('UID COPY 1:3 Archive')).text).toMatch(/^\[COPYUID \d+ 2:3 1:2\]/);
    expect((await client.ok('FETCH 2:3 (UID)')).text).not.toContain('MESSAGELIMIT');
  });

  test('visibleDays: what is older leaves the view, and is back with its uid when the view grows', async () => {
    const { client, hand, login } = await demoWith({ visibleDays: 30 }, 1);
    const tenDaysAgo = new Date(Date.now() - 10 * 86_400_000);
    const [, day = '', month = '', year = ''] = /, (\d+) (\w+) (\d+)/.exec(tenDaysAgo.toUTCString()) ?? [];
    await client.append('INBOX', letter('older'), [], `${day}-${month}-${year} 00:00:00 +0000`);
    await client.append('INBOX', letter('new'));
    await client.ok('SELECT INBOX');
    hand.showDays(5);
    expect((await client.ok('NOOP')).untagged).toContain('* 2 EXPUNGE');
    expect((await client.ok('STATUS INBOX (MESSAGES)')).untagged).toEqual(['* STATUS "INBOX" (MESSAGES 2)']);
    hand.showDays(undefined);
    const other = await login();
    await other.ok('SELECT INBOX');
    const { untagged } = await other.ok('UID FETCH 1:* (UID)');
    expect(untagged.map((line) => /UID (\d+)/.exec(line)?.[1])).toEqual(['1', '2', '3']);
  });
});

describe('uids', () => {
  test.each([
    ['new', 'compact', ['1', '2']],
    ['same', 'compact', ['1', '2']],
    ['new', 'above', ['4', '5']],
    ['same', 'above', ['4', '5']],
  ] as const)('renumberUids at every second SELECT: uidValidity %s, uids %s', async (uidValidity, uids, after) => {
    const { client, login } = await demoWith({ renumberUids: { everySelects: 2, uidValidity, uids } });
    const first = await client.ok('SELECT INBOX');
    await client.ok('STORE 1 +FLAGS (\\Deleted)');
    await client.ok('EXPUNGE');
    const other = await login();
    const second = await other.ok('SELECT INBOX');
    expect(await client.readUntil(/^\* BYE/)).toBe('* BYE Mailbox has been rebuilt');
    expect(uidValidityOf(second) === uidValidityOf(first)).toBe(uidValidity === 'same');
    const { untagged } = await other.ok('FETCH 1:* (UID BODY.PEEK[HEADER.FIELDS (SUBJECT)])');
    expect(untagged.map((line) => /UID (\d+)/.exec(line)?.[1])).toEqual(after);
    expect(untagged.map((line) => /number (\d)/.exec(line)?.[1])).toEqual(['2', '3']);
    expect(lineOf(second, /UIDNEXT/)).toContain(`UIDNEXT ${Number(after[1]) + 1}`);
  });

  test('by hand', async () => {
    const { client, hand } = await demoWith({});
    hand.renumber('INBOX', { uidValidity: 'same', uids: 'above' });
    await client.ok('SELECT INBOX');
    expect((await client.ok('UID SEARCH ALL')).untagged).toEqual(['* SEARCH 4 5 6']);
  });

  test('permutedCopyuid: of several messages only', async () => {
    const { client } = await demoWith({ permutedCopyuid: true });
    await client.ok('SELECT INBOX');
    expect((await client.ok('COPY 1:3 Archive')).text).toMatch(/^\[COPYUID \d+ 1:3 2:3,1\]/);
    expect((await client.ok('COPY 1 Archive')).text).toMatch(/^\[COPYUID \d+ 1 4\]/);
    const usual = await demoWith({});
    await usual.client.ok('SELECT INBOX');
    expect((await usual.client.ok('COPY 1:3 Archive')).text).toMatch(/^\[COPYUID \d+ 1:3 1:3\]/);
  });

  test.each([
    [false, '1,3'],
    [true, '1:3'],
  ])('malformedVanished %s: VANISHED %s where 2 is still there', async (malformedVanished, set) => {
    const { client, login } = await demoWith({ malformedVanished });
    await client.ok('ENABLE QRESYNC');
    const selected = await client.ok('SELECT INBOX');
    const modseq = /HIGHESTMODSEQ (\d+)/.exec(selected.untagged.join())?.[1];
    await client.ok('STORE 1,3 +FLAGS.SILENT (\\Deleted)');
    expect((await client.ok('EXPUNGE')).untagged).toEqual([`* VANISHED ${set}`]);
    const other = await login();
    await other.ok('ENABLE QRESYNC');
    const resynced = await other.ok(`SELECT INBOX (QRESYNC (${uidValidityOf(selected)} ${modseq} 1:3))`);
    expect(lineOf(resynced, /VANISHED/)).toBe(`* VANISHED (EARLIER) ${set}`);
    const fetched = await other.ok(`UID FETCH 1:3 (FLAGS) (CHANGEDSINCE ${modseq} VANISHED)`);
    expect(fetched.untagged).toEqual([`* VANISHED (EARLIER) ${set}`]);
  });
});

describe('answers', () => {
  test('esearchCountsOnly', async () => {
    const { client } = await demoWith({ esearchCountsOnly: true });
    await client.ok('SELECT INBOX');
    expect(lineOf(await client.ok('SEARCH RETURN (MIN ALL) ALL'), /ESEARCH/)).toMatch(/\) COUNT 3$/);
    expect((await client.ok('SEARCH ALL')).untagged).toEqual(['* SEARCH 1 2 3']);
  });

  test('searchBad with NO', async () => {
    const { client } = await demoWith({ searchBad: { keys: ['HEADER'], text: '[SERVERBUG] x', status: 'NO' } });
    await client.ok('SELECT INBOX');
    expect(await client.command('SEARCH HEADER A b')).toMatchObject({ status: 'NO', text: '[SERVERBUG] x' });
  });

  test('peekReturnsNothing', async () => {
    const { client } = await demoWith({ peekReturnsNothing: [2] });
    await client.ok('SELECT INBOX');
    expect((await client.ok('UID FETCH 1:3 (BODY.PEEK[])')).untagged.length).toBe(2);
    expect((await client.ok('UID FETCH 2 (FLAGS)')).untagged.length).toBe(1);
    const read = (await client.ok('UID FETCH 2 (BODY[])')).untagged.join();
    expect(read).toContain('Retrieval using the IMAP4 protocol failed for the following message: 2');
    expect(read).not.toContain('number 2');
  });

  test('rewritesAppend', async () => {
    const given = Buffer.from('Subject: a\r\nX-Mine: 1\r\n folded\r\nFrom: a@b.test\r\n\r\nbody\r\n');
    const { client } = await demoWith({ rewritesAppend: true }, 0);
    await client.append('INBOX', given);
    expect((await client.messages('INBOX'))[0]?.body).toBe(
      'Subject: a\r\nFrom: a@b.test\r\nX-MS-Has-Attach:\r\n\r\nbody\r\n',
    );
    const usual = await demoWith({}, 0);
    await usual.client.append('INBOX', given);
    expect((await usual.client.messages('INBOX'))[0]?.body).toBe(given.toString());
  });

  test('autoTrashDisconnect: done, and not answered', async () => {
    const { client, login } = await demoWith({ autoTrashDisconnect: true });
    await client.ok('SELECT INBOX');
    await client.ok('UID MOVE 1 Archive');
    await expect(client.command('UID MOVE 2 Trash')).rejects.toThrow('closed the connection');
    const other = await login();
    expect((await other.messages('Trash')).map(({ body }) => /number (\d)/.exec(body)?.[1])).toEqual(['2']);
    expect((await other.messages('INBOX')).map(({ uid }) => uid)).toEqual([3]);
  });

  test('savesSentAfterMs', async () => {
    const { access, client } = await demoWith({ savesSent: 'asItIs', savesSentAfterMs: 1_500 }, 0);
    const { address, password: pass, smtpPort: port } = access;
    const transport = createTransport({ host: '127.0.0.1', port, ignoreTLS: true, auth: { user: address, pass } });
    await transport.sendMail({ from: address, to: 'x@y.test', subject: 'sent', text: 'x' });
    const count = async () => (await client.ok('STATUS Sent (MESSAGES)')).untagged[0];
    expect(await count()).toBe('* STATUS "Sent" (MESSAGES 0)');
    await expect.poll(count, { timeout: 5_000 }).toBe('* STATUS "Sent" (MESSAGES 1)');
  });
});
