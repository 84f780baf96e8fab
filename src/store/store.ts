import { type AccountStore, createAccountStore } from './accounts.js';
import { type AnnotationStore, createAnnotationStore } from './annotations.js';
import { type BodyIndex, createBodyIndex } from './body-index.js';
import { type CopyStore, createCopyStore } from './copies.js';
import type { Database } from './database.js';
import { createJournalStore, type JournalStore } from './journal.js';
import { createKeptFlagStore, type KeptFlagStore } from './kept-flags.js';
import { createListingReads, type ListingReads } from './listing-reads.js';
import { createMailboxStore, type MailboxStore } from './mailboxes.js';
import { createMessageStore, type MessageStore } from './messages.js';
import { createOutageStore, type OutageStore } from './outages.js';
import { createPauseStore, type PauseStore } from './pauses.js';
import { createPreviewStore, type PreviewStore } from './previews.js';
import { createProbeStore, type ProbeStore } from './probes.js';
import { createProblemStore, type ProblemStore } from './problems.js';
import { createRemovalStore, type RemovalStore } from './removals.js';
import { createSeenTime, type SeenTime } from './seen-time.js';
import { createSortKeyStore, type SortKeyStore } from './sort-keys.js';
import { createSourceStore, type SourceStore } from './sources.js';
import { createUidMap, type UidMap } from './uid-map.js';
import { createUsageStore, type UsageStore } from './usage.js';

/** All tables, over one database. */
export interface Store {
  readonly database: Database;
  readonly accounts: AccountStore;
  readonly sources: SourceStore;
  readonly messages: MessageStore;
  readonly copies: CopyStore;
  readonly mailboxes: MailboxStore;
  readonly annotations: AnnotationStore;
  readonly uidMap: UidMap;
  readonly journal: JournalStore;
  readonly bodyIndex: BodyIndex;
  readonly keptFlags: KeptFlagStore;
  readonly problems: ProblemStore;
  readonly outages: OutageStore;
  readonly removals: RemovalStore;
  readonly listings: ListingReads;
  readonly sortKeys: SortKeyStore;
  readonly previews: PreviewStore;
  readonly usage: UsageStore;
  readonly pauses: PauseStore;
  readonly probes: ProbeStore;
  readonly seenTime: SeenTime;
}

export const createStore = (database: Database): Store => ({
  database,
  accounts: createAccountStore(database),
  sources: createSourceStore(database),
  messages: createMessageStore(database),
  copies: createCopyStore(database),
  mailboxes: createMailboxStore(database),
  annotations: createAnnotationStore(database),
  uidMap: createUidMap(database),
  journal: createJournalStore(database),
  bodyIndex: createBodyIndex(database),
  keptFlags: createKeptFlagStore(database),
  problems: createProblemStore(database),
  outages: createOutageStore(database),
  removals: createRemovalStore(database),
  listings: createListingReads(database),
  sortKeys: createSortKeyStore(database),
  previews: createPreviewStore(database),
  usage: createUsageStore(database),
  pauses: createPauseStore(database),
  probes: createProbeStore(database),
  seenTime: createSeenTime(database),
});
