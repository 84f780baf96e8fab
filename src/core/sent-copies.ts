// Sent copies and local deliveries for the outbox (DESIGN §9; providers.md §10).
import { sleep } from '../lib/deadline.js';
import { momentIn } from '../lib/moment.js';
import { DiskError, MailboxError } from '../mail/errors.js';
import { SystemFlag } from '../mail/flags.js';
import { rangesOf } from '../mail/sequence-set.js';
import type { SourceRow } from '../store/sources.js';
import { type AppendContext, type AppendTarget, addCopy, append } from './actions/append.js';
import type { Spooled } from './core.js';
import { namesOf } from './journal/look-alikes.js';
import { recoveredSource } from './local-sources.js';
import type { UpstreamReader } from './reads/upstream-reader.js';

export type SentCopyFound = 'byProvider' | 'byClient' | 'nowhere';

export interface SentCopies {
  /**
   * Whether the account's Sent holds the message by the provider's doing, asking the upstream if need be. A copy put there
   * by a client of ours tells nothing: it does so when it has our 250, sent or not. @throws {UpstreamError}
   */
  alreadyInSent(accountId: number, messageIdHeader: string): Promise<boolean>;
  /**
   * Waits for the provider to file a copy by itself. `byClient`: the client has put one there, which is then the one.
   * @throws {UpstreamError}
   */
  watchSent(accountId: number, messageIdHeader: string, withinMs: number, signal: AbortSignal): Promise<SentCopyFound>;
  /**
   * Stores a copy in the account's Sent (through the journal), unless one is there; `also` is done in the same transaction. What
   * the account cannot take is kept in `Recovered`, and why is told. @throws {DiskError} the bytes are the caller's still
   */
  fileSentCopy(accountId: number, message: Spooled, also: () => void): Promise<MailboxError | undefined>;
  /** Puts a message of our own (a delivery report) into the account's INBOX; `also` is done in the same transaction. */
  deliverLocal(accountId: number, bytes: Uint8Array, also: () => void): Promise<void>;
  /** The account whose mailboxes hold the message with this Message-ID: a reply goes out through the same. */
  accountOfMessage(messageIdHeader: string): number | undefined;
}

export interface SentCopiesOptions {
  readonly context: AppendContext;
  readonly reader: UpstreamReader;
  /** Looks at a source now. @throws {UpstreamError} */
  lookAt(sourceId: number): Promise<void>;
}

const LOOK_EVERY_MS = 2_000;
/** What has just been sent is among these. */
const NEWEST = 500;

export function createSentCopies({ context, lookAt, reader }: SentCopiesOptions): SentCopies {
  const { store } = context;
  const roleSource = (accountId: number, role: 'sent' | 'inbox'): SourceRow | undefined =>
    store.sources.ofAccount(accountId).find((source) => source.role === role);
  const copiesIn = (source: SourceRow, messageIdHeader: string) =>
    store.messages
      .byMessageIdHeader(source.accountId, messageIdHeader)
      .flatMap((id) => store.copies.ofMessage(id))
      .filter(({ sourceId, leaving }) => sourceId === source.id && leaving === 0);
  /** A copy that a client has appended, on its way or there: it has bytes of ours. */
  const isFiledByClient = (source: SourceRow, messageIdHeader: string): boolean =>
    copiesIn(source, messageIdHeader).some(
      ({ messageId, upstreamUid }) => upstreamUid === null || store.messages.isOurs(messageId),
    );
  const isThere = (source: SourceRow, messageIdHeader: string): boolean =>
    copiesIn(source, messageIdHeader).some(
      ({ messageId, upstreamUid }) => upstreamUid !== null && !store.messages.isOurs(messageId),
    ) || store.messages.hasOriginalMessageId(source.id, messageIdHeader);

  /**
   * While a copy of a client's has yet to be appended, the sync lists nothing of its name, which may be that very copy. It is not
   * as long as none has been sent: then it is the provider's.
   */
  const isBehindOurs = async (source: SourceRow, messageIdHeader: string): Promise<boolean> => {
    const waiting = copiesIn(source, messageIdHeader).filter(({ upstreamUid }) => upstreamUid === null);
    const owed = waiting.flatMap(({ id }) => store.journal.ofCopy(id)).filter(({ kind }) => kind === 'append');
    if (owed.length === 0 || owed.some(({ sent }) => sent !== 0)) return false;
    return reader.read(source.id, { fresh: true }, async (session) => {
      const uids = (await session.uids()).slice(-NEWEST).filter((uid) => !store.copies.byUid(source.id, uid));
      let isFound = false;
      if (uids.length > 0)
        await session.fetchHeaders(rangesOf(uids), (rows) => {
          isFound ||= rows.some((row) => namesOf(row).includes(messageIdHeader));
        });
      return isFound;
    });
  };

  const alreadyInSent = async (accountId: number, messageIdHeader: string): Promise<boolean> => {
    const source = roleSource(accountId, 'sent');
    if (!source) return false;
    if (!isThere(source, messageIdHeader)) await lookAt(source.id);
    return isThere(source, messageIdHeader) || (await isBehindOurs(source, messageIdHeader));
  };
  const look = async (accountId: number, messageIdHeader: string): Promise<SentCopyFound> => {
    const source = roleSource(accountId, 'sent');
    if (source && isFiledByClient(source, messageIdHeader)) return 'byClient';
    return (await alreadyInSent(accountId, messageIdHeader)) ? 'byProvider' : 'nowhere';
  };
  const put = async (target: Exclude<AppendTarget, string>, message: Spooled, system: number, also?: () => void) => {
    const appending = { message, flags: { system, keywords: [] }, internalDate: undefined };
    await append({ ...context, submittedBy: () => undefined }, target, [appending], also);
  };
  const keepHere = async (accountId: number, message: Spooled, also: () => void) => {
    const listing = await context.takeApart(message.bodyRef);
    context.unit.durable((work) => {
      const owner = context.accounts.get(accountId);
      if (!owner) return;
      const source = recoveredSource(store, work, accountId);
      const [date, flags] = [Math.floor(Date.now() / 1000), { system: SystemFlag.Seen, keywords: [] }];
      work.place(addCopy(context, { source, owner, message, listing, date, flags }));
      also();
    });
  };
  return {
    alreadyInSent,
    watchSent: async (accountId, messageIdHeader, withinMs, signal) => {
      for (const end = momentIn(withinMs); ; ) {
        const found = await look(accountId, messageIdHeader);
        if (found !== 'nowhere' || end.leftMs() === 0 || signal.aborted) return found;
        await sleep(LOOK_EVERY_MS, signal);
      }
    },
    fileSentCopy: async (accountId, message, also) => {
      try {
        await put({ accountId, role: 'sent' }, message, SystemFlag.Seen, also);
        return undefined;
      } catch (error) {
        // Whoever could not store them has let go of them.
        store.bodyIndex.pin(message.bodyRef);
        if (!(error instanceof MailboxError) || error instanceof DiskError) throw error;
        await keepHere(accountId, message, also);
        return error;
      }
    },
    deliverLocal: async (accountId, bytes, also) => {
      const spool = context.bodies.spool();
      await spool.write(bytes);
      await put({ accountId, role: 'inbox' }, await spool.finish(), 0, also);
    },
    accountOfMessage: (messageIdHeader) =>
      [...context.accounts.keys()].find((id) => store.messages.byMessageIdHeader(id, messageIdHeader).length > 0),
  };
}
