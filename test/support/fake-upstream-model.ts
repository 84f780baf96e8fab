// The account behind the fake connector: mailboxes, uids, modseqs, flags and bytes. Pure state, no I/O; the session
// (fake-session.ts) and the test's own hands (fake-connector.ts) both act through it.
import { type FlagSet, flagSetOf, normalKeywords } from '../../src/mail/flags.js';
import { asUpstreamUid, type UpstreamUid } from '../../src/mail/ids.js';
import type { Role } from '../../src/mail/roles.js';
import type { NumberRanges } from '../../src/mail/sequence-set.js';
import type { SourcePath } from '../../src/upstream/connector.js';

export interface FakeMessage {
  readonly uid: UpstreamUid;
  /** Same content, same id, in whatever mailbox (X-GM-MSGID, EMAILID). */
  readonly contentId: string;
  readonly bytes: Uint8Array;
  readonly internalDate: number;
  flags: FlagSet;
  modseq: bigint;
}

export interface FakeMailbox {
  path: SourcePath;
  role: Role | undefined;
  selectable: boolean;
  uidValidity: number;
  uidNext: number;
  highestModseq: bigint;
  /** Ascending by uid. */
  messages: FakeMessage[];
  /** Older than the provider's window: there, and not shown. */
  withheld: FakeMessage[];
  vanished: { uid: number; modseq: bigint }[];
  /** Goes up with every change; a session that has seen a lower one has something to be told. */
  version: number;
}

export interface NewMessage {
  readonly bytes: Uint8Array;
  readonly flags: FlagSet;
  readonly internalDate: number;
  readonly contentId?: string | undefined;
}

export type FlagChange = 'add' | 'remove' | 'replace';

export const samePath = (a: SourcePath, b: SourcePath): boolean =>
  a.length === b.length && a.every((part, i) => part === b[i]);

/** `INBOX` in any case is the inbox. */
export const canonicalPath = (path: SourcePath | string): SourcePath => {
  const parts = (typeof path === 'string' ? [path] : path).map((part) => part.normalize('NFC'));
  return parts.length === 1 && parts[0]?.toUpperCase() === 'INBOX' ? ['INBOX'] : parts;
};

export function changedFlags(flags: FlagSet, change: FlagChange, operand: FlagSet): FlagSet {
  if (change === 'replace') return operand;
  const lower = new Set(operand.keywords.map((keyword) => keyword.toLowerCase()));
  return change === 'add'
    ? { system: flags.system | operand.system, keywords: normalKeywords([...flags.keywords, ...operand.keywords]) }
    : {
        system: flags.system & ~operand.system,
        keywords: flags.keywords.filter((keyword) => !lower.has(keyword.toLowerCase())),
      };
}

const sameFlags = (a: FlagSet, b: FlagSet): boolean =>
  a.system === b.system && a.keywords.join(' ') === b.keywords.join(' ');

const isOutside = ({ role }: FakeMailbox): boolean => role === 'trash' || role === 'junk';

/** The messages whose uids lie in the ranges, ascending. */
export function messagesIn(mailbox: FakeMailbox, ranges: NumberRanges): FakeMessage[] {
  return mailbox.messages.filter(({ uid }) => ranges.some(([low, high]) => uid >= low && uid <= high));
}

/** One account's mail. With `labelStore` it behaves like Gmail: one content under several labels, flags in common. */
export class FakeAccount {
  mailboxes: FakeMailbox[] = [];
  readonly #labelStore: boolean;
  readonly #listeners = new Set<() => void>();
  #nextContent = 1;
  #nextUidValidity: number;

  constructor(labelStore: boolean, firstUidValidity: number) {
    this.#labelStore = labelStore;
    this.#nextUidValidity = firstUidValidity;
  }

  /** Called after every change anywhere in the account. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  find(path: SourcePath | string): FakeMailbox | undefined {
    const wanted = canonicalPath(path);
    return this.mailboxes.find((mailbox) => samePath(mailbox.path, wanted));
  }

  /** Also makes the levels above it, not selectable, where they are missing. */
  create(path: SourcePath | string, role?: Role, selectable = true): FakeMailbox {
    const parts = canonicalPath(path);
    const existing = this.find(parts);
    if (existing) {
      existing.selectable ||= selectable;
      return existing;
    }
    if (parts.length > 1) this.create(parts.slice(0, -1), undefined, false);
    const mailbox: FakeMailbox = {
      path: parts,
      role,
      selectable,
      uidValidity: this.#nextUidValidity++,
      uidNext: 1,
      highestModseq: 1n,
      messages: [],
      withheld: [],
      vanished: [],
      version: 0,
    };
    this.mailboxes.push(mailbox);
    return mailbox;
  }

  remove(mailbox: FakeMailbox): void {
    const hasChildren = this.mailboxes.some(
      ({ path }) => path.length > mailbox.path.length && samePath(path.slice(0, mailbox.path.length), mailbox.path),
    );
    if (hasChildren) Object.assign(mailbox, { selectable: false, messages: [] });
    else this.mailboxes = this.mailboxes.filter((other) => other !== mailbox);
    this.#touch(mailbox);
  }

