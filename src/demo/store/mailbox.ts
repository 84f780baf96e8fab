// One upstream mailbox: entries by rising uid, modseqs, and a bell for the sessions that look at it.
import type { Role } from '../../mail/roles.js';
import type { Entry, Mail } from './mail.js';

export interface MailboxFields {
  readonly name: string;
  readonly role: Role | undefined;
  readonly isSelectable: boolean;
  readonly uidValidity: number;
  /** Rises over the whole account. */
  readonly nextModseq: () => number;
}

export class DemoMailbox {
  name: string;
  readonly role: Role | undefined;
  readonly uidValidity: number;
  isSelectable: boolean;
  isSubscribed = true;
  uidNext = 1;
  highestModseq: number;
  /** Entries from this uid on have been shown to no read-write session: they are \Recent. */
  recentFrom = 1;
  readonly entries: Entry[] = [];
  readonly #nextModseq: () => number;
  readonly #listeners = new Set<() => void>();

  constructor({ name, role, isSelectable, uidValidity, nextModseq }: MailboxFields) {
    this.name = name;
    this.role = role;
    this.isSelectable = isSelectable;
    this.uidValidity = uidValidity;
    this.#nextModseq = nextModseq;
    this.highestModseq = nextModseq();
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
    this.#ring();
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
