// One session of the fake connector: what each method of UpstreamSession does to the account model.
import { UpstreamError } from '../../src/mail/errors.js';
import { type FlagSet, flagSetOf } from '../../src/mail/flags.js';
import type { UpstreamUid } from '../../src/mail/ids.js';
import { type NumberRanges, rangesOf } from '../../src/mail/sequence-set.js';
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
  Transferred,
  UpstreamMailbox,
  UpstreamQuota,
  UpstreamSearch,
  UpstreamSession,
} from '../../src/upstream/connector.js';
import { headerRowOf, listingRowOf, matchesSearch } from './fake-rows.js';
import { type FakeMailbox, type FakeMessage, messagesIn } from './fake-upstream-model.js';
import { FakeWire, permanent } from './fake-wire.js';

const LISTING_BATCH = 1000;
const HEADER_BATCH = 250;

const inPart = ({ kind, message, details }: UpstreamError): UpstreamError =>
  new UpstreamError(kind, message, { ...details, outcomeUnknown: true });

export class FakeSession extends FakeWire implements UpstreamSession {
  listMailboxes(): Promise<readonly UpstreamMailbox[]> {
    return this.command('listMailboxes', [], () =>
      this.host.account.mailboxes.map(({ path, role, selectable }) => ({ path, role, selectable })),
    );
  }

  probe(): Promise<void> {
    return this.command('probe', [], () => undefined);
  }

  status(path: SourcePath): Promise<SourceStatus> {
    return this.command('status', [path], () => {
      const mailbox = this.existing(path, 'NONEXISTENT');
      const { uidNext, uidValidity, highestModseq, messages } = mailbox;
      return {
        messages: messages.length,
        uidNext,
        uidValidity,
        highestModseq: this.capabilities.condstore ? highestModseq : undefined,
      };
    });
  }

  quota(): Promise<UpstreamQuota | undefined> {
    return this.command('quota', [], () => this.host.quota());
  }

  createMailbox(path: SourcePath): Promise<void> {
    return this.command('createMailbox', [path], () => {
      if (path.some((part) => part === '' || part.includes('/'))) throw permanent('CANNOT', 'not a name');
      if (this.host.account.find(path)?.selectable) throw permanent('ALREADYEXISTS', 'the mailbox exists');
      this.host.account.create(path);
    });
  }

  renameMailbox(from: SourcePath, to: SourcePath): Promise<void> {
    return this.command('renameMailbox', [from, to], () => {
      if (to.some((part) => part === '' || part.includes('/'))) throw permanent('CANNOT', 'not a name');
      const mailbox = this.existing(from, 'NONEXISTENT');
      if (mailbox.role === 'inbox') throw permanent('CANNOT', 'INBOX stays');
      if (this.host.account.find(to)) throw permanent('ALREADYEXISTS', 'the mailbox exists');
      this.host.account.rename(mailbox, to);
    });
  }

  deleteMailbox(path: SourcePath): Promise<void> {
    return this.command('deleteMailbox', [path], () => {
      const mailbox = this.existing(path, 'NONEXISTENT');
      if (mailbox.role === 'inbox') throw permanent('CANNOT', 'INBOX stays');
      this.host.account.remove(mailbox);
    });
  }

  async append(
    path: SourcePath,
    message: AppendSource,
    flags: FlagSet,
    internalDate: number | undefined,
  ): Promise<Appended> {
    return this.command('append', [path, message, flags, internalDate], async () => {
      const pieces: Uint8Array[] = [];
      for await (const piece of message.open()) pieces.push(piece);
      this.alive();
      const bytes = Buffer.concat(pieces);
      this.sent += bytes.byteLength;
      if (bytes.byteLength !== message.sizeBytes) {
        this.die();
        throw new UpstreamError('transient', 'the message could not be sent whole');
      }
      if (this.capabilities.appendLimit !== undefined && bytes.byteLength > this.capabilities.appendLimit)
        throw permanent('TOOBIG', 'the message is too big');
      const mailbox = this.existing(path, 'TRYCREATE');
      const isEnded = !this.host.addsLineEnd || bytes.subarray(-2).equals(Buffer.from('\r\n'));
      const kept = isEnded ? bytes : Buffer.concat([bytes, Buffer.from('\r\n')]);
      const date = internalDate ?? Math.floor(Date.now() / 1000);
      const { uid } = this.own(mailbox, () =>
        this.host.account.add(mailbox, { bytes: kept, flags: this.kept(flags, mailbox), internalDate: date }),
      );
      return this.capabilities.uidplus
        ? { uidValidity: mailbox.uidValidity, uid }
        : { uidValidity: undefined, uid: undefined };
    });
  }