  /** Renames it with everything below it; uids and uidValidity stay (as on Dovecot and Cyrus). */
  rename(mailbox: FakeMailbox, to: SourcePath): void {
    const from = mailbox.path;
    if (to.length > 1) this.create(to.slice(0, -1), undefined, false);
    for (const other of this.mailboxes)
      if (samePath(other.path.slice(0, from.length), from))
        other.path = [...canonicalPath(to), ...other.path.slice(from.length)];
    this.#touch(mailbox);
  }

  /** Gives it a new uid; under a label store a content also gets its place in the \All mailbox. */
  add(mailbox: FakeMailbox, message: NewMessage): FakeMessage {
    const contentId = message.contentId ?? `${this.#nextContent++}`;
    const already = this.#labelStore ? mailbox.messages.find((other) => other.contentId === contentId) : undefined;
    if (already) return already;
    const { bytes, flags, internalDate } = message;
    const added: FakeMessage = {
      uid: asUpstreamUid(mailbox.uidNext++),
      contentId,
      bytes,
      flags,
      internalDate,
      modseq: ++mailbox.highestModseq,
    };
    mailbox.messages.push(added);
    this.#touch(mailbox);
    const all =
      this.#labelStore && mailbox.role !== 'trash' && mailbox.role !== 'junk' ? this.#ofRole('all') : undefined;
    if (all && all !== mailbox) this.add(all, { bytes, flags, internalDate, contentId });
    return added;
  }

  setFlags(mailbox: FakeMailbox, message: FakeMessage, change: FlagChange, flags: FlagSet): void {
    const everywhere = this.#labelStore
      ? this.mailboxes.flatMap((box) =>
          box.messages.filter(({ contentId }) => contentId === message.contentId).map((same) => [box, same] as const),
        )
      : [[mailbox, message] as const];
    for (const [box, same] of everywhere) {
      const after = changedFlags(same.flags, change, flags);
      if (sameFlags(after, same.flags)) continue;
      same.flags = after;
      same.modseq = ++box.highestModseq;
      this.#touch(box);
    }
  }

  /** Takes the message out of this mailbox (and, from Gmail's Trash or Junk, out of the account). */
  expunge(mailbox: FakeMailbox, message: FakeMessage): void {
    mailbox.messages = mailbox.messages.filter((other) => other !== message);
    mailbox.vanished.push({ uid: message.uid, modseq: ++mailbox.highestModseq });
    this.#touch(mailbox);
  }

  /** A window of so many messages: the older ones are not shown, as if expunged, and come back under their uids. */
  showNewest(mailbox: FakeMailbox, count: number): void {
    const all = [...mailbox.withheld, ...mailbox.messages].sort((a, b) => a.uid - b.uid);
    const first = Math.max(0, all.length - count);
    const shown = new Set(all.slice(first));
    const wasShown = new Set(mailbox.messages);
    mailbox.withheld = all.slice(0, first);
    mailbox.messages = all.slice(first);
    for (const gone of wasShown)
      if (!shown.has(gone)) mailbox.vanished.push({ uid: gone.uid, modseq: ++mailbox.highestModseq });
    for (const back of shown)
      if (!wasShown.has(back)) {
        back.modseq = ++mailbox.highestModseq;
        mailbox.vanished = mailbox.vanished.filter(({ uid }) => uid !== back.uid);
      }
    this.#touch(mailbox);
  }

  /**
   * Under a label store what comes to Trash or Junk loses every other label, by COPY as by MOVE, and what is given a label leaves
   * both (providers.md §3).
   */
  copy(message: FakeMessage, to: FakeMailbox): FakeMessage {
    const { bytes, flags, internalDate, contentId } = message;
    // EMAILID stays with the content (RFC 8474 §5.1).
    const copied = this.add(to, { bytes, flags, internalDate, contentId });
    if (this.#labelStore)
      for (const box of this.mailboxes.filter((each) => each !== to && (isOutside(to) || isOutside(each))))
        for (const other of box.messages.filter((each) => each.contentId === contentId)) this.expunge(box, other);
    return copied;
  }

  /** All Mail is no label that could be taken away. */
  move(message: FakeMessage, from: FakeMailbox, to: FakeMailbox): FakeMessage {
    const moved = this.copy(message, to);
    const isKept = this.#labelStore && from.role === 'all';
    if (from !== to && !isKept && from.messages.includes(message)) this.expunge(from, message);
    return moved;
  }

  /** New uidValidity, uids from 1 again (offset: to make them differ from the old ones). */
  renumber(mailbox: FakeMailbox, firstUid: number, isSilent = false): void {
    if (!isSilent) mailbox.uidValidity = this.#nextUidValidity++;
    mailbox.vanished = [];
    mailbox.uidNext = firstUid;
    const anew = (message: FakeMessage) => ({
      ...message,
      uid: asUpstreamUid(mailbox.uidNext++),
      modseq: ++mailbox.highestModseq,
    });
    mailbox.withheld = mailbox.withheld.map(anew);
    mailbox.messages = mailbox.messages.map(anew);
    this.#touch(mailbox);
  }

  #ofRole(role: Role): FakeMailbox | undefined {
    return this.mailboxes.find((mailbox) => mailbox.role === role);
  }

  #touch(mailbox: FakeMailbox): void {
    mailbox.version += 1;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Flag names as a test writes them → FlagSet. */
export const flags = (...names: string[]): FlagSet => flagSetOf(names);
