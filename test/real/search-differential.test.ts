// Our SEARCH, SORT and THREAD against Dovecot's: the same messages, synchronised from that very Dovecot.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PlainImap } from '../support/plain-imap.js';
import { type Finding, FOUND_OTHERWISE, PLACED_OTHERWISE } from '../support/real/search-differences.js';
import { LATE_MAIL, SEARCHED_MAIL, type SearchedMail } from '../support/real/search-mail.js';
import { QUESTIONS, type Question, SEARCHES } from '../support/real/search-questions.js';
import { startTwin, type Twin } from '../support/real/twin.js';
import { waitUntil } from '../support/wait-until.js';

let twin: Twin | undefined;
let theirs: PlainImap;
let ours: PlainImap;

beforeAll(async () => {
  twin = await startTwin((dovecot) => append(dovecot, SEARCHED_MAIL.slice(0, -LATE_MAIL)));
  ({ theirs, ours } = twin);
  await append(theirs, SEARCHED_MAIL.slice(-LATE_MAIL));
  await twin.gateway.run('sync', 'Dovecot');
  await waitUntil('all messages are here', async () => {
    const { untagged } = await ours.ok('STATUS INBOX (MESSAGES)');
    return untagged.some((line) => line.endsWith(`(MESSAGES ${SEARCHED_MAIL.length})`));
  });
  for (const client of [theirs, ours]) await client.ok('EXAMINE INBOX');
}, 120_000);
afterAll(() => twin?.stop());

async function append(dovecot: PlainImap, messages: readonly SearchedMail[]): Promise<void> {
  for (const { bytes, flags, internalDate } of messages)
    await dovecot.append('INBOX', Buffer.from(bytes, 'latin1'), flags, internalDate);
}

/** Of all messages in order. With this the bodies are here too: what is asked afterwards is not passed on. */
async function numbers(client: PlainImap): Promise<number[]> {
  const { untagged } = await client.ok('FETCH 1:* (BODY.PEEK[])');
  return untagged.flatMap((line) => (/ FETCH /.test(line) ? [Number(/X-Number: (\d+)/.exec(line)?.[1])] : []));
}

/** The answer without its name. */
async function answer(client: PlainImap, { command, text }: Question): Promise<string> {
  const [, start = text, rest] = /^(.*?)(\S*[\x80-\xff].*)$/s.exec(text) ?? [];
  const literal = rest === undefined ? [] : [Buffer.from(rest, 'latin1')];
  const { untagged } = await client.ok(`${command} ${start}`, ...literal);
  const line = untagged.find((one) => one.startsWith(`* ${command}`)) ?? '';
  return line
    .slice(`* ${command}`.length)
    .replace(/ \(MODSEQ \d+\)$/, '')
    .trim();
}

const both = (question: Question): Promise<[string, string]> =>
  Promise.all([answer(theirs, question), answer(ours, question)]);

const found = (text: string): Set<number> => new Set(text.split(' ').filter(Boolean).map(Number));

/** What only one of the two found. */
function findings(question: Question, [a, b]: readonly [string, string]): Finding[] {
  const [inTheirs, inOurs] = [found(a), found(b)];
  return SEARCHED_MAIL.flatMap((mail, i): Finding[] => {
    const seq = i + 1;
    if (inTheirs.has(seq) === inOurs.has(seq)) return [];
    return [{ question, mail, seq, finder: inTheirs.has(seq) ? 'theirs' : 'ours' }];
  });
}

test('they have the same messages in the same order', async () => {
  const inOrder = SEARCHED_MAIL.map((_, i) => i + 1);
  expect([await numbers(theirs), await numbers(ours)]).toEqual([inOrder, inOrder]);
});

test('SEARCH finds what Dovecot finds, or differs for a reason', async () => {
  const unexplained: string[] = [];
  const met = new Set<string>();
  for (const text of SEARCHES) {
    const question: Question = { command: 'SEARCH', text };
    for (const finding of findings(question, await both(question))) {
      const reason = FOUND_OTHERWISE.find(({ is }) => is(finding));
      if (reason) met.add(reason.why);
      else unexplained.push(`${text}: only ${finding.finder}: ${finding.mail.bytes.slice(0, 200)}`);
    }
  }
  expect(unexplained).toEqual([]);
  expect(FOUND_OTHERWISE.filter(({ why }) => !met.has(why))).toEqual([]);
});

test('SORT and THREAD answer as Dovecot does, but for messages with a reason', async () => {
  const without = (text: string, seqs: readonly number[]): string =>
    text
      .replace(/\(?(?<![\d])(\d+)\)?/g, (place, seq) => (seqs.includes(Number(seq)) ? '' : place))
      .replace(/ +/g, ' ')
      .trim();
  const seqsOf = (is: (mail: SearchedMail) => boolean) => SEARCHED_MAIL.flatMap((mail, i) => (is(mail) ? [i + 1] : []));
  const reasons = PLACED_OTHERWISE.map(({ why, is }) => ({ why, seqs: seqsOf(is) }));
  const all = reasons.flatMap(({ seqs }) => seqs);
  const unneeded = new Set(reasons.map(({ why }) => why));
  for (const question of QUESTIONS) {
    const [a, b] = await both(question);
    expect(without(b, all), `${question.command} ${question.text}`).toBe(without(a, all));
    for (const { why } of reasons) {
      const others = reasons.flatMap((reason) => (reason.why === why ? [] : reason.seqs));
      if (without(a, others) !== without(b, others)) unneeded.delete(why);
    }
  }
  expect([...unneeded]).toEqual([]);
});
