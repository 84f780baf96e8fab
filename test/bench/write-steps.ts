// What a mail client changes.
import { ACCOUNTS } from './accounts.js';
import { BenchError } from './failure.js';
import { type Column, type Figure, figureOfTimings, type Timing } from './figures.js';
import type { ImapEndpoint } from './raw-imap.js';
import { inMs, selectAndStatus, withClient, withMailbox } from './read-steps.js';
import { countFetches, existsIn } from './responses.js';
import type { RowKey } from './rows.js';

const RUNS = 4;
const APPENDS = 100;
const MOVED = 100;
const MOVES = 3;

/** Lets what has been changed come to rest before the next run; its time does not count. */
export type Settle = () => Promise<unknown>;

export interface WriteOptions {
  /** Where the endpoint's Trash is. */
  readonly trash: string;
  readonly settle: Settle;
}

export async function writeSteps(
  column: Column<RowKey>,
  endpoint: ImapEndpoint,
  { trash, settle }: WriteOptions,
): Promise<void> {
  await storeSteps(column, endpoint, settle);
  await column.measure('resync', () => resync(endpoint, settle));
  await column.measure('append', () => append(endpoint));
  await column.measure('move100', () => move(endpoint, trash));
}

export async function storeSteps(column: Column<RowKey>, endpoint: ImapEndpoint, settle: Settle): Promise<void> {
  await column.measure('store1', () => store(endpoint, 1, settle));
  await column.measure('store1000', () => store(endpoint, 1_000, settle));
}

export const afterWrites = (column: Column<RowKey>, endpoint: ImapEndpoint): Promise<void> =>
  selectAndStatus(column, endpoint, { select: 'selectAfter', status: 'statusAfter' });

const store = (endpoint: ImapEndpoint, count: number, settle: Settle): Promise<Figure> =>
  withMailbox(endpoint, 'INBOX', async (client, messages) => {
    const from = Math.floor((messages - count) / 2) + 1;
    const range = count === 1 ? `${from}` : `${from}:${from + count - 1}`;
    await client.ok(`STORE ${range} -FLAGS.SILENT (\\Flagged)`);
    const runs: Timing[] = [];
    for (let run = 0; run < RUNS; run++) {
      await settle();
      const answer = await client.ok(`STORE ${range} +FLAGS (\\Flagged)`);
      const got = countFetches(answer.data);
      if (got < count) throw new BenchError(`STORE ${range}: only ${got} answers`);
      runs.push(answer);
      await client.ok(`STORE ${range} -FLAGS (\\Flagged)`);
    }
    await settle();
    return figureOfTimings(runs, inMs);
  });

/** How long a client that comes back takes to learn of 1,000 changed keywords (RFC 7162 §3.2.5). */
const resync = (endpoint: ImapEndpoint, settle: Settle): Promise<Figure> =>
  withClient(endpoint, async (client) => {
    await client.ok('ENABLE QRESYNC');
    const selected = String((await client.ok('SELECT INBOX')).data);
    const [uidValidity, modseq] = ['UIDVALIDITY', 'HIGHESTMODSEQ'].map(
      (code) => new RegExp(`\\[${code} (\\d+)\\]`).exec(selected)?.[1],
    );
    await client.ok('STORE 1:1000 +FLAGS.SILENT ($Resync)');
    await settle();
    const runs: Timing[] = [];
    for (let run = 0; run < RUNS; run++) {
      const answer = await client.ok(`SELECT INBOX (QRESYNC (${uidValidity} ${modseq}))`);
      const got = countFetches(answer.data);
      if (got < 1_000) throw new BenchError(`QRESYNC tells of ${got} changes`);
      runs.push(answer);
    }
    await client.ok('STORE 1:1000 -FLAGS.SILENT ($Resync)');
    await settle();
    return figureOfTimings(runs, inMs);
  });

/** Small messages from the first account, one command each. */
const append = (endpoint: ImapEndpoint): Promise<Figure> =>
  withClient(endpoint, async (client) => {
    const runs: Timing[] = [];
    for (let i = 0; i < APPENDS; i++) {
      const message = smallMessage(ACCOUNTS[0]?.user ?? '', `bench ${i}`);
      const command = `APPEND INBOX (\\Seen) {${message.length}+}\r\n${message}`;
      runs.push(await client.ok(command));
    }
    return figureOfTimings(runs, inMs);
  });

/** The same Message-ID never comes twice, so that nothing is taken for a copy. */
export function smallMessage(address: string, subject: string): string {
  const id = `<${Date.now()}.${performance.now()}.${subject.replaceAll(' ', '.')}@bench.example>`;
  return [
    `From: Bench <${address}>`,
    `To: <${address}>`,
    `Subject: ${subject}`,
    'Date: Sun, 01 Nov 2026 12:00:00 +0000',
    `Message-ID: ${id}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'A line of text.\r\n'.repeat(30),
  ].join('\r\n');
}

const move = (endpoint: ImapEndpoint, trash: string): Promise<Figure> =>
  withMailbox(endpoint, 'INBOX', async (client, messages) => {
    const runs: Timing[] = [];
    let left = messages;
    for (let i = 0; i < MOVES; i++) {
      const from = Math.floor(left / 4);
      runs.push(await client.ok(`MOVE ${from}:${from + MOVED - 1} "${trash}"`));
      left -= MOVED;
    }
    const exists = existsIn((await client.ok('SELECT INBOX')).data);
    if (exists === undefined || exists > left)
      throw new BenchError(`after the MOVEs ${exists} messages are left, not ${left}`);
    return figureOfTimings(runs, inMs);
  });
