import { fromAddress } from '../../mail/addresses.js';
import { MailboxError } from '../../mail/errors.js';
import { type FlagSet, withoutAccountTag } from '../../mail/flags.js';
import { asUid, type Uid } from '../../mail/ids.js';
import { type Role, UNIFIED_MAILBOXES } from '../../mail/roles.js';
import type { MailboxRow } from '../../store/mailboxes.js';
import type { Listing } from '../../store/messages.js';
import type { SourceRow } from '../../store/sources.js';
import type { AccountSettings } from '../accounts.js';
import { asOurs } from '../copy-flags.js';
import type { Appended, Spooled } from '../core.js';
import { type AppendPayload, SENT_COPY_WAIT_MS } from '../journal/payloads.js';
import type { MessageBodies } from '../reads/bodies.js';
import type { TakeApart } from '../reads/take-apart.js';
import type { Work } from '../unit-of-work.js';
import { type ActionContext, targetMailbox } from './context.js';
import { checkKeywords } from './flags.js';
import { entryUid, targetSource } from './transfer.js';

export interface AppendContext extends ActionContext {
  readonly bodies: MessageBodies;
  /** Bytes; the account's APPENDLIMIT, or our own default. */
  limitOf(accountId: number): number;
  readonly takeApart: TakeApart;
  /** The account that has just been given this message to send, if any: its APPEND to Sent is the same mail (DESIGN §9). */
  submittedBy(messageIdHeader: string): { accountId: number; savesSent: boolean | undefined } | undefined;
}

export function appendLimit(context: AppendContext, path: string): number {
  const target = targetMailbox(context, path);
  const sources = context.store.mailboxes
    .feedsOfMailbox(target.id)
    .flatMap(({ sourceId }) => context.store.sources.get(sourceId) ?? []);
  const accountIds =
    target.kind === 'unified' ? [...context.accounts.keys()] : sources.map(({ accountId }) => accountId);
  return Math.max(0, ...accountIds.map((id) => context.limitOf(id)));
}

/** A mailbox by path, or an account's mailbox of a role (for what the gateway itself stores). */
export type AppendTarget = string | { readonly accountId: number; readonly role: Role };

export interface Appending {
  readonly message: Spooled;
  readonly flags: FlagSet;
  readonly internalDate: number | undefined;
}

/** What else is done in the transaction that stores the messages: `copyIds`, in their order. */
export type AlsoInAppend = (work: Work, copyIds: readonly number[]) => void;

/**
 * APPEND (RFC 9051 §6.3.12, RFC 3502): all or nothing, in one transaction.
 * @throws {MailboxError} TRYCREATE, CANNOT, TOOBIG, LIMIT
 */
export async function append(
  context: AppendContext,
  where: AppendTarget,
  appendings: readonly Appending[],
  also?: AlsoInAppend,
): Promise<Appended> {
  try {
    for (const { flags } of appendings) checkKeywords(flags);
    const targetNow = () => targetMailbox(context, typeof where === 'string' ? where : unifiedPath(where.role));
    const placings: Placing[] = [];
    for (const appending of appendings) {
      placings.push(await placingOf(context, { where, target: targetNow(), appending }));
    }
    return context.unit.durable((work) => {
      // Again: while the messages were taken apart it may have been deleted, or renumbered.
      const target = targetNow();
      const placed = placings.map((placing) => place(context, work, target, placing));
      also?.(
        work,
        placed.map(({ copyId }) => copyId),
      );
      return { uidValidity: target.uidValidity, uids: placed.map(({ uid }) => uid) };
    });
  } catch (error) {
    // Refused: nobody answers for the bytes any more.
    for (const { message } of appendings) context.bodies.unpin(message.bodyRef);
    throw error;
  }
}

/** A message that is on disk and taken apart, and where it is to go. */
interface Placing extends Appending {
  readonly account: AccountSettings;
  /** The gateway's own copy of what it has sent. */
  readonly isOwnSentCopy: boolean;
  readonly listing: Listing;
}

async function placingOf(
  context: AppendContext,
  { where, target, appending }: { where: AppendTarget; target: MailboxRow; appending: Appending },
): Promise<Placing> {
  const { bodyRef, sizeBytes } = appending.message;
  const listing = await context.takeApart(bodyRef);
  const account =
    typeof where === 'string'
      ? accountFor(context, target, listing.headers)
      : mustHaveAccount(context, where.accountId);
  if (sizeBytes > context.limitOf(account.id)) {
    throw new MailboxError('TOOBIG', `${account.name} takes messages of at most ${context.limitOf(account.id)} bytes`);
  }
  return {
    ...appending,
    account,
    isOwnSentCopy: typeof where !== 'string' && where.role === 'sent',
    listing,
  };
}

