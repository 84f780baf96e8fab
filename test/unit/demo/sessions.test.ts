// Several clients of one account: sequence numbers, the time of EXPUNGE, IDLE, \Recent, CONDSTORE.
import { describe, expect, test } from 'vitest';
import type { PlainImap } from '../../support/plain-imap.js';
import { letter, lineOf, runDemo } from './demo-server.js';

async function twoClients(personality: 'qq' | 'gmail' | 'hotmail' = 'qq', messages = 4) {
  const demo = await runDemo(personality);
  const [one, two] = [await demo.login(), await demo.login()];
  for (let i = 1; i <= messages; i += 1) await one.append('INBOX', letter(`number ${i}`));
  for (const client of [one, two]) await client.ok('SELECT INBOX');
  return { one, two, demo };
}

const expunge = async (client: PlainImap, uids: string) => {
  await client.ok(`UID STORE ${uids} +FLAGS.SILENT (\\Deleted)`);
  await client.ok(`UID EXPUNGE ${uids}`);
};

describe('sequence numbers', () => {
  test('EXPUNGE waits while a client counts by them: FETCH, STORE, SEARCH; not with UID forms', async () => {
    const { one, two } = await twoClients();
    await expunge(one, '2');
    expect((await two.ok('FETCH 4 (UID)')).untagged).toEqual(['* 4 FETCH (UID 4)']);
    expect((await two.ok('SEARCH ALL')).untagged).toEqual(['* SEARCH 1 3 4']);
    expect((await two.ok('STORE 3 +FLAGS (\\Seen)')).untagged.join()).not.toContain('EXPUNGE');
    expect(lineOf(await two.ok('UID FETCH 4 (UID)'), /EXPUNGE/)).toBe('* 2 EXPUNGE');
    expect((await two.ok('FETCH 3 (UID)')).untagged).toEqual(['* 3 FETCH (UID 4)']);
  });

  test('several at once are told so that each number is right when it comes', async () => {
    const { one, two } = await twoClients('qq', 6);
    await expunge(one, '1,3:4,6');
    const numbers = (await two.ok('NOOP')).untagged.flatMap((line) => /(\d+) EXPUNGE/.exec(line)?.[1] ?? []);
    const left = [1, 2, 3, 4, 5, 6];
    for (const number of numbers) left.splice(Number(number) - 1, 1);
    expect(left).toEqual([2, 5]);
    expect((await two.ok('UID SEARCH ALL')).untagged).toEqual(['* SEARCH 2 5']);
  });

  test('a number that is not there is BAD; a uid that is not there is nothing', async () => {
    const { one } = await twoClients();
    expect(await one.command('FETCH 5 (FLAGS)')).toMatchObject({ status: 'BAD' });
    expect(await one.ok('UID FETCH 50 (FLAGS)')).toMatchObject({ untagged: [] });
  });

  test('new mail is told with what is gone, and numbered last', async () => {
    const { one, two } = await twoClients();
    await one.append('INBOX', letter('number 5'));
    await expunge(one, '5');
    await one.append('INBOX', letter('number 6'));
    expect((await two.ok('NOOP')).untagged).toContain('* 5 EXISTS');
    expect((await two.ok('FETCH * (UID)')).untagged).toEqual(['* 5 FETCH (UID 6)']);
  });
});

describe('IDLE', () => {
  test('tells arrivals, flags and expunges as they happen', async () => {
    const { one, two } = await twoClients();
    two.send('I1 IDLE');
    expect(await two.read()).toBe('+ idling');
    await one.append('INBOX', letter('number 5'));
    expect(await two.read()).toBe('* 5 EXISTS');
    await one.ok('UID STORE 2 +FLAGS.SILENT (\\Flagged)');
    expect(await two.readUntil(/FETCH/)).toBe('* 2 FETCH (UID 2 FLAGS (\\Flagged))');
    await expunge(one, '1');
    expect(await two.readUntil(/EXPUNGE/)).toBe('* 1 EXPUNGE');
    two.send('DONE');
    expect(await two.readUntil(/^I1/)).toMatch(/^I1 OK/);
  });

  test('what happened just before it is told at its start', async () => {
    const { one, two } = await twoClients();
    await one.append('INBOX', letter('number 5'));
    two.send('I1 IDLE');
    expect(await two.readUntil(/EXISTS/)).toBe('* 5 EXISTS');
  });
});

