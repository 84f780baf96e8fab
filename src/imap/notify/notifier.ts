// NOTIFY (RFC 5465): tells one client what happens in mailboxes it has not selected, to the tree of mailboxes, and in the
// selected one as soon as it happens. Changes are only marked when the bell rings; what is told is what is then true.
import type { Core, Mailbox, MailboxId } from '../../core/core.js';
import { createMutex } from '../../lib/mutex.js';
import { tellArrived } from '../fetch-items/answer-fetch.js';
import type { Reply } from '../reply.js';
import type { Selected } from '../selected.js';
import { type Session, type SessionNotifier, usesUtf8 } from '../session.js';
import { mailboxName } from '../wire/encode.js';
import { type AnnotationWatch, createAnnotationWatch } from './annotation-watch.js';
import { type EventGroup, isSelected, type MailboxFilter, type NotifyEvent, type NotifyRequest } from './request.js';
import { createTreeWatch, type TreeWatch } from './tree-watch.js';

export interface Notifier extends SessionNotifier {
  /** A STATUS of every mailbox whose messages are watched (NOTIFY SET STATUS). */
  tellStatus(reply: Reply): Promise<void>;
}

/** `session.onDue` is called, synchronously, when there is something to tell. */
export function createNotifier(session: Session, core: Core, request: NotifyRequest): Notifier {
  return new NotifierRun(session, core, request);
}

type Expunges = Parameters<SessionNotifier['tell']>[2];

class NotifierRun implements Notifier {
  readonly #session: Session;
  readonly #core: Core;
  readonly #selectedGroup: EventGroup | undefined;
  readonly #others: readonly EventGroup[];
  readonly #dirty = new Set<MailboxId>();
  readonly #tree: TreeWatch;
  readonly #annotations: AnnotationWatch;
  readonly #off: readonly (() => void)[];
  readonly #mutex = createMutex();
  /** Messages and uidNext last told. */
  readonly #counts = new Map<MailboxId, string>();
  #treeChanged = false;
  /** What others had done to the tree before the client did something to it itself. */
  readonly #treeLines: string[] = [];
  #isQuiet = false;
  /** The selected mailbox last told of, and the highest uid in it that is not new any more. */
  #selected: Selected | undefined;
  #lastUid = 0;

  constructor(session: Session, core: Core, { groups }: NotifyRequest) {
    this.#session = session;
    this.#core = core;
    this.#selectedGroup = groups.find(({ filter }) => isSelected(filter));
    this.#others = groups.filter(({ filter }) => !isSelected(filter));
    const wants = (mailbox: Mailbox | undefined, path: string, event: NotifyEvent) => this.#wants(mailbox, path, event);
    this.#tree = createTreeWatch(core, wants);
    this.#annotations = createAnnotationWatch({ core, wants, onChange: () => this.#hears() });
    this.#off = [
      () => this.#annotations.close(),
      core.changes.onAnyMailbox((id) => {
        this.#dirty.add(id);
        session.onDue();
      }),
      core.changes.onTree(() => {
        if (this.#hears()) this.#treeChanged = true;
      }),
    ];
  }

  /** Something has happened; false if the client has done it itself. */
  #hears(): boolean {
    if (!this.#isQuiet) this.#session.onDue();
    return !this.#isQuiet;
  }

