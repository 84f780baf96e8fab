import { UpstreamError } from '../../mail/errors.js';
import { rangesOf } from '../../mail/sequence-set.js';
import type { ListingReadRow } from '../../store/listing-reads.js';
import type { Store } from '../../store/store.js';
import type { FetchColumns, FetchRow, MailboxId, Reads } from '../core.js';
import type { Ingest } from '../sync/ingest.js';
import type { MessageBodies } from './bodies.js';
import type { FillPreviews } from './previews.js';
import type { TakeApart } from './take-apart.js';
import type { UpstreamReader } from './upstream-reader.js';

export interface RowsOptions {
  readonly store: Store;
  readonly ingest: Ingest;
  readonly bodies: MessageBodies;
  readonly takeApart: TakeApart;
  readonly fillPreviews: FillPreviews;
  readonly reader: UpstreamReader;
}

/** Rows a batch; also how long the event loop is held at once (some milliseconds). */
const BATCH = 1_000;
/** The same where each may have to be downloaded: the client hears something before long. */
const SLOW_BATCH = 100;

/** FETCH's listing (core.ts, Reads.rows). */
export function createRows(options: RowsOptions): Reads['rows'] {
  const { store } = options;
  return async function* rows(mailboxId, uids, columns, signal) {
    let failure: unknown;
    const failed = (error: unknown) => {
      failure ??= error;
    };
    for (const { low, high, wanted } of spans(uids, columns.preview ? SLOW_BATCH : BATCH)) {
      if (signal.aborted) return;
      const read = () => pick(store.listings.range(mailboxId, low, high, high - low + 1, columns), wanted);
      let found = read();
      if (found.some((row) => isIncomplete(row, columns))) {
        const incomplete = found.filter((row) => isIncomplete(row, columns));
        await complete(options, mailboxId, incomplete).catch(failed);
        const all = read();
        // One account that is away is no reason to keep the others' messages back.
        found = all.filter((row) => !isIncomplete(row, columns));
        if (found.length < all.length) failure ??= NOT_FETCHED;
      }
      if (columns.preview) {
        found = await options.fillPreviews(found, { mailboxId, wanted: columns.preview, signal, failed });
      }
      yield found as FetchRow[];
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    if (failure !== undefined) throw failure;
  };
}

const NOT_FETCHED = new UpstreamError(
  'transient',
  'some of these messages have not been fetched from the provider yet',
);

const isIncomplete = (row: ListingReadRow, columns: FetchColumns): boolean =>
  row.missing === 1 || (columns.bodyStructure === true && row.bodyStructure === '');

/** Ascending uids cut into spans that one range query can answer without reading much that is not wanted. */
function* spans(uids: Uint32Array, batch: number): Generator<{ low: number; high: number; wanted: Uint32Array }> {
  let start = 0;
  while (start < uids.length) {
    const low = uids[start] ?? 0;
    let end = start + 1;
    // Gaps are cheap to skip over as long as most of the span is wanted.
    while (end < uids.length && end - start < batch && (uids[end] ?? 0) - low < (end - start + 8) * 3) end++;
    yield { low, high: uids[end - 1] ?? low, wanted: uids.subarray(start, end) };
    start = end;
  }
}

function pick(rows: ListingReadRow[], wanted: Uint32Array): ListingReadRow[] {
  if (rows.length === wanted.length && rows.every(({ uid }, i) => uid === wanted[i])) return rows;
  const set = new Set(wanted);
  return rows.filter(({ uid }) => set.has(uid));
}

/** Fetches the listings that the backfill has not brought yet, and rebuilds structures the upstream could not tell. */
async function complete(
  { store, ingest, reader, bodies, takeApart }: RowsOptions,
  mailboxId: MailboxId,
  rows: readonly ListingReadRow[],
): Promise<void> {
  const bySource = new Map<number, number[]>();
  const local: number[] = [];
  for (const { uid, missing } of rows) {
    const where = store.listings.whereabouts(mailboxId, uid);
    if (!where) continue;
    if (missing && where.upstreamUid !== null)
      bySource.set(where.sourceId, [...(bySource.get(where.sourceId) ?? []), where.upstreamUid]);
    else local.push(where.messageId);
  }
  for (const [sourceId, upstreamUids] of bySource) {
    const source = store.sources.get(sourceId);
    if (!source) continue;
    const ranges = rangesOf(upstreamUids.sort((a, b) => a - b));
    await reader.read(sourceId, {}, (session) =>
      session.fetchHeaders(ranges, (found) => ingest.headers(source, found)),
    );
  }
  if (local.length > 0) await rebuild({ store, bodies, takeApart }, local);
}

/** Takes the listing from the bytes themselves. */
async function rebuild(
  { store, bodies, takeApart }: Pick<RowsOptions, 'store' | 'bodies' | 'takeApart'>,
  messageIds: readonly number[],
): Promise<void> {
  await bodies.ensure(messageIds);
  for (const id of messageIds) {
    const bodyRef = store.messages.get(id)?.bodyRef;
    if (!bodyRef) throw new UpstreamError('transient', 'the message could not be fetched');
    const listing = await takeApart(bodyRef);
    store.database.batch(() => {
      if (store.messages.hasListing(id)) store.messages.setBodyStructure(id, listing.bodyStructure);
      else store.messages.setListing(id, listing);
    });
  }
}