test("a client's own change is told once: by its answer", async () => {
  const { one, two } = await twoClients();
  expect((await one.ok('STORE 1 +FLAGS (\\Seen)')).untagged).toEqual(['* 1 FETCH (FLAGS (\\Seen \\Recent))']);
  expect((await one.ok('STORE 1 +FLAGS.SILENT (\\Flagged)')).untagged).toEqual([]);
  expect((await one.ok('NOOP')).untagged).toEqual([]);
  expect((await two.ok('NOOP')).untagged).toEqual(['* 1 FETCH (UID 1 FLAGS (\\Flagged \\Seen))']);
  await two.ok('STORE 1 -FLAGS.SILENT (\\Flagged)');
  expect((await one.ok('STORE 1 +FLAGS.SILENT (\\Answered)')).untagged).toEqual([
    '* 1 FETCH (UID 1 FLAGS (\\Answered \\Seen \\Recent))',
  ]);
});

test('\\Recent is for the first that may write', async () => {
  const demo = await runDemo('qq');
  const [one, two] = [await demo.login(), await demo.login()];
  await one.append('INBOX', letter('a'));
  expect((await one.ok('EXAMINE INBOX')).untagged).toContain('* 1 RECENT');
  expect((await one.ok('SELECT INBOX')).untagged).toContain('* 1 RECENT');
  expect((await two.ok('SELECT INBOX')).untagged).toContain('* 0 RECENT');
  expect((await one.ok('SEARCH RECENT')).untagged).toEqual(['* SEARCH 1']);
  expect((await two.ok('SEARCH OLD')).untagged).toEqual(['* SEARCH 1']);
});

test('CLOSE expunges without a word, EXAMINE changes nothing, UNSELECT neither', async () => {
  const { one, demo } = await twoClients('hotmail');
  await one.ok('STORE 1:2 +FLAGS.SILENT (\\Deleted)');
  await one.ok('UNSELECT');
  await one.ok('EXAMINE INBOX');
  expect(await one.command('STORE 1 +FLAGS (\\Seen)')).toMatchObject({ status: 'NO' });
  await one.ok('CLOSE');
  expect((await one.ok('STATUS INBOX (MESSAGES)')).untagged.join()).toContain('MESSAGES 4');
  await one.ok('SELECT INBOX');
  expect((await one.ok('CLOSE')).untagged).toEqual([]);
  expect((await (await demo.login()).ok('STATUS INBOX (MESSAGES)')).untagged.join()).toContain('MESSAGES 2');
});

describe('CONDSTORE', () => {
  test('CHANGEDSINCE, UNCHANGEDSINCE, MODSEQ in answers', async () => {
    const { one, two } = await twoClients('gmail');
    const selected = await one.ok('SELECT INBOX (CONDSTORE)');
    const highest = Number(/HIGHESTMODSEQ (\d+)\]$/.exec(lineOf(selected, /HIGHESTMODSEQ/) ?? '')?.[1]);
    await two.ok('UID STORE 2 +FLAGS (\\Flagged)');
    const changed = await one.ok(`UID FETCH 1:* (FLAGS) (CHANGEDSINCE ${highest})`);
    const modseq = Number(/MODSEQ \((\d+)\)/.exec(changed.untagged[0] ?? '')?.[1]);
    expect(modseq).toBeGreaterThan(highest);
    expect(changed.untagged[0]).toMatch(/^\* 2 FETCH \(UID 2 FLAGS \(\\Flagged.*\) MODSEQ/);
    const stale = await one.ok(`UID STORE 1:2 (UNCHANGEDSINCE ${highest}) +FLAGS.SILENT (\\Seen)`);
    expect(stale.text).toMatch(/^\[MODIFIED 2\]/);
    expect(lineOf(stale, /^\* 1 FETCH/)).toMatch(/MODSEQ/);
    expect((await one.ok(`SEARCH MODSEQ ${highest + 1}`)).untagged).toEqual(['* SEARCH 1 2']);
  });
});
