// Sent copies and local deliveries for the outbox (DESIGN §9; providers.md §10).
import { sleep } from '../lib/deadline.js';
import { SystemFlag } from '../mail/flags.js';
import type { SourceRow } from '../store/sources.js';
import { append, type AppendContext } from './actions/append.js';
import type { Spooled } from './core.js';

export interface SentCopies {
  /** Whether the account's Sent holds the message, asking the upstream if need be. @throws {UpstreamError} */
  alreadyInSent(accountId: number, messageIdHeader: string): Promise<boolean>;
  /** Waits for the provider to file a copy by itself. @throws {UpstreamError} */
  watchSent(accountId: number, messageIdHeader: string, withinMs: number, signal: AbortSignal): Promise<boolean>;
  /** Stores a copy in the account's Sent (through the journal), unless one is there. */
  fileSentCopy(accountId: number, message: Spooled): Promise<void>;
  /** Puts a message of our own (a delivery report) into the account's INBOX. */
  deliverLocal(accountId: number, bytes: Uint8Array): Promise<void>;
  /** The account whose mailboxes hold the message with this Message-ID: a reply goes out through the same. */
  accountOfMessage(messageIdHeader: string): number | undefined;
}

export interface SentCopiesOptions {
  readonly context: AppendContext;
  /** Looks at a source now. @throws {UpstreamError} */
  lookAt(sourceId: number): Promise<void>;
}

const LOOK_EVERY_MS = 2_000;

export function createSentCopies({ context, lookAt }: SentCopiesOptions): SentCopies {
  const { store } = context;
  const roleSource = (accountId: number, role: 'sent' | 'inbox'): SourceRow | undefined =>
    store.sources.ofAccount(accountId).find((source) => source.role === role);
  const isThere = (source: SourceRow, messageIdHeader: string): boolean =>
    store.messages
      .byMessageIdHeader(source.accountId, messageIdHeader)
      .flatMap((id) => store.copies.ofMessage(id))
      .some(({ sourceId, leaving }) => sourceId === source.id && leaving === 0) ||
    store.messages.hasOriginalMessageId(source.id, messageIdHeader);

  const alreadyInSent = async (accountId: number, messageIdHeader: string): Promise<boolean> => {
    const source = roleSource(accountId, 'sent');
    if (!source) return false;
    if (!isThere(source, messageIdHeader)) await lookAt(source.id);
    return isThere(source, messageIdHeader);
  };
  const put = async (accountId: number, role: 'sent' | 'inbox', message: Spooled, seen: boolean) => {
    const flags = { system: seen ? SystemFlag.Seen : 0, keywords: [] };
    await append({ ...context, submittedBy: () => undefined }, { accountId, role }, { message, flags, internalDate: undefined });
  };
  return {
    alreadyInSent,
    watchSent: async (accountId, messageIdHeader, withinMs, signal) => {
      for (const end = Date.now() + withinMs; ; ) {
        if (await alreadyInSent(accountId, messageIdHeader)) return true;
        if (Date.now() >= end || signal.aborted) return false;
        await sleep(LOOK_EVERY_MS, signal);
      }
    },
    fileSentCopy: (accountId, message) => put(accountId, 'sent', message, true),
    deliverLocal: async (accountId, bytes) => {
      const spool = context.bodies.spool();
      await spool.write(bytes);
      await put(accountId, 'inbox', await spool.finish(), false);
    },
    accountOfMessage: (messageIdHeader) =>
      [...context.accounts.keys()].find((id) => store.messages.byMessageIdHeader(id, messageIdHeader).length > 0),
  };
}
