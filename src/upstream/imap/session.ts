// One signed-in IMAP connection: the methods of UpstreamSession, one at a time on the wire.
import type { ImapFlow } from 'imapflow';
import type { Logger } from '../../lib/logger.js';
import { createMutex } from '../../lib/mutex.js';
import { UpstreamError } from '../../mail/errors.js';
import type { FlagSet } from '../../mail/flags.js';
import type { UpstreamUid } from '../../mail/ids.js';
import type { NumberRanges } from '../../mail/sequence-set.js';
import type {
  Appended,
  AppendSource,
  FlagOperation,
  FlagRow,
  HeaderRow,
  ListingRow,
  SelectedSource,
  SourcePath,
  SourceStatus,
  Traffic,
  Transferred,
  UpstreamCapabilities,
  UpstreamMailbox,
  UpstreamQuota,
  UpstreamSearch,
  UpstreamSession,
} from '../connector.js';
import type { IdleNews, ProbeFacts } from '../profile.js';
import type { ConnectorTraits } from '../providers/provider.js';
import { append, withLineEnd } from './append.js';
import { fetchBodies } from './bodies.js';
import { isCheckable, transferAndSee } from './copy-order.js';
import { lost } from './errors.js';
import {
  type BatchConsumer,
  changesSince,
  type FetchContext,
  fetchFlags,
  fetchHeaders,
  fetchListing,
} from './fetch.js';
import { type Waited, waitForChange } from './idle.js';
import { createMailbox, deleteMailbox, listMailboxes, renameMailbox } from './mailboxes.js';
import { type ListedNames, Paths, pathKey, quoted } from './paths.js';
import { probe } from './probe.js';
import { readQuota } from './quota.js';
import { FlagReader } from './rows.js';
import { allUids, search } from './search.js';
import { selectSource, statusOf } from './select.js';
import { copy, expunge, keptFlags, move, storeFlags } from './transfer.js';
import { SelectedView } from './view.js';
import type { Wire } from './wire.js';

/** What an account's sessions have in common. */
export interface Shared {
  readonly traits: ConnectorTraits;
  readonly logger: Logger;
  /** What has been found out about the server. */
  note(facts: ProbeFacts): void;
  readonly listedNames: ListedNames;
  /** Whether it is worth finding out if COPYUID's pairs are right; each answer of true is a try. */
  isOrderUnproved(): boolean;
  readonly idleNews: Set<IdleNews>;
  /** By path: what SELECT last told of its flags, for APPEND into it. */
  readonly selectedBefore: Map<string, SelectedSource>;
}

export class ImapSession implements UpstreamSession {
  readonly capabilities: UpstreamCapabilities;
  readonly closed: Promise<void>;
  readonly #wire: Wire;
  readonly #paths: Paths;
  readonly #shared: Shared;
  readonly #mutex = createMutex();
  readonly #flags = new FlagReader();
  readonly #idleNews: Set<IdleNews>;
  readonly #ending = new AbortController();
  #view: SelectedView | undefined;

  constructor(client: ImapFlow, wire: Wire, capabilities: UpstreamCapabilities, shared: Shared) {
    this.capabilities = capabilities;
    this.closed = wire.closed;
    this.#wire = wire;
    this.#paths = new Paths(client, shared.listedNames);
    this.#shared = shared;
    this.#idleNews = shared.idleNews;
  }

  traffic(): Traffic {
    return this.#wire.traffic();
  }

  listMailboxes(): Promise<readonly UpstreamMailbox[]> {
    return this.#inTurn(() =>
      listMailboxes(this.#wire, this.#paths, new Set(this.capabilities.words), this.#shared.traits),
    );
  }

  status(path: SourcePath): Promise<SourceStatus> {
    return this.#inTurn(() => statusOf(this.#wire, this.#paths, path, this.capabilities));
  }

