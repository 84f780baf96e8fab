import { groupBy } from '../../lib/group-by.js';
// COPY and MOVE (RFC 9051 §6.4.7, §6.4.8). Within an account the upstream does it; between accounts the bytes travel
// through our spool: DESIGN §7, "Between accounts".
import { MailboxError } from '../../mail/errors.js';
import { asUid } from '../../mail/ids.js';
import type { NumberRanges } from '../../mail/sequence-set.js';
import { type CopyRow, splitKeywords } from '../../store/copies.js';
import type { MailboxRow } from '../../store/mailboxes.js';
import type { SourceRow } from '../../store/sources.js';
import type { AccountSettings } from '../accounts.js';
import { asOurs, withUnkept } from '../copy-flags.js';
import type { MailboxId, Transfer } from '../core.js';
import { removeLocal } from '../local-sources.js';
import type { Remover } from '../removals/contract.js';
import { sharedPlace } from '../shared-mailboxes.js';
import type { Work } from '../unit-of-work.js';
import { type ActionContext, originOf, type Selected, selectedCopies, targetMailbox } from './context.js';

export type TransferKind = 'copy' | 'move';

/** From one source to where its messages land in the target. */
interface Route {
  readonly from: SourceRow;
  readonly account: AccountSettings;
  readonly to: SourceRow;
  readonly toAccount: AccountSettings;
}

interface Step extends Selected, Route {
  readonly kind: TransferKind;
  /** The copy that stands in the target afterwards. */
  newCopyId: number;
  /** Already there (a label it has, or the same source under another name): nothing to carry upstream. */
  alreadyThere: boolean;
}

/** @throws {MailboxError} TRYCREATE, CANNOT */
export function transfer(
  context: ActionContext,
  kind: TransferKind,
  {
    mailboxId,
    uids,
    toPath,
    by,
  }: { mailboxId: MailboxId; uids: NumberRanges; toPath: string; by?: Remover | undefined },
): Transfer {
  const target = targetMailbox(context, toPath);
  const isNotice = ({ copy }: Selected) => context.store.sources.get(copy.sourceId)?.local === 'notice';
  const named = selectedCopies(context, mailboxId, uids);
  const selected = named.filter((message) => !isNotice(message));
  const pairs = context.unit.durable((work) => {
    // What the gateway itself has to say goes nowhere but away.
    if (kind === 'move') {
      for (const { copy } of named.filter(isNotice)) removeLocal(context.store, work, copy);
    }
    const routes = new Map<number, Route>();
    const steps = selected.map((message) => {
      const route = routeOf(context, work, { message, target, routes });
      return planStep(message, route, isDeletion(context, message, route) ? 'move' : kind);
    });
    const isSameMailbox = target.id === mailboxId;
    for (const step of steps) takeStep(context, work, step, isSameMailbox);
    noteTrashed(context, { mailboxId, by }, steps);
    oweSteps(work, steps);
    return steps.flatMap((step) => {
      const uid = shownUid(context, work, target, step);
      // Gmail: the Archive does not show what another label shows, so there is no uid to tell of.
      return uid === undefined ? [] : [[asUid(step.uid), asUid(uid)] as const];
    });
  });
  return { uidValidity: target.uidValidity, pairs };
}

/** What goes to Trash is as good as deleted; what is moved elsewhere, or about in Trash, is not. */
function noteTrashed(
  { store, removals }: ActionContext,
  { mailboxId, by }: { mailboxId: MailboxId; by: Remover | undefined },
  steps: readonly Step[],
): void {
  const trashed = steps.filter(({ kind, from, to }) => kind === 'move' && to.role === 'trash' && from.role !== 'trash');
  const copies = trashed.map(({ copy, newCopyId }) => [copy.id, newCopyId] as const);
  removals.note({ by, mailboxPath: store.mailboxes.get(mailboxId)?.path ?? '', copies });
}

/**
 * Gmail: what comes to Trash loses every label, so that a COPY to Trash takes the message away as a MOVE does. It is taken for
 * one: it goes at once, is noted, and can be undone; the EXPUNGE that a mail program sends next finds nothing more to remove.
 */