  select(path: SourcePath): Promise<SelectedSource> {
    return this.command('select', [path], () => {
      this.selected = undefined;
      const mailbox = this.existing(path, 'NONEXISTENT');
      this.selected = mailbox;
      this.seen = mailbox.version;
      const { uidValidity, uidNext, highestModseq, messages } = mailbox;
      const listed = flagSetOf(this.host.permanentFlags(path).filter((flag) => flag !== '\\*'));
      return {
        uidValidity,
        uidNext,
        exists: messages.length,
        highestModseq: this.capabilities.condstore ? highestModseq : undefined,
        permanentSystemFlags: listed.system,
        keepsNewKeywords: this.host.permanentFlags(path).includes('\\*') && !this.host.keywords.isKnown,
        keepsKeywords: listed.keywords.map((keyword) => keyword.toLowerCase()),
      };
    });
  }

  uids(): Promise<Uint32Array> {
    return this.command('uids', [], () => Uint32Array.from(this.current().messages, ({ uid }) => uid));
  }

  search(criterion: UpstreamSearch): Promise<Uint32Array> {
    return this.command('search', [criterion], () => {
      const found = this.current().messages.filter((message) => matchesSearch(message, criterion));
      return Uint32Array.from(found, ({ uid }) => uid);
    });
  }

  fetchListing(uids: NumberRanges, onBatch: (rows: ListingRow[]) => void | Promise<void>): Promise<void> {
    return this.command('fetchListing', [uids], () =>
      this.batches(
        messagesIn(this.current(), uids),
        LISTING_BATCH,
        (message) => listingRowOf(message, this.capabilities),
        onBatch,
      ),
    );
  }

  fetchHeaders(uids: NumberRanges, onBatch: (rows: HeaderRow[]) => void | Promise<void>): Promise<void> {
    return this.command('fetchHeaders', [uids], () =>
      this.batches(
        messagesIn(this.current(), uids),
        HEADER_BATCH,
        (message) => headerRowOf(message, this.capabilities),
        onBatch,
      ),
    );
  }

  fetchFlags(uids: NumberRanges, onBatch: (rows: FlagRow[]) => void | Promise<void>): Promise<void> {
    return this.command('fetchFlags', [uids], () =>
      this.batches(messagesIn(this.current(), uids), LISTING_BATCH, ({ uid, flags }) => ({ uid, flags }), onBatch),
    );
  }

  changesSince(
    modseq: bigint,
    onBatch: (rows: FlagRow[]) => void | Promise<void>,
  ): Promise<{ vanished: NumberRanges | undefined }> {
    return this.command('changesSince', [modseq], async () => {
      if (!this.capabilities.condstore) throw permanent('CANNOT', 'the server has no CONDSTORE');
      const mailbox = this.current();
      const changed = mailbox.messages.filter((message) => message.modseq > modseq);
      const gone = mailbox.vanished.filter((entry) => entry.modseq > modseq).map(({ uid }) => uid);
      await this.batches(changed, LISTING_BATCH, ({ uid, flags }) => ({ uid, flags }), onBatch);
      return { vanished: this.capabilities.qresync ? rangesOf(gone.sort((a, b) => a - b)) : undefined };
    });
  }

