// Every switch of quirks.ts, on and off.
import { describe, expect, test } from 'vitest';
import type { Quirks } from '../../../src/demo/index.js';
import { NO_QUIRKS } from '../../../src/demo/quirks.js';
import { letter, lineOf, runDemo } from './demo-server.js';

/** QQ's lines with other behaviour. */
async function clientWith(quirks: Partial<Quirks>, messages = 3) {
  const demo = await runDemo('qq', { ...NO_QUIRKS, ...quirks });
  const client = await demo.login();
  for (let i = 1; i <= messages; i += 1) await client.append('INBOX', letter(`number ${i}`));
  return client;
}

describe('sets and lines', () => {
  const sets = ['3:1', '2,1', '3,1:2', '5:*'];
  test.each(sets)('a set that does not ascend: %s', async (set) => {
    const strict = await clientWith({ ascendingSetsOnly: 'UID parameters!' });
    await strict.ok('SELECT INBOX');
    expect(await strict.command(`UID FETCH ${set} (FLAGS)`)).toMatchObject({ status: 'BAD', text: 'UID parameters!' });
    expect((await strict.ok('UID FETCH 1:2,3:* (FLAGS)')).untagged.length).toBe(3);
    const lenient = await clientWith({});
    await lenient.ok('SELECT INBOX');
    await lenient.ok(`UID FETCH ${set} (FLAGS)`);
  });

  test('a long line is dropped without an answer', async () => {
    const client = await clientWith({ dropLongLines: 500 });
    client.send(`L1 NOOP ${'x'.repeat(600)}`);
    client.send('L2 NOOP');
    expect(await client.read()).toMatch(/^L2 OK/);
  });

  test('a long line is refused', async () => {
    const client = await clientWith({ refuseLongLines: { bytes: 500, text: 'Command Argument Error. 11' } });
    const refused = await client.command(`NOOP ${'x'.repeat(600)}`);
    expect(refused).toMatchObject({ status: 'BAD', text: 'Command Argument Error. 11' });
    await client.ok('NOOP');
  });
});

describe('SEARCH', () => {
  const searches: [Partial<Quirks>, string, string | undefined][] = [
    [{}, 'SUBJECT "number 2"', '* SEARCH 2'],
    [{}, 'SUBJECT umber', '* SEARCH 1 2 3'],
    [{}, '(SUBJECT "number 2")', '* SEARCH 2'],
    [{ searchIgnoresTexts: true }, 'SUBJECT "number 2"', '* SEARCH 1 2 3'],
    [{ searchIgnoresTexts: true }, 'SUBJECT "number 2" SEEN', '* SEARCH'],
    [{ searchIgnoresGroups: true }, '(SEEN) UNSEEN', '* SEARCH 1 2 3'],
    [{ searchBad: { keys: ['TEXT'], text: 'no' } }, 'TEXT x', undefined],
    [{ searchAsciiOnly: true }, 'CHARSET UTF-8 SUBJECT x', undefined],
    [{}, 'CHARSET UTF-8 SUBJECT x', '* SEARCH'],
    [{ searchWholeWords: true }, 'SUBJECT umber', '* SEARCH'],
    [{ searchWholeWords: true }, 'SUBJECT number', '* SEARCH 1 2 3'],
  ];
  test.each(searches)('%j: %s', async (quirks, criteria, answer) => {
    const client = await clientWith(quirks);
    await client.ok('SELECT INBOX');
    const reply = await client.command(`SEARCH ${criteria}`);
    expect(lineOf(reply, /^\* SEARCH/)).toBe(answer);
    if (answer === undefined) expect(reply.status).toMatch(/BAD|NO/);
  });
});

describe('what is told', () => {
  test('keywords that are not kept', async () => {
    const client = await clientWith({ keepsKeywords: false, keptKeywords: ['$MDNSent'] });
    const selected = await client.ok('SELECT INBOX');
    expect(lineOf(selected, /PERMANENTFLAGS/)).toMatch(/\$MDNSent\)\]/);
    const { untagged } = await client.ok('STORE 1 +FLAGS ($MDNSent Later)');
    expect(untagged).toEqual(['* 1 FETCH (FLAGS ($MDNSent \\Recent))']);
    const keeping = await clientWith({});
    expect(lineOf(await keeping.ok('SELECT INBOX'), /PERMANENTFLAGS/)).toContain('\\*)]');
  });

  test('EXAMINE without PERMANENTFLAGS, codes without texts, UNSEEN as a count', async () => {
    const odd = await clientWith({
      examineOmitsPermanentFlags: true,
      bareSelectCodes: ['UNSEEN'],
      unseenIsCount: true,
    });
    const { untagged } = await odd.ok('EXAMINE INBOX');
    expect(untagged).toContain('* OK [UNSEEN 3]');
    expect(untagged.join()).not.toContain('PERMANENTFLAGS');
    const plain = await (await clientWith({})).ok('EXAMINE INBOX');
    expect(plain.untagged).toEqual(
      expect.arrayContaining(['* OK [PERMANENTFLAGS ()] Flags permitted.', '* OK [UNSEEN 1] First unseen.']),
    );
  });

  test('STATUS with a space at its end, FETCH in another order, sizes that lie', async () => {
    const odd = await clientWith({ statusTrailingSpace: true, fetchOrderReversed: true, sizeLies: 7 });
    expect((await odd.ok('STATUS INBOX (MESSAGES)')).untagged).toEqual(['* STATUS "INBOX" (MESSAGES 3) ']);
    await odd.ok('SELECT INBOX');
    const size = letter('number 1').byteLength;
    const { untagged } = await odd.ok('FETCH 1 (UID RFC822.SIZE)');
    expect(untagged).toEqual([`* 1 FETCH (RFC822.SIZE ${size + 7} UID 1)`]);
  });

  const lists: [Partial<Quirks>, string][] = [
    [{}, '* LIST (\\HasNoChildren \\Sent) "/" "Sent Messages"'],
    [{ listAttributes: false }, '* LIST (\\HasNoChildren) "/" "Sent Messages"'],
    [{ listUnquoted: true }, '* LIST (\\HasNoChildren \\Drafts) "/" Drafts'],
    [{ listUnquoted: true }, '* LIST (\\HasNoChildren \\Sent) "/" "Sent Messages"'],
    [{ noselect: '\\NoSelect' }, '* LIST (\\HasChildren \\NoSelect) "/" "&UXZO1mWHTvZZOQ-"'],
    [{ inboxName: 'Inbox' }, '* LIST (\\HasNoChildren) "/" "Inbox"'],
  ];
  test.each(lists)('LIST with %j', async (quirks, line) => {
    const client = await clientWith(quirks, 0);
    expect((await client.ok('LIST "" "*"')).untagged).toContain(line);
  });

  test('a reserved name', async () => {
    const client = await clientWith({ reservedNames: { names: ['Files'], text: 'Folder name is reserved' } }, 0);
    expect(await client.command('CREATE Files')).toMatchObject({ status: 'NO', text: 'Folder name is reserved' });
    await client.ok('CREATE Filed');
  });
});
