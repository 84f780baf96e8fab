// Puts what an upstream tells into the store: the only place where upstream rows become messages and copies.

import { envelopeOf } from '../../mail/envelope.js';
import type { FlagSet } from '../../mail/flags.js';
import type { WireText } from '../../mail/ids.js';
import type { CopyRow } from '../../store/copies.js';
import type { Listing } from '../../store/messages.js';
import type { SourceRow } from '../../store/sources.js';
import type { Store } from '../../store/store.js';
import type { FlagRow, HeaderRow, ListingRow } from '../../upstream/connector.js';
import { inBatches } from '../batches.js';
import { isSame, isVisibleChange, withUpstream } from '../copy-flags.js';
import type { UnitOfWork, Work } from '../unit-of-work.js';
import { messageIdOf } from './fingerprints.js';
import { giveFlagsBack, keepFlagsOf, MOST_KEPT } from './kept-flags.js';
import type { Strays } from './strays-contract.js';

export interface Ingest {
  /** First listing: messages and copies without headers, not shown yet. */
  listing(source: SourceRow, rows: readonly ListingRow[]): void;
  /** Headers of messages that are known already. */
  headers(source: SourceRow, rows: readonly HeaderRow[]): void;
  /**
   * New messages, complete; shown at once. Returns how many were held back because they may be the upstream's side of
   * an action of ours that has not been confirmed yet (DESIGN §7).
   */
  arrivals(source: SourceRow, rows: readonly HeaderRow[]): number;
  /** Flags of known messages; returns the uids that are not known. */
  flags(source: SourceRow, rows: readonly FlagRow[]): number[];
  /**
   * Copies that are no longer upstream under that uid: they leave the view, nothing more (promise 3), and what is owed
   * for them waits until they are seen elsewhere. In slices, with
   * clients in between; what has got another uid by then stays.
   */
  vanished(gone: readonly { readonly id: number; readonly upstreamUid: number }[]): Promise<void>;
}

/** The wire-ready columns of a message, from what an upstream (or a client's APPEND) gave. */
export const listingOf = (headers: WireText, bodyStructure: WireText | undefined): Listing => ({
  envelope: envelopeOf(headers),
  // '': the upstream's was broken; rebuilt from the body when somebody asks for it.
  bodyStructure: bodyStructure ?? '',
  headers,
  messageIdHeader: messageIdOf(headers),
});

/** A message that ends within a line gets a line end: from us for Yahoo, from Courier by itself. */
export const LINE_END_BYTES = 2;

/** Whether the upstream's row may be our message by its size. */
export const isSizeOf = ({ sizeBytes }: { readonly sizeBytes: number }, row: ListingRow): boolean =>
  row.sizeBytes === sizeBytes || row.sizeBytes === sizeBytes + LINE_END_BYTES;

export function createIngest(store: Store, unit: UnitOfWork, strays: Strays): Ingest {
  const { messages, copies } = store;

  const messageFor = (source: SourceRow, row: ListingRow): number => {
    const { emailId, threadId, internalDate, sizeBytes } = row;
    const known = emailId === undefined ? undefined : messages.byEmailId(source.accountId, emailId);
    return known ?? messages.insert({ accountId: source.accountId, emailId, threadId, internalDate, sizeBytes });
  };
  const applyFlags = (work: Work, copy: CopyRow, flags: FlagSet) => {
    const after = withUpstream(copy, flags);
    if (isSame(copy, after)) return;
    copies.setFlags(copy.id, after);
    if (copy.leaving === 0 && isVisibleChange(copy, after)) work.touch(copy);
  };

  return {
    listing: (source, rows) =>
      unit.batch((work) => {
        const listed: number[] = [];
        const awaited = copies.unbound(source.id).map(({ messageId }) => messages.get(messageId));
        for (const row of rows) {
          const known = copies.byUid(source.id, row.uid);
          if (known) applyFlags(work, known, row.flags);
          // It may be what a client has just put there; if not, the check that follows the listing finds it missing.
          else if (!awaited.some((message) => message && isSizeOf(message, row)))
            listed.push(copies.insertListed(source.id, messageFor(source, row), row.uid, row.flags));
        }
        strays.arrived(work, source.accountId, listed);
      }),
    headers: (source, rows) => {
      const listings = rows.map((row) => listingOf(row.headers, row.bodyStructure));
      unit.batch((work) => {
        const filled: number[] = [];
        rows.forEach((row, i) => {
          const copy = copies.byUid(source.id, row.uid);
          const listing = listings[i];
          if (!copy || !listing) return;
          if (!messages.hasListing(copy.messageId)) {
            messages.setListing(copy.messageId, listing);
            filled.push(copy.id);
          }
          applyFlags(work, copy, row.flags);
        });
        strays.arrived(work, source.accountId, filled);
      });
    },
    arrivals: (source, rows) => {
      const listings = rows.map((row) => listingOf(row.headers, row.bodyStructure));
      return unit.batch((work) => {
        const awaited = copies
          .unbound(source.id)
          .filter(({ id }) => !strays.holds(source.accountId, id))
          .map((copy) => messages.get(copy.messageId));
        const placed: number[] = [];
        const hasKept = !store.keptFlags.isEmpty();
        let held = 0;
        rows.forEach((row, i) => {
          const listing = listings[i];
          const known = copies.byUid(source.id, row.uid);
          if (known) applyFlags(work, known, row.flags);
          if (known || !listing) return;
          const isAwaited = awaited.some(
            (message) =>
              message &&
              (listing.messageIdHeader === ''
                ? isSizeOf(message, row) && message.messageIdHeader === ''
                : message.messageIdHeader === listing.messageIdHeader),
          );
          if (isAwaited) {
            held++;
            return;
          }
          const messageId = messageFor(source, row);
          if (!messages.hasListing(messageId)) messages.setListing(messageId, listing);
          const copyId = copies.insertListed(source.id, messageId, row.uid, row.flags);
          if (hasKept) giveFlagsBack(store, source.accountId, copyId);
          work.place(copyId);
          placed.push(copyId);
        });
        strays.arrived(work, source.accountId, placed);
        return held;
      });
    },
    flags: (source, rows) =>
      unit.batch((work) => {
        const unknown: number[] = [];
        for (const row of rows) {
          const copy = copies.byUid(source.id, row.uid);
          if (copy) applyFlags(work, copy, row.flags);
          else unknown.push(row.uid);
        }
        return unknown;
      }),
    vanished: async (gone) => {
      await inBatches(unit, gone, (work, { id, upstreamUid }) => {
        const copy = copies.get(id);
        if (copy?.upstreamUid !== upstreamUid) return;
        keepFlagsOf(store, copy);
        strays.depart(work, copy);
      });
      if (gone.length > 0) unit.batch(() => store.keptFlags.trim(MOST_KEPT));
    },
  };
}

/** Takes a copy out of every mailbox and forgets it. */
export function removeCopy({ copies, messages }: Store, work: Work, copy: CopyRow): void {
  copies.setLeaving(copy.id, true);
  work.withdraw(copy.id);
  copies.remove(copy.id);
  messages.removeIfOrphan(copy.messageId);
}