  fetchBodies(
    uids: readonly UpstreamUid[],
    onBody: (uid: UpstreamUid, body: AsyncIterable<Uint8Array>) => Promise<void>,
  ): Promise<void> {
    return this.command('fetchBodies', [uids], async () => {
      for (const uid of uids) {
        this.alive();
        const message = this.current().messages.find((other) => other.uid === uid);
        if (message && !this.host.hidden.has(message)) await onBody(uid, this.pieces(message.bytes));
      }
    });
  }

  storeFlags(uids: NumberRanges, operation: FlagOperation, flags: FlagSet): Promise<readonly string[]> {
    return this.command('storeFlags', [uids, operation, flags], () => {
      const mailbox = this.current();
      const kept = this.kept(flags, mailbox);
      for (const message of messagesIn(mailbox, uids))
        this.own(mailbox, () => this.host.account.setFlags(mailbox, message, operation, kept));
      if (!this.host.keywords.areDropped || operation !== 'add') return [];
      const dropped = flags.keywords.filter((keyword) => !kept.keywords.includes(keyword));
      if (dropped.length > 0) this.host.keywords.isKnown = true;
      return dropped.map((keyword) => keyword.toLowerCase());
    });
  }

  copy(uids: NumberRanges, to: SourcePath): Promise<Transferred> {
    return this.command('copy', [uids, to], () => {
      const target = this.existing(to, 'TRYCREATE');
      return this.transferred(target, messagesIn(this.current(), uids), (message) =>
        this.host.account.copy(message, target),
      );
    });
  }

  move(uids: NumberRanges, to: SourcePath): Promise<Transferred> {
    return this.command('move', [uids, to], () => {
      if (!this.capabilities.move && !this.capabilities.uidplus)
        throw permanent('CANNOT', 'the server has neither MOVE nor UIDPLUS');
      const from = this.current();
      const target = this.existing(to, 'TRYCREATE');
      const messages = messagesIn(from, uids);
      if (!this.capabilities.move) return this.moveInHalves(messages, from, target);
      return this.transferred(target, messages, (message) => this.host.account.move(message, from, target));
    });
  }

  /** UID COPY, then UID EXPUNGE: whatever comes in between, what was copied stands in both. */
  private async moveInHalves(
    messages: readonly FakeMessage[],
    from: FakeMailbox,
    target: FakeMailbox,
  ): Promise<Transferred> {
    const told = this.transferred(target, messages, (message) => this.host.account.copy(message, target));
    try {
      this.failIfPlanned('move', 'halfway');
      await this.nextCommand('expunge', [messages.map(({ uid }) => uid)]);
      for (const message of messages.filter((each) => from.messages.includes(each)))
        this.own(from, () => this.host.account.expunge(from, message));
    } catch (error) {
      if (error instanceof UpstreamError && error.kind === 'permanent') this.host.leftBehind.push(...messages);
      throw error instanceof UpstreamError ? inPart(error) : error;
    }
    this.failIfPlanned('expunge', 'after');
    return told;
  }

  expunge(uids: NumberRanges): Promise<void> {
    return this.command('expunge', [uids], () => {
      if (!this.capabilities.uidplus) throw permanent('CANNOT', 'the server has no UIDPLUS');
      const mailbox = this.current();
      for (const message of messagesIn(mailbox, uids))
        this.own(mailbox, () => this.host.account.expunge(mailbox, message));
    });
  }

  waitForChange({ signal, maxMs }: { signal: AbortSignal; maxMs: number }): Promise<'changed' | 'aborted' | 'timeout'> {
    return this.command('waitForChange', [maxMs], async () => {
      const mailbox = this.current();
      const result = await this.waitOn(mailbox, AbortSignal.any([signal, this.death.signal]), maxMs);
      this.alive();
      this.seen = mailbox.version;
      return result;
    });
  }

  async close(): Promise<void> {
    if (!this.death.signal.aborted) await this.host.called({ session: this.number, method: 'close', args: [] });
    this.die();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