const isDeletion = (context: ActionContext, { copy }: Selected, route: Route): boolean =>
  route.to.role === 'trash' &&
  route.from.role !== 'trash' &&
  (isLabelled(context, copy, route) || isYetToBe(copy, route));

/** Stored here just now: the provider's id of it comes with its APPEND. */
const isYetToBe = ({ upstreamUid }: CopyRow, route: Route): boolean =>
  upstreamUid === null && !isApart(route) && route.account.traits.deleteIsMoveToTrash;

/** COPY or MOVE of copies by themselves: each to its source. Returns what stands there then, in their order. */
export function transferCopies(
  context: ActionContext,
  work: Work,
  { kind, copies }: { kind: TransferKind; copies: readonly { readonly copy: CopyRow; readonly to: SourceRow }[] },
): number[] {
  const steps = copies.map(({ copy, to }): Step => {
    const { source: from, account } = originOf(context, copy);
    return planStep({ uid: 0, copy }, { from, account, to, toAccount: ownerOf(context, to) }, kind);
  });
  for (const step of steps) takeStep(context, work, step, false);
  oweSteps(work, steps);
  return steps.map(({ newCopyId }) => newCopyId);
}

function ownerOf({ accounts }: ActionContext, { accountId }: SourceRow): AccountSettings {
  const account = accounts.get(accountId);
  if (!account) throw new MailboxError('UNAVAILABLE', 'the account is not configured any more');
  return account;
}

const planStep = (message: Selected, route: Route, kind: TransferKind): Step => ({
  ...message,
  ...route,
  kind,
  newCopyId: 0,
  alreadyThere: false,
});

/** Worked out once for each source the messages come from. */
function routeOf(
  context: ActionContext,
  work: Work,
  { message, target, routes }: { message: Selected; target: MailboxRow; routes: Map<number, Route> },
): Route {
  const known = routes.get(message.copy.sourceId);
  if (known) return known;
  const { source: from, account } = originOf(context, message.copy);
  const { source: to, account: toAccount } = targetSource(context, work, { target, account, from });
  const route = { from, account, to, toAccount };
  routes.set(from.id, route);
  return route;
}

/** Which source a message of `account` lands in when it is put into `target` (DESIGN §5). */
export function targetSource(
  context: ActionContext,
  work: Work,
  { target, account, from }: { target: MailboxRow; account: AccountSettings; from?: SourceRow },
): { source: SourceRow; account: AccountSettings } {
  const { store } = context;
  const isShared = target.kind === 'unified' && sharedPlace(target.path) !== undefined;
  if (target.kind === 'unified' && (target.role || isShared)) {
    const { tree } = context;
    try {
      const source = target.role
        ? tree.roleSource(work, account, target.role)
        : tree.sharedSource(work, account, target.path);
      return { source, account };
    } catch (error) {
      throw new MailboxError('CANNOT', `${account.name} has no mailbox for this`, { cause: error });
    }
  }
  const feeds = store.mailboxes
    .feedsOfMailbox(target.id)
    .map(({ sourceId }) => store.sources.get(sourceId))
    .filter((source) => source !== undefined);
  const source =
    feeds.find(({ id }) => id === from?.id) ?? feeds.find(({ accountId }) => accountId === account.id) ?? feeds[0];
  const owner = source && context.accounts.get(source.accountId);
  if (!source || !owner) throw new MailboxError('CANNOT', 'this mailbox cannot hold messages');
  return { source, account: owner };
}

function takeStep(context: ActionContext, work: Work, step: Step, isSameMailbox: boolean): void {
  const { copies } = context.store;
  const { kind, copy, from, to } = step;
  if (from.id === to.id && kind === 'move') {
    // The same upstream mailbox under another name, or the mailbox itself: only its uid here can change.
    step.alreadyThere = true;
    step.newCopyId = copy.id;
    if (!isSameMailbox) return;
    work.withdraw(copy.id);
    work.place(copy.id);
    return;
  }
  const labelled = isLabelled(context, copy, step) ? labelledCopy(context, copy, to) : undefined;
  if (labelled && kind === 'copy') {
    step.alreadyThere = true;
    step.newCopyId = labelled.id;
    return;
  }
  // A move to a label it has already takes the other label away; the copy there stays the one it is.
  step.newCopyId = labelled?.id ?? makeCopy(context, step);
  if (kind === 'move') {
    copies.setLeaving(copy.id, true);
    work.withdraw(copy.id);
  }
  work.place(step.newCopyId);
}

