// UID FETCH of rows, in batches that wait for their consumer: the reader stands still meanwhile, and so does the server.

import { createTurns } from '../../lib/turns.js';
import { UpstreamError } from '../../mail/errors.js';
import { NO_FLAGS } from '../../mail/flags.js';
import { KEPT_HEADER_FIELDS } from '../../mail/header-fields.js';
import { mergeRanges, type NumberRanges, rangesInclude } from '../../mail/sequence-set.js';
import type { FlagRow, HeaderRow, ListingRow, UpstreamCapabilities } from '../connector.js';
import type { ProbeFacts } from '../profile.js';
import type { ConnectorTraits } from '../providers/provider.js';
import { type FetchedItems, type FlagReader, fetchedItems, headerBlock } from './rows.js';
import { withinReach } from './search.js';
import { splitSet } from './sets.js';
import { type SelectedView, vanishedOf } from './view.js';
import type { UntaggedHandlers, Wire } from './wire.js';

const LISTING_BATCH = 1_000;
const HEADER_BATCH = 250;
/** Every uid there can be. Quirk(cyrus): `1:*` leaves out what was expunged above the highest uid present. */
const ALL_UIDS = '1:4294967295';

export type BatchConsumer<Row> = (rows: Row[]) => void | Promise<void>;

/** What the functions here need of a session. */
export interface FetchContext {
  readonly wire: Wire;
  readonly view: SelectedView;
  readonly capabilities: UpstreamCapabilities;
  readonly traits: ConnectorTraits;
  readonly flags: FlagReader;
  /** What has been seen of the server in passing. */
  note(facts: ProbeFacts): void;
}

const HEADER_ITEMS = ` BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (${KEPT_HEADER_FIELDS.join(' ')})]`;

const identityItems = ({ labelStore, objectId }: UpstreamCapabilities): string =>
  labelStore ? ' X-GM-MSGID X-GM-THRID' : objectId ? ' EMAILID THREADID' : '';

const listingItems = (context: FetchContext): string =>
  `UID FLAGS INTERNALDATE RFC822.SIZE${identityItems(context.capabilities)}`;

export const fetchListing = (
  context: FetchContext,
  uids: NumberRanges,
  onBatch: BatchConsumer<ListingRow>,
): Promise<void> => fetchRows(context, uids, `(${listingItems(context)})`, LISTING_BATCH, listingRow, onBatch);

export const fetchHeaders = (
  context: FetchContext,
  uids: NumberRanges,
  onBatch: BatchConsumer<HeaderRow>,
): Promise<void> =>
  fetchRows(context, uids, `(${listingItems(context)}${HEADER_ITEMS})`, HEADER_BATCH, headerRow, onBatch);

export const fetchFlags = (context: FetchContext, uids: NumberRanges, onBatch: BatchConsumer<FlagRow>): Promise<void> =>
  fetchRows(context, uids, '(UID FLAGS)', LISTING_BATCH, flagRow, onBatch);

/** `CHANGEDSINCE`, and `VANISHED` where QRESYNC is on (RFC 7162 §3.1.4.1, §3.2.6). */
export async function changesSince(
  context: FetchContext,
  modseq: bigint,
  onBatch: BatchConsumer<FlagRow>,
): Promise<{ vanished: NumberRanges | undefined }> {
  const { capabilities, view, wire } = context;
  if (!capabilities.condstore) throw new UpstreamError('permanent', 'the server has no CONDSTORE', { code: 'CANNOT' });
  const vanished: (readonly [number, number])[] = [];
  const batches = new Batches(LISTING_BATCH, onBatch);
  // RFC 7162 §7: a mod-sequence-value is at least 1; every message has one above 0.
  const since = modseq < 1n ? 1n : modseq;
  await wire.run(
    'UID FETCH',
    [`${ALL_UIDS} (UID FLAGS) (CHANGEDSINCE ${since}${capabilities.qresync ? ' VANISHED' : ''})`],
    {
      untagged: {
        FETCH: rowHandler(context, undefined, flagRow, batches),
        VANISHED: (response) => {
          const { earlier, ranges } = vanishedOf(response);
          if (!earlier) view.vanished(response);
          vanished.push(...ranges);
        },
      },
    },
  );
  await batches.flush();
  return { vanished: capabilities.qresync ? mergeRanges(vanished) : undefined };
}

