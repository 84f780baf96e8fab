// What is known to go wrong in other merging servers (../shared/bench/mergeprobe.py asks such questions) does not here.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PlainImap, quote } from '../../support/plain-imap.js';
import { type Stage, searched, startStage } from '../../support/real/stage.js';
import { ACCOUNTS, mail, upstreamHas, upstreamMessages } from '../../support/real/three-accounts.js';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ messages: 200 });
}, 90_000);
afterAll(() => stage?.stop());

test("one MOVE of three accounts' messages to the merged Trash: each lands in its own account's", async () => {
  const { client, dovecot } = stage;
  const subject = 'thrown away together';
  for (const account of ACCOUNTS) await stage.arrive(account, `${subject} ${account.name}`);
  await client.ok('SELECT INBOX');
  const uids = searched(await client.ok(`UID SEARCH HEADER SUBJECT ${quote(subject)}`));
  expect(uids).toHaveLength(3);
  const { untagged } = await client.ok(`UID MOVE ${uids.join(',')} Trash`);
  const [, from = '', to = ''] = /\[COPYUID \d+ (\S+) (\S+)\]/.exec(untagged.join('\n')) ?? [];
  expect(numbers(from)).toEqual(uids);
  expect(numbers(to)).toHaveLength(3);
  for (const account of ACCOUNTS) {
    await upstreamHas(dovecot, account, account.trash, `${subject} ${account.name}`);
    const there = (await upstreamMessages(dovecot, account, account.trash)).filter(({ body }) =>
      body.includes(subject),
    );
    expect(there).toHaveLength(1);
    await upstreamHas(dovecot, account, 'INBOX', `${subject} ${account.name}`, 0);
  }
});

test.each(['Drafts', 'Sent'])(
  'an APPEND to the merged %s goes by its From, else to the default account',
  async (target) => {
    const { client, dovecot } = stage;
    const [fallback] = ACCOUNTS;
    for (const [from, account] of [
      ...ACCOUNTS.map((each) => [each.address, each] as const),
      ['me@nowhere.test', fallback] as const,
    ]) {
      const subject = `${target} of ${from}`;
      expect(await client.append(target, Buffer.from(mail({ subject, from })))).toBeGreaterThan(0);
      for (const each of ACCOUNTS) {
        const mailbox = target === 'Drafts' ? each.drafts : each.sent;
        if (each === account) await upstreamHas(dovecot, each, mailbox, subject);
      }
      for (const each of ACCOUNTS.filter((other) => other !== account))
        await upstreamHas(dovecot, each, target === 'Drafts' ? each.drafts : each.sent, subject, 0);
    }
  },
);

test('twelve clients cost no upstream connection more than one', async () => {
  const sessions = () => ACCOUNTS.map(({ address }) => stage.dovecot.sessions(address));
  const clients: PlainImap[] = [];
  try {
    const counts: number[][] = [];
    for (let i = 0; i < 12; i += 1) {
      const client = await stage.gateway.login();
      clients.push(client);
      await client.ok(`SELECT ${i % 2 === 0 ? 'INBOX' : 'Trash'}`);
      await client.ok('FETCH 1:* (FLAGS BODY.PEEK[])');
      counts.push(sessions());
    }
    // Watcher, worker and reader at most (DESIGN §6); QQ is granted two.
    for (const count of counts) expect(count.map((each, i) => each <= (i === 0 ? 2 : 3))).toEqual([true, true, true]);
    console.info(
      `upstream sessions of ${ACCOUNTS.map(({ name }) => name).join(', ')} with 1 and 12 clients:`,
      counts[0],
      counts[11],
    );
  } finally {
    for (const client of clients) client.close();
  }
});

test('after 100 appends and 100 moves SELECT and STATUS are as fast as before', async () => {
  const { client } = stage;
  const commands = ['SELECT INBOX', 'STATUS INBOX (MESSAGES UNSEEN UIDNEXT)', 'STATUS Trash (MESSAGES UNSEEN)'];
  const before = await timesOf(client, commands);
  for (let i = 0; i < 100; i += 1) {
    const uid = await client.append(
      'INBOX',
      Buffer.from(mail({ subject: `appended ${i}`, from: ACCOUNTS[i % 3]?.address ?? '' })),
    );
    await client.ok('SELECT INBOX');
    await client.ok(`UID MOVE ${uid} Trash`);
  }
  const after = await timesOf(client, commands);
  console.info(
    'ms before and after 100 appends and moves:',
    Object.fromEntries(commands.map((command, i) => [command, [before[i], after[i]]])),
  );
  for (const [i, ms] of after.entries()) expect(ms).toBeLessThan(10 * Math.max(before[i] ?? 0, 1));
});

/** Median of 21 runs each, in ms. */
async function timesOf(client: PlainImap, commands: readonly string[]): Promise<number[]> {
  const medians: number[] = [];
  for (const command of commands) {
    const times: number[] = [];
    for (let i = 0; i < 21; i += 1) {
      const startedAt = performance.now();
      await client.ok(command);
      times.push(performance.now() - startedAt);
    }
    medians.push(Math.round((times.sort((a, b) => a - b)[10] ?? 0) * 100) / 100);
  }
  return medians;
}

const numbers = (set: string): number[] =>
  set.split(',').flatMap((part) => {
    const [low = 0, high = low] = part.split(':').map(Number);
    return Array.from({ length: high - low + 1 }, (_, i) => low + i);
  });
