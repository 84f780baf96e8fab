// A mail, its places, and the mailboxes they are in: entries by rising uid, modseqs, a bell for the sessions that look on.
// In a plain store a mail has one place; in a store of labels it has several, and they share its flags.
import type { Buffer } from 'node:buffer';
import { type FlagSet, SystemFlag } from '../../mail/flags.js';
import { headerField } from '../../mail/header-block.js';
import { type WireText, wireText } from '../../mail/ids.js';
import { type MimePart, parseMime } from '../../mail/mime.js';
import type { Role } from '../../mail/roles.js';

export interface MailFields {
  readonly bytes: Buffer;
  /** Unix time, seconds. */
  readonly internalDate: number;
  /** \Deleted is not among them: it belongs to the entry. */
  readonly flags: FlagSet;
  /** X-GM-MSGID, and X-GM-THRID until a thread is found for it. */
  readonly emailId: bigint;
  readonly threadId?: bigint;
}

/** A mail's place in a mailbox. */
export interface Entry {
  /** Changes only when the mailbox is renumbered. */
  uid: number;
  readonly mail: Mail;
  modseq: number;
  isDeleted: boolean;
  /** Expunged: sessions that have not been told yet still show it. */
  isGone: boolean;
}

export class Mail {
  readonly bytes: Buffer;
  readonly internalDate: number;
  readonly emailId: bigint;
  threadId: bigint;
  flags: FlagSet;
  readonly places = new Map<DemoMailbox, Entry>();
  #root: MimePart | undefined;

  constructor({ bytes, internalDate, flags, emailId, threadId }: MailFields) {
    this.bytes = bytes;
    this.internalDate = internalDate;
    this.flags = withoutDeleted(flags);
    this.emailId = emailId;
    this.threadId = threadId ?? emailId;
  }

  get root(): MimePart {
    this.#root ??= parseMime(this.bytes);
    return this.#root;
  }

  get header(): WireText {
    return wireText(this.bytes.subarray(this.root.headerStart, this.root.headerEnd));
  }

  get messageId(): string | undefined {
    return headerField(this.header, 'message-id');
  }

  /** The same content as a mail of its own. */
  clone(): Mail {
    return new Mail(this);
  }
}

export const withoutDeleted = ({ system, keywords }: FlagSet): FlagSet => ({
  system: system & ~SystemFlag.Deleted,
  keywords,
});

/** The flags a session sees of an entry. */
export const flagsOfEntry = ({ mail: { flags }, isDeleted }: Entry): FlagSet => ({
  system: flags.system | (isDeleted ? SystemFlag.Deleted : 0),
  keywords: flags.keywords,
});

export interface MailboxFields {
  readonly name: string;
  readonly role: Role | undefined;
  readonly isSelectable: boolean;
  readonly uidValidity: number;
  /** MAILBOXID (RFC 8474). */
  readonly mailboxId: string;
  /** Rises over the whole account. */
  readonly nextModseq: () => number;
}

export class DemoMailbox {
  name: string;
  readonly role: Role | undefined;
  readonly mailboxId: string;
  uidValidity: number;
  isSelectable: boolean;
  isSubscribed = true;
  uidNext = 1;
  highestModseq: number;
  /** Entries from this uid on have been shown to no read-write session: they are \Recent. */
  recentFrom = 1;
  readonly entries: Entry[] = [];
  readonly #nextModseq: () => number;
  /** How often it has been selected. */
  selects = 0;
  readonly #listeners = new Set<() => void>();
  readonly #numbered = new Set<() => void>();
  /** Too old to be seen, by rising uid. */
  #outOfView: Entry[] = [];
  #expunged: { readonly uid: number; readonly modseq: number }[] = [];

  constructor({ name, role, isSelectable, uidValidity, mailboxId, nextModseq }: MailboxFields) {
    this.mailboxId = mailboxId;
    this.name = name;
    this.role = role;
    this.isSelectable = isSelectable;
    this.uidValidity = uidValidity;
    this.#nextModseq = nextModseq;
    this.highestModseq = nextModseq();
  }

  /** What has been expunged, for those who were away (RFC 7162 §3.2). */
  get expunged(): readonly { readonly uid: number; readonly modseq: number }[] {
    return this.#expunged;
  }

  /** Gives the mail the next uid. */
  put(mail: Mail): Entry {
    const entry: Entry = { uid: this.uidNext, mail, modseq: 0, isDeleted: false, isGone: false };
    this.uidNext += 1;
    this.entries.push(entry);
    mail.places.set(this, entry);
    this.touch(entry);
    return entry;
  }

  remove(entry: Entry): void {
    const at = this.entries.indexOf(entry);
    if (at < 0) return;
    this.entries.splice(at, 1);
    entry.isGone = true;
    if (entry.mail.places.get(this) === entry) entry.mail.places.delete(this);
    this.highestModseq = this.#nextModseq();
    this.#expunged.push({ uid: entry.uid, modseq: this.highestModseq });
    this.#ring();
  }

  /** What is older leaves the view, without being deleted; what the view has room for again is back under its uid. */
  showSince(unixSeconds: number): void {
    for (const entry of this.entries.filter(({ mail }) => mail.internalDate < unixSeconds)) {
      this.remove(entry);
      this.#outOfView.push(entry);
    }
    const back = this.#outOfView.filter(({ mail }) => mail.internalDate >= unixSeconds);
    if (back.length === 0) return;
    this.#outOfView = this.#outOfView.filter((entry) => !back.includes(entry));
    for (const { uid, mail, isDeleted } of back) {
      const entry: Entry = { uid, mail, modseq: 0, isDeleted, isGone: false };
      this.entries.push(entry);
      mail.places.set(this, entry);
      this.touch(entry);
    }
    this.entries.sort((a, b) => a.uid - b.uid);
    const isBack = new Set(back.map(({ uid }) => uid));
    this.#expunged = this.#expunged.filter(({ uid }) => !isBack.has(uid));
  }

  /** Gives everything new uids, and sends away those who have it selected. */
  renumber({ uidValidity, uids }: { readonly uidValidity?: number; readonly uids: 'compact' | 'above' }): void {
    this.dismiss();
    let next = uids === 'compact' ? 1 : this.uidNext;
    for (const entry of [...this.entries, ...this.#outOfView].sort((a, b) => a.uid - b.uid)) {
      entry.uid = next;
      next += 1;
    }
    this.uidNext = next;
    this.recentFrom = next;
    this.uidValidity = uidValidity ?? this.uidValidity;
    this.#expunged = [];
  }

  /** Sends away those who have it selected. */
  dismiss(): void {
    for (const dismiss of [...this.#numbered]) dismiss();
  }

  /** Calls back before new uids are given, until the returned function is called. */
  onRenumber(listener: () => void): () => void {
    this.#numbered.add(listener);
    return () => this.#numbered.delete(listener);
  }

  /** The entry's flags changed. */
  touch(entry: Entry): void {
    entry.modseq = this.#nextModseq();
    this.highestModseq = entry.modseq;
    this.#ring();
  }

  /** Calls back at every change, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #ring(): void {
    for (const listener of this.#listeners) listener();
  }
}