  quietly<T>(act: () => T): T {
    if (this.#treeChanged) this.#treeLines.push(...this.#tree.lines(usesUtf8(this.#session)));
    this.#treeChanged = false;
    this.#isQuiet = true;
    try {
      return act();
    } finally {
      this.#isQuiet = false;
      this.#tree.lines(usesUtf8(this.#session));
    }
  }

  get isDue(): boolean {
    return this.#treeChanged || this.#treeLines.length > 0 || this.#annotations.isDue || this.#dirty.size > 0;
  }

  close(): void {
    for (const off of this.#off) off();
  }

  tell(reply: Reply, signal: AbortSignal, expunges: Expunges): Promise<void> {
    return this.#mutex.run(() => this.#tell(reply, signal, expunges));
  }

  async #tell(reply: Reply, signal: AbortSignal, expunges: Expunges): Promise<void> {
    this.#follow();
    this.#tellTree(reply);
    if (this.#annotations.isOverflowing) return this.#giveUp(reply);
    for (const line of this.#annotations.lines(usesUtf8(this.#session))) reply.untagged(line);
    await this.#tellSelected(reply, signal, expunges);
    const selected = this.#selectedNow;
    const ids = [...this.#dirty];
    this.#dirty.clear();
    for (const id of ids) {
      const mailbox = id === selected?.mailboxId ? undefined : this.#core.mailboxes.get(id);
      if (mailbox && this.#wantsMessages(mailbox)) this.#statusIfNews(reply, mailbox);
    }
  }

  #tellTree(reply: Reply): void {
    for (const line of this.#treeLines.splice(0)) reply.untagged(line);
    if (!this.#treeChanged) return;
    this.#treeChanged = false;
    for (const line of this.#tree.lines(usesUtf8(this.#session))) reply.untagged(line);
  }

  /** RFC 5465 §5.8: as after NOTIFY NONE. */
  #giveUp(reply: Reply): void {
    reply.untagged('OK [NOTIFICATIONOVERFLOW] too much has changed meanwhile; please ask again');
    this.close();
    this.#session.notifier = undefined;
    if (this.#selectedNow) this.#selectedNow.isFlagsMuted = false;
  }

  async tellStatus(reply: Reply): Promise<void> {
    const selected = this.#selectedNow;
    for (const mailbox of this.#core.mailboxes.list()) {
      if (mailbox.id === selected?.mailboxId || !mailbox.selectable || !this.#wantsMessages(mailbox)) continue;
      this.#status(reply, mailbox);
      // One that has not been looked at for long is read from disk.
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  get #selectedNow(): Selected | undefined {
    const { state } = this.#session;
    return state.kind === 'selected' ? state.selected : undefined;
  }

  /** What was there when a mailbox was selected is not new. */
  #follow(): void {
    const selected = this.#selectedNow;
    if (selected === this.#selected) return;
    this.#selected = selected;
    this.#lastUid = selected?.uids.at(-1) ?? 0;
    if (selected) selected.isFlagsMuted = this.#selectedGroup?.events.has('FlagChange') === false;
  }

  async #tellSelected(reply: Reply, signal: AbortSignal, expunges: Expunges): Promise<void> {
    const selected = this.#selectedNow;
    const group = this.#selectedGroup;
    if (!selected) return;
    const atOnce = expunges === 'asked' && group?.filter.kind === 'selected';
    if (group?.events.has('MessageNew') || expunges !== 'asked') {
      selected.poll(this.#core, reply, { expunges: expunges === 'allowed' || atOnce });
      await selected.watch?.afterChanges(this.#core, reply, signal);
    }
    if (!group) return;
    const targets = selected.resolve({ ranges: [[this.#lastUid + 1, 0xffff_ffff]] }, true);
    this.#lastUid = Math.max(this.#lastUid, targets.uids.at(-1) ?? 0);
    if (group.newMessageParts.length === 0) return;
    const context = { core: this.#core, reply, signal, enabled: this.#session.enabled };
    await tellArrived(context, selected, targets, group.newMessageParts);
  }

  /** Flags alone are no news to a client that has not asked for FlagChange. */
  #statusIfNews(reply: Reply, mailbox: Mailbox): void {
    const { messages, uidNext } = this.#core.reads.status(mailbox.id);
    const counts = `${messages} ${uidNext}`;
    if (this.#counts.get(mailbox.id) === counts && !this.#wants(mailbox, mailbox.path, 'FlagChange')) return;
    this.#counts.set(mailbox.id, counts);
    this.#status(reply, mailbox);
  }

  #status(reply: Reply, mailbox: Mailbox): void {
    const { id, path } = mailbox;
    const { messages, uidNext, uidValidity, unseen, highestModseq } = this.#core.reads.status(id);
    const items = [`MESSAGES ${messages}`, `UIDNEXT ${uidNext}`, `UIDVALIDITY ${uidValidity}`, `UNSEEN ${unseen}`];
    // A change of flags shows in nothing else that is told here (RFC 5465 §5.2).
    if (this.#session.enabled.has('CONDSTORE') || this.#wants(mailbox, path, 'FlagChange'))
      items.push(`HIGHESTMODSEQ ${highestModseq}`);
    reply.untagged(`STATUS ${mailboxName(path, usesUtf8(this.#session))} (${items.join(' ')})`);
  }

  #wantsMessages(mailbox: Mailbox): boolean {
    return this.#wants(mailbox, mailbox.path, 'MessageNew');
  }

  #wants(mailbox: Mailbox | undefined, path: string, event: NotifyEvent): boolean {
    return this.#others.some(({ filter, events }) => events.has(event) && this.#matches(filter, mailbox, path));
  }

  #matches(filter: MailboxFilter, mailbox: Mailbox | undefined, path: string): boolean {
    switch (filter.kind) {
      case 'personal':
        return true;
      case 'inboxes':
        return path === 'INBOX' || (mailbox?.kind === 'account' && /^[^/]+\/INBOX$/.test(path));
      case 'subscribed':
        return this.#core.mailboxes.subscriptions().has(path);
      case 'subtree':
        return filter.paths.some((above) => path === above || path.startsWith(`${above}/`));
      case 'mailboxes':
        return filter.paths.includes(path);
      default:
        return false;
    }
  }
}