/** Whether the upstream cannot carry it over by itself: it has to be sent there from here. */
const isApart = ({ from, account, toAccount }: Route): boolean =>
  from.local !== undefined || account.id !== toAccount.id;

/** Gmail: mailboxes are labels of one message. Known by the id that the provider gives a message. */
const isLabelled = ({ store }: ActionContext, { messageId }: CopyRow, route: Route): boolean =>
  !isApart(route) && route.account.traits.deleteIsMoveToTrash && store.messages.get(messageId)?.emailId != null;

/** A copy in a label the message already carries is the same thing. */
const labelledCopy = ({ store }: ActionContext, { messageId }: CopyRow, to: SourceRow): CopyRow | undefined =>
  store.copies.ofMessage(messageId).find(({ sourceId, leaving }) => sourceId === to.id && leaving === 0);

function makeCopy(context: ActionContext, step: Step): number {
  const { copies } = context.store;
  const { copy, to, toAccount } = step;
  const messageId = isApart(step) ? cloneMessage(context, copy.messageId, toAccount.id) : copy.messageId;
  // What the upstream will carry along is its own flags; everything of ours on top is ours there too until it is told.
  // Another account has none of them yet; and some a mailbox may not keep, though the one it comes from does.
  const all = { system: copy.flags, keywords: splitKeywords(copy.keywords) };
  const flags = isApart(step) ? asOurs(all) : withUnkept(copy, to);
  return copies.insertUnbound(to.id, messageId, flags);
}

/** The same content as a message of another account; its body is the origin's until it has been spooled. */
function cloneMessage({ store: { messages } }: ActionContext, originId: number, accountId: number): number {
  const origin = messages.get(originId);
  if (!origin) throw new MailboxError('UNAVAILABLE', 'the message is gone');
  const { internalDate, sizeBytes } = origin;
  const id = messages.insert({ accountId, emailId: undefined, threadId: undefined, internalDate, sizeBytes });
  const listing = messages.listing(originId);
  if (listing) messages.setListing(id, listing);
  messages.setOrigin(id, originId);
  messages.setContent(id, originId);
  return id;
}

function oweSteps(work: Work, steps: readonly Step[]): void {
  const owed = steps.filter(({ alreadyThere }) => !alreadyThere);
  for (const group of groupBy(owed, ({ kind, from, to }) => `${kind} ${from.id} ${to.id}`).values()) {
    const [first] = group;
    if (!first) continue;
    const { kind, account, from, to } = first;
    const targets = group.map(({ copy, newCopyId }) => ({ copyId: copy.id, newCopyId }));
    if (!isApart(first)) {
      work.owe({ accountId: account.id, kind, sourceId: from.id, payload: { toSourceId: to.id }, targets });
      continue;
    }
    // One row a message: each is spooled, appended, verified and removed on its own.
    for (const target of targets) {
      const payload = { toSourceId: to.id, remove: kind === 'move' };
      work.owe({ accountId: account.id, kind: 'spool', sourceId: from.id, payload, targets: [target] });
    }
  }
}

/** @throws {MailboxError} CANNOT, if the target does not show it */
export function entryUid(
  context: ActionContext,
  work: Work,
  target: MailboxRow,
  placed: { newCopyId: number; to: SourceRow },
): number {
  const uid = shownUid(context, work, target, placed);
  if (uid === undefined) throw new MailboxError('CANNOT', 'this mailbox does not show that message');
  return uid;
}

/** The uid in the target, if it shows the copy; one not yet showing that source (first listing under way) starts to. */
function shownUid(
  context: ActionContext,
  work: Work,
  target: MailboxRow,
  { newCopyId, to }: { newCopyId: number; to: SourceRow },
): number | undefined {
  const { uidMap, mailboxes } = context.store;
  const known = uidMap.uidOf(target.id, newCopyId);
  if (known !== undefined) return known;
  mailboxes.addFeed(target.id, to.id, true);
  mailboxes.activateFeeds(target.id, [to.id]);
  work.ringTree();
  work.place(newCopyId);
  return uidMap.uidOf(target.id, newCopyId);
}