function place(context: AppendContext, work: Work, target: MailboxRow, placing: Placing): { copyId: number; uid: Uid } {
  const { message, flags, account, isOwnSentCopy, listing } = placing;
  const { source, account: owner } = targetSource(context, work, { target, account });
  const sent = source.role === 'sent' ? sentCopyOf(context, listing.messageIdHeader, owner) : undefined;
  // The same mail twice in Sent would be a lie: what the outbox or the provider has filed is the one copy.
  const isSentCopy = sent !== undefined || isOwnSentCopy;
  const known =
    isSentCopy && listing.messageIdHeader !== '' ? existingCopy(context, source, listing.messageIdHeader) : undefined;
  const date = placing.internalDate ?? Math.floor(Date.now() / 1000);
  const copyId = known ?? addCopy(context, { source, owner, message, listing, date, flags });
  if (known === undefined) {
    work.place(copyId);
    const payload: AppendPayload = {
      ...message,
      internalDate: date,
      // false: this provider never files one, so nothing to wait for
      ...(sent && sent.savesSent !== false ? { awaitUntil: Date.now() + SENT_COPY_WAIT_MS } : {}),
    };
    work.owe({ accountId: owner.id, kind: 'append', sourceId: source.id, payload, targets: [{ copyId }] });
    // Whoever hands bytes over has pinned them once more, the very same bytes as well.
  } else context.bodies.unpin(message.bodyRef);
  return { copyId, uid: asUid(entryUid(context, work, target, { newCopyId: copyId, to: source })) };
}

const unifiedPath = (role: Role): string => UNIFIED_MAILBOXES.find(([known]) => known === role)?.[1] ?? 'INBOX';

function mustHaveAccount(context: AppendContext, accountId: number): AccountSettings {
  const account = context.accounts.get(accountId);
  if (!account) throw new MailboxError('CANNOT', 'the account is not configured any more');
  return account;
}

/** By the From header for unified mailboxes (DESIGN §5), else the mailbox's own account. */
function accountFor(context: AppendContext, target: MailboxRow, headers: string): AccountSettings {
  const own = target.accountId === undefined ? undefined : context.accounts.get(target.accountId);
  if (own) return own;
  const from = fromAddress(headers)?.toLowerCase();
  const sender = [...context.accounts.values()].find(
    ({ identities }) => from !== undefined && identities.includes(from),
  );
  const account = sender ?? context.defaultAccount;
  if (!account) throw new MailboxError('CANNOT', 'there is no account to store the message in');
  return account;
}

function sentCopyOf(context: AppendContext, messageIdHeader: string, owner: AccountSettings) {
  const submitted = messageIdHeader === '' ? undefined : context.submittedBy(messageIdHeader);
  return submitted?.accountId === owner.id ? submitted : undefined;
}

/** The copy that stands in Sent already, filed by the provider or by us: one send, one copy (promise 4). */
function existingCopy({ store }: ActionContext, source: SourceRow, messageIdHeader: string): number | undefined {
  return store.messages
    .byMessageIdHeader(source.accountId, messageIdHeader)
    .flatMap((id) => store.copies.ofMessage(id))
    .find(({ sourceId, leaving }) => sourceId === source.id && leaving === 0)?.id;
}

interface NewCopy {
  readonly source: SourceRow;
  readonly owner: AccountSettings;
  readonly message: Spooled;
  readonly listing: Listing;
  readonly date: number;
  readonly flags: FlagSet;
}

/** A message in a source that has yet to be appended there. */
export function addCopy(
  { store }: Pick<ActionContext, 'store'>,
  { source, owner, message, listing, date, flags }: NewCopy,
): number {
  const messageId = store.messages.insert({
    accountId: owner.id,
    emailId: undefined,
    threadId: undefined,
    internalDate: date,
    sizeBytes: message.sizeBytes,
  });
  store.messages.setListing(messageId, listing);
  store.messages.setBody(messageId, message.bodyRef);
  store.messages.setOurs(messageId, true);
  return store.copies.insertUnbound(source.id, messageId, asOurs(withoutAccountTag(flags)));
}