  probe(): Promise<void> {
    return this.#onSelected(async (context) => {
      const { path } = context.view;
      const status = await statusOf(this.#wire, this.#paths, path, this.capabilities);
      const items = Object.entries(status).flatMap(([item, value]) => (value === undefined ? [] : [item]));
      const facts = await probe(context);
      // News that came meanwhile went by unseen.
      context.view.unasked();
      this.#shared.note({ status: items, ...facts });
    });
  }

  async quota(): Promise<UpstreamQuota | undefined> {
    return this.capabilities.words.includes('QUOTA') ? this.#inTurn(() => readQuota(this.#wire)) : undefined;
  }

  createMailbox(path: SourcePath): Promise<void> {
    return this.#inTurn(() => createMailbox(this.#wire, this.#paths, path));
  }

  renameMailbox(from: SourcePath, to: SourcePath): Promise<void> {
    return this.#inTurn(() => renameMailbox(this.#wire, this.#paths, from, to));
  }

  deleteMailbox(path: SourcePath): Promise<void> {
    return this.#inTurn(() => deleteMailbox(this.#wire, this.#paths, path));
  }

  append(path: SourcePath, message: AppendSource, flags: FlagSet, internalDate: number | undefined): Promise<Appended> {
    return this.#inTurn(async () => {
      const { appendLimit } = this.capabilities;
      if (appendLimit !== undefined && message.sizeBytes > appendLimit)
        throw new UpstreamError('permanent', `the server takes no message above ${appendLimit} bytes`, {
          code: 'TOOBIG',
        });
      const sent = this.#shared.traits.appendNeedsLineEnd ? await withLineEnd(message) : message;
      const name = quoted(this.#paths.nameOf(path));
      const appended = await append(this.#wire, name, sent, this.#keptIn(path, flags), internalDate);
      if (this.capabilities.uidplus) this.#shared.note({ appendUid: appended.uid === undefined ? 'wrong' : 'right' });
      return appended;
    });
  }

  select(path: SourcePath): Promise<SelectedSource> {
    return this.#inTurn(() => this.#select(path));
  }

  async #select(path: SourcePath): Promise<SelectedSource> {
    this.#view = undefined;
    this.#wire.defaults = {};
    const told = await selectSource(this.#wire, this.#paths, path, this.capabilities);
    const source = this.#shared.traits.trustsNewKeywords ? told : { ...told, keepsNewKeywords: false };
    this.#view = new SelectedView(path, source, (news) => this.#onIdleNews(news));
    this.#wire.defaults = this.#view.handlers;
    this.#shared.selectedBefore.set(pathKey(path), source);
    return source;
  }

  uids(): Promise<Uint32Array> {
    return this.#onSelected(allUids);
  }

  search(criterion: UpstreamSearch): Promise<Uint32Array> {
    return this.#onSelected((context) => search(context, criterion));
  }

  fetchListing(uids: NumberRanges, onBatch: BatchConsumer<ListingRow>): Promise<void> {
    return this.#onSelected((context) => fetchListing(context, uids, onBatch));
  }

  fetchHeaders(uids: NumberRanges, onBatch: BatchConsumer<HeaderRow>): Promise<void> {
    return this.#onSelected((context) => fetchHeaders(context, uids, onBatch));
  }

  fetchFlags(uids: NumberRanges, onBatch: BatchConsumer<FlagRow>): Promise<void> {
    return this.#onSelected((context) => fetchFlags(context, uids, onBatch));
  }

  changesSince(modseq: bigint, onBatch: BatchConsumer<FlagRow>): Promise<{ vanished: NumberRanges | undefined }> {
    return this.#onSelected((context) => changesSince(context, modseq, onBatch));
  }

  fetchBodies(
    uids: readonly UpstreamUid[],
    onBody: (uid: UpstreamUid, body: AsyncIterable<Uint8Array>) => Promise<void>,
  ): Promise<void> {
    return this.#onSelected((context) => fetchBodies(context, uids, onBody));
  }

  storeFlags(uids: NumberRanges, operation: FlagOperation, flags: FlagSet): Promise<readonly string[]> {
    return this.#onSelected((context) => storeFlags(context, uids, operation, flags));
  }

  copy(uids: NumberRanges, to: SourcePath): Promise<Transferred> {
    return this.#transfer(uids, to, copy);
  }

  move(uids: NumberRanges, to: SourcePath): Promise<Transferred> {
    return this.#transfer(uids, to, move);
  }

  expunge(uids: NumberRanges): Promise<void> {
    return this.#onSelected((context) => expunge(context, uids));
  }

  waitForChange({ signal, maxMs }: { signal: AbortSignal; maxMs: number }): Promise<Waited> {
    return this.#onSelected((context) =>
      waitForChange(
        { ...context, logger: this.#shared.logger, name: quoted(this.#paths.nameOf(context.view.path)) },
        AbortSignal.any([signal, this.#ending.signal]),
        maxMs,
      ),
    );
  }

  async close(): Promise<void> {
    this.#ending.abort();
    try {
      await this.#wire.logout();
    } catch (error) {
      this.#shared.logger.debug({ err: error }, 'upstream logout failed');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#mutex.run(async () => {
      if (this.#wire.isClosed) throw lost('the connection is closed');
      return work();
    });
  }

  #onSelected<T>(work: (context: FetchContext) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      const view = this.#view;
      if (!view) throw new UpstreamError('permanent', 'no source is selected', { code: 'CLIENTBUG' });
      return work({
        wire: this.#wire,
        view,
        capabilities: this.capabilities,
        traits: this.#shared.traits,
        flags: this.#flags,
        note: this.#shared.note,
      });
    });
  }

  #transfer(uids: NumberRanges, to: SourcePath, work: typeof copy): Promise<Transferred> {
    return this.#onSelected((context) => {
      const target = quoted(this.#paths.nameOf(to));
      const isTrusted = this.capabilities.uidplus && context.traits.trustsCopyUid;
      if (!isTrusted || !isCheckable(uids) || !this.#shared.isOrderUnproved()) return work(context, uids, target);
      return transferAndSee(context, uids, target, work, async () => {
        const source = await this.#select(context.view.path);
        // News of it went by unseen meanwhile.
        this.#view?.unasked();
        return source;
      });
    });
  }

  #onIdleNews(news: IdleNews): void {
    this.#idleNews.add(news);
    this.#shared.note({ idle: [...this.#idleNews].sort() });
  }

  /** By what SELECT told of that mailbox, or of any other of the account; a server that was never asked decides itself. */
  #keptIn(path: SourcePath, flags: FlagSet): FlagSet {
    const { selectedBefore } = this.#shared;
    const known = selectedBefore.get(pathKey(path)) ?? selectedBefore.values().next().value;
    return known ? keptFlags(flags, known) : flags;
  }
}
