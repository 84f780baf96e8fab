// What is kept here alone: messages no upstream has, and the gateway's own words. They stand in sources that no upstream knows.
import type { CopyRow } from '../store/copies.js';
import type { SourceRow } from '../store/sources.js';
import type { Store } from '../store/store.js';
import { removeCopy } from './sync/ingest.js';
import type { Work } from './unit-of-work.js';

/** The mailbox of bytes that no upstream would take, and of what was brought back to a place that is gone. */
const RECOVERED = 'Recovered';

/** The account's source behind `Recovered`, and the mailbox itself, made when they are needed first. */
export function recoveredSource({ sources, mailboxes }: Store, work: Work, accountId: number): SourceRow {
  const source = sources.localOf(accountId, 'recovered', [`${RECOVERED} (local)`]);
  const mailbox =
    mailboxes.byPath(RECOVERED) ??
    mailboxes.insert({ path: RECOVERED, kind: 'view', role: undefined, accountId: undefined, selectable: true });
  mailboxes.subscribe(RECOVERED);
  mailboxes.addFeed(mailbox.id, source.id, true);
  work.ringTree();
  return source;
}

/** What the account has in `Recovered` stays there, under its uids, when the account goes: another one answers for it. */
export function bequeathRecovered(store: Store, work: Work, accountId: number, heirId: number): void {
  const source = store.sources.ofAccount(accountId).find(({ local }) => local === 'recovered');
  const kept = source ? store.copies.ofSource(source.id) : [];
  if (kept.length === 0) return;
  const heirs = recoveredSource(store, work, heirId);
  for (const copy of kept) {
    store.messages.setAccount(copy.messageId, heirId);
    store.copies.setSource(copy.id, heirs.id);
  }
}

/** The account's source of what the gateway itself has to say, shown in INBOX. */
export function noticeSource({ sources, mailboxes }: Store, work: Work, accountId: number): SourceRow {
  const source = sources.localOf(accountId, 'notice', ['INBOX (local)']);
  const inbox = mailboxes.byPath('INBOX');
  if (inbox && !mailboxes.feedsOfSource(source.id).some(({ mailboxId, active }) => mailboxId === inbox.id && active)) {
    mailboxes.addFeed(inbox.id, source.id, true);
    work.ringTree();
  }
  return source;
}

/** Takes a copy of a local source away for good, with the claim to its bytes. */
export function removeLocal(store: Store, work: Work, copy: CopyRow): void {
  const bodyRef = store.messages.get(copy.messageId)?.bodyRef;
  removeCopy(store, work, copy);
  if (bodyRef) store.bodyIndex.unpin(bodyRef);
}