async function fetchRows<Row>(
  context: FetchContext,
  uids: NumberRanges,
  items: string,
  batchSize: number,
  rowOf: (items: FetchedItems) => Row | undefined,
  onBatch: BatchConsumer<Row>,
): Promise<void> {
  const batches = new Batches(batchSize, onBatch);
  const there = await withinReach(context, uids);
  for (const { text, ranges } of splitSet(there, items.length + 'UID FETCH'.length, context.traits)) {
    const untagged: UntaggedHandlers = { FETCH: rowHandler(context, ranges, rowOf, batches) };
    await ignoringGone(context.wire.run('UID FETCH', [`${text} ${items}`], { untagged }));
  }
  await batches.flush();
}

/** A message that was expunged meanwhile is no failure of the rest (RFC 5530 §3, EXPUNGEISSUED). */
export async function ignoringGone(command: Promise<unknown>): Promise<void> {
  try {
    await command;
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.details.code !== 'EXPUNGEISSUED') throw error;
  }
}

/** FETCH responses may come unasked between those we asked for (RFC 9051 §7.5.2): those are told apart by what they hold. */
function rowHandler<Row>(
  { flags, view }: FetchContext,
  asked: NumberRanges | undefined,
  rowOf: (items: FetchedItems) => Row | undefined,
  batches: Batches<Row>,
): UntaggedHandlers[string] {
  return (response) => {
    const items = fetchedItems(response, flags);
    const row = items?.uid !== undefined && (!asked || rangesInclude(asked, items.uid)) ? rowOf(items) : undefined;
    if (row === undefined) {
      view.unasked();
      return undefined;
    }
    return batches.add(row);
  };
}

/** Gathers rows and hands them over in batches; between two, others have their turn: a long answer may be here as a whole. */
class Batches<Row> {
  readonly #size: number;
  readonly #onBatch: BatchConsumer<Row>;
  readonly #turns = createTurns();
  #rows: Row[] = [];

  constructor(size: number, onBatch: BatchConsumer<Row>) {
    this.#size = size;
    this.#onBatch = onBatch;
  }

  add(row: Row): void | Promise<void> {
    this.#rows.push(row);
    return this.#rows.length >= this.#size ? this.#hand() : undefined;
  }

  async flush(): Promise<void> {
    if (this.#rows.length > 0) await this.#hand();
  }

  async #hand(): Promise<void> {
    const rows = this.#rows;
    this.#rows = [];
    await this.#onBatch(rows);
    await this.#turns.pause();
  }
}

const flagRow = ({ uid, flags }: FetchedItems): FlagRow | undefined =>
  uid === undefined || !flags ? undefined : { uid, flags };

/** Quirk(hotmail): a broken message may lack items; it is listed all the same. */
function listingRow({ uid, flags, internalDate, sizeBytes, emailId, threadId }: FetchedItems): ListingRow | undefined {
  if (uid === undefined || (internalDate === undefined && sizeBytes === undefined)) return undefined;
  return {
    uid,
    flags: flags ?? NO_FLAGS,
    internalDate: internalDate ?? 0,
    sizeBytes: sizeBytes ?? 0,
    emailId,
    threadId,
  };
}

function headerRow(items: FetchedItems): HeaderRow | undefined {
  const listing = listingRow(items);
  if (!listing) return undefined;
  return {
    uid: listing.uid,
    flags: listing.flags,
    internalDate: listing.internalDate,
    sizeBytes: listing.sizeBytes,
    emailId: listing.emailId,
    threadId: listing.threadId,
    bodyStructure: items.bodyStructure,
    headers: headerBlock(items.section),
  };
}
