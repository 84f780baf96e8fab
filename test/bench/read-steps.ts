// What a mail client reads.
import { BenchError } from './failure.js';
import { type Column, type Figure, figureOf, figureOfTimings, type Timing } from './figures.js';
import { type ImapEndpoint, RawImap } from './raw-imap.js';
import { countFetches, existsIn, searchIn, spread } from './responses.js';
import type { RowKey } from './rows.js';
import { RARE_WORD } from './sample-words.js';

const RUNS = 4;
const BODIES = 500;
const STATUS_RUNS = 21;

const FETCHES = [
  ['fetchFlags', '(UID FLAGS)'],
  ['fetchEnvelope', '(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)'],
  ['fetchStructure', '(UID BODYSTRUCTURE)'],
  ['fetchHeaders', '(UID BODY.PEEK[HEADER.FIELDS (FROM TO CC SUBJECT DATE MESSAGE-ID REFERENCES CONTENT-TYPE)])'],
] as const;

/** @param bodiesIn the mailbox whose bodies are read */
export async function readSteps(column: Column<RowKey>, endpoint: ImapEndpoint, bodiesIn = 'INBOX'): Promise<void> {
  await column.measure('login', () => loginAndSelect(endpoint));
  await selectAndStatus(column, endpoint, { select: 'select', status: 'status' });
  for (const [key, items] of FETCHES) await column.measure(key, () => fetchAll(endpoint, items));
  await column.measure('searchSubject', () => search(endpoint));
  await column.measure('sort', () => commandTime(endpoint, 'UID SORT (REVERSE DATE SUBJECT) UTF-8 ALL'));
  await column.measure('thread', () => commandTime(endpoint, 'UID THREAD REFERENCES UTF-8 ALL'));
  await column.measure('bodies', () => fetchBodies(endpoint, bodiesIn));
}

/** SELECT and STATUS on a connection that has nothing selected before. */
export async function selectAndStatus(
  column: Column<RowKey>,
  endpoint: ImapEndpoint,
  keys: { readonly select: RowKey; readonly status: RowKey },
): Promise<void> {
  const status = 'STATUS INBOX (MESSAGES UNSEEN UIDNEXT UIDVALIDITY)';
  await column.measure(keys.status, () => withClient(endpoint, (client) => timed(client, status, STATUS_RUNS)));
  await column.measure(keys.select, async () => {
    const runs: Timing[] = [];
    for (let run = 0; run < RUNS; run++) runs.push(await withClient(endpoint, (client) => client.ok('SELECT INBOX')));
    return figureOfTimings(runs, inMs);
  });
}

export async function withClient<T>(endpoint: ImapEndpoint, work: (client: RawImap) => Promise<T>): Promise<T> {
  const client = await RawImap.open(endpoint);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

/** A new connection with the mailbox selected, and how many messages there are. */
export function withMailbox<T>(
  endpoint: ImapEndpoint,
  mailbox: string,
  work: (client: RawImap, messages: number) => Promise<T>,
): Promise<T> {
  return withClient(endpoint, async (client) => {
    const messages = existsIn((await client.ok(`SELECT "${mailbox}"`)).data);
    if (messages === undefined) throw new BenchError(`SELECT ${mailbox} tells no EXISTS`);
    return work(client, messages);
  });
}

/** For figures that are times. */
export const inMs = (ms: number): number => ms;

async function timed(client: RawImap, command: string, runs: number): Promise<Figure> {
  const timings: Timing[] = [];
  for (let run = 0; run < runs; run++) timings.push(await client.ok(command));
  return figureOfTimings(timings, inMs);
}

async function loginAndSelect(endpoint: ImapEndpoint): Promise<Figure> {
  const runs: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const started = performance.now();
    const client = await RawImap.open(endpoint);
    await client.ok('SELECT INBOX');
    runs.push(performance.now() - started);
    await client.close();
  }
  return figureOf(runs);
}

/** Each run on a new connection, so that nothing the session has kept can help. */
async function fetchAll(endpoint: ImapEndpoint, items: string): Promise<Figure> {
  let messages = 0;
  const timings: Timing[] = [];
  for (let run = 0; run < RUNS; run++)
    await withMailbox(endpoint, 'INBOX', async (client, exists) => {
      messages = exists;
      timings.push(await fetchEvery(client, exists, items));
    });
  return figureOfTimings(timings, (ms) => (messages * 1000) / ms);
}

/** @throws {BenchError} unless every message has been answered */
export async function fetchEvery(client: RawImap, messages: number, items: string): Promise<Timing> {
  const answer = await client.ok(`FETCH 1:* ${items}`);
  const got = countFetches(answer.data);
  if (got !== messages) throw new BenchError(`FETCH ${items}: ${got} answers for ${messages} messages`);
  return answer;
}

const commandTime = (endpoint: ImapEndpoint, command: string): Promise<Figure> =>
  withMailbox(endpoint, 'INBOX', (client) => timed(client, command, RUNS));

const search = (endpoint: ImapEndpoint): Promise<Figure> =>
  withMailbox(endpoint, 'INBOX', async (client) => {
    const command = `UID SEARCH SUBJECT ${RARE_WORD}`;
    if (searchIn((await client.ok(command)).data).length === 0) throw new BenchError(`${command} finds nothing`);
    return timed(client, command, RUNS);
  });

const fetchBodies = (endpoint: ImapEndpoint, mailbox: string): Promise<Figure> =>
  withMailbox(endpoint, mailbox, async (client) => {
    const uids = spread(searchIn((await client.ok('UID SEARCH ALL')).data), BODIES);
    let bytes = 0;
    const timings: Timing[] = [];
    for (let run = 0; run < RUNS; run++) {
      const answer = await client.ok(`UID FETCH ${uids.join(',')} BODY.PEEK[]`);
      if (countFetches(answer.data) !== uids.length) throw new BenchError(`not all of ${uids.length} bodies have come`);
      bytes = answer.data.length;
      timings.push(answer);
    }
    return figureOfTimings(timings, (ms) => bytes / 1000 / ms);
  });
