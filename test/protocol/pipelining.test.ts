// Commands sent without waiting (RFC 9051 §5.5): answered in order, each in full, however many come at once.
import { describe, expect, it } from 'vitest';
import { PASSWORD, startHarness, USER } from '../support/harness.js';
import { messageBytes } from '../support/transcript.js';

const withMessages = (count: number) =>
  startHarness({
    accounts: [{ name: 'QQ' }],
    prepare: (fake) => {
      for (let i = 1; i <= count; i++) fake('QQ').deliver('INBOX', messageBytes(`m${i}`));
    },
  });

describe('pipelining', () => {
  it('a hundred commands in one packet', async () => {
    await using harness = await withMessages(100);
    const client = await harness.login();
    await client.ok('SELECT INBOX');
    const commands = Array.from({ length: 100 }, (_, i) => `p${i} FETCH ${i + 1} (UID BODY.PEEK[TEXT])\r\n`);
    client.send(commands.join(''));
    for (let i = 0; i < 100; i++) {
      expect(await client.line()).toBe(
        `* ${i + 1} FETCH (UID ${i + 1} BODY[TEXT] {${`This is m${i + 1}.\r\n`.length}}`,
      );
      expect(await client.line()).toBe(`This is m${i + 1}.`);
      expect(await client.line()).toBe(')');
      expect(await client.line()).toBe(`p${i} OK FETCH completed`);
    }
  });

  it('a hundred changes in one packet: each sees what the ones before it did', async () => {
    await using harness = await withMessages(50);
    const client = await harness.login();
    await client.ok('SELECT INBOX');
    // Every EXPUNGE shifts the numbers: message 1 is another one each time.
    const pair = (i: number) => `s${i} STORE 1 +FLAGS.SILENT (\\Deleted)\r\ne${i} EXPUNGE\r\n`;
    client.send(Array.from({ length: 50 }, (_, i) => pair(i)).join(''));
    for (let i = 0; i < 50; i++) {
      expect(await client.line()).toBe(`s${i} OK STORE completed`);
      expect(await client.line()).toBe('* 1 EXPUNGE');
      expect(await client.line()).toBe(`e${i} OK EXPUNGE completed`);
    }
    await harness.settled();
    expect(harness.fake('QQ').contents('INBOX')).toEqual([]);
  });

  it('half a command behind a whole one: the whole one is answered', async () => {
    await using harness = await withMessages(1);
    const client = await harness.login();
    client.send('h1 NOOP\r\nh2 NO');
    expect(await client.line()).toBe('h1 OK NOOP completed');
    client.send('OP\r\n');
    expect(await client.line()).toBe('h2 OK NOOP completed');
  });

  it('literals, streamed messages, IDLE and what follows, all in one packet', async () => {
    await using harness = await withMessages(1);
    const client = await harness.login();
    client.send(
      [
        'a1 SELECT {5+}\r\nINBOX\r\n',
        'a2 APPEND INBOX (\\Seen) {16+}\r\nSubject: new\r\n\r\n\r\n',
        'a3 IDLE\r\nDONE\r\n',
        'a4 SEARCH SUBJECT {3+}\r\nnew\r\n',
        'a5 LOGOUT\r\n',
      ].join(''),
    );
    const lines: string[] = [];
    for (let line = await client.line(); line !== undefined; line = await client.line()) lines.push(line);
    const tagged = lines.filter((line) => line.startsWith('a'));
    expect(tagged.map((line) => line.slice(0, 5))).toEqual(['a1 OK', 'a2 OK', 'a3 OK', 'a4 OK', 'a5 OK']);
    expect(lines).toContain('* SEARCH 2');
  });

  it('a login in several lines, and messages behind it, all in one packet', async () => {
    await using harness = await withMessages(1);
    const client = await harness.connect();
    await client.greeting();
    const literal = (text: string) => `{${text.length}+}\r\n${text}`;
    client.send(
      [
        `a1 APPEND Drafts ${literal('too early')}\r\n`,
        'a2 AUTHENTICATE LOGIN\r\n',
        `${Buffer.from(USER).toString('base64')}\r\n${Buffer.from(PASSWORD).toString('base64')}\r\n`,
        `a3 APPEND ${literal('Drafts')} (\\Draft) ${literal('X: y\r\n\r\n')} ${literal('X: z\r\n\r\n')}\r\n`,
        `a4 APPEND Drafts CATENATE (URL ${literal('/INBOX/;UID=1/;SECTION=HEADER')} TEXT ${literal('hi')})\r\n`,
        'a5 SELECT Drafts\r\n',
        `a6 REPLACE 3 Drafts ${literal('X: w\r\n\r\n')}\r\n`,
        'a7 LOGOUT\r\n',
      ].join(''),
    );
    const tagged: string[] = [];
    for (let line = await client.line(); line !== undefined; line = await client.line())
      if (line.startsWith('a')) tagged.push(line.slice(0, 6).trim());
    expect(tagged).toEqual(['a1 BAD', 'a2 OK', 'a3 OK', 'a4 OK', 'a5 OK', 'a6 OK', 'a7 OK']);
    await harness.settled();
    expect(harness.fake('QQ').contents(['Drafts'])).toHaveLength(3);
  });

  it('clients that wait for nobody: one busy with a large mailbox holds up no other', async () => {
    await using harness = await withMessages(600);
    const busy = await harness.login();
    const other = await harness.login();
    await busy.ok('SELECT INBOX');
    const tag = busy.start('FETCH 1:* (ENVELOPE BODYSTRUCTURE BODY.PEEK[TEXT])');
    let turns = 0;
    let isDone = false;
    const done = busy.finish(tag).then((answer) => {
      isDone = true;
      return answer;
    });
    while (!isDone) {
      await other.ok('NOOP');
      turns++;
    }
    expect((await done).status).toMatch(/^OK/);
    expect(turns).toBeGreaterThan(5);
  });
});
