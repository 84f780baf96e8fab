// One demo account: its tree of mailboxes and all its mail, in memory.
import type { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { type FlagSet, flagSetOf, SystemFlag } from '../../mail/flags.js';
import { headerFields } from '../../mail/header-block.js';
import type { Role } from '../../mail/roles.js';
import type { Personality } from '../personalities/index.js';
import type { Quirks, RenumberQuirk } from '../quirks.js';
import { labelRules } from './label-rules.js';
import { DemoMailbox, type Entry, flagsOfEntry, Mail, withoutDeleted } from './mailbox.js';
import { plainRules, type StoreRules } from './rules.js';

export const DELIMITER = '/';

/** The account says no: IMAP's NO, with a response code where there is one. */
export class DemoRefusal extends Error {
  readonly code: string | undefined;
  constructor(message: string, code?: string) {
    super(message);
    this.name = 'DemoRefusal';
    this.code = code;
  }
}

/** The store's kind is chosen once. */
export type ChangeableQuirks = Partial<Omit<Quirks, 'labelStore'>>;

export interface NewMail {
  readonly bytes: Buffer;
  readonly flags: FlagSet;
  /** Unix time, seconds. */
  readonly internalDate: number;
}

export class DemoAccount {
  readonly address: string;
  #personality: Personality;
  /** By name, in the order LIST shows them. */
  readonly mailboxes = new Map<string, DemoMailbox>();
  /** Something may be out of view, or has to go. */
  #hasWindow = false;
  readonly #rules: StoreRules;
  readonly #threads = new Map<string, bigint>();
  readonly #emailIds = new Set<bigint>();
  readonly #byMessageId = new Map<string, Mail>();
  #modseq = 1_000;
  #uidValidity: number;

  /** `seed` is where uidValidities begin, in Unix seconds: a new start, new ones. */
  constructor({ address, personality, seed }: { address: string; personality: Personality; seed: number }) {
    this.address = address;
    this.#personality = personality;
    this.#uidValidity = seed;
    const { labelStore } = personality.quirks;
    this.#rules = labelStore
      ? labelRules({ byRole: (role) => this.byRole(role), byMessageId: (id) => this.#joinable(id) }, labelStore)
      : plainRules;
    for (const { name, role, selectable = true } of personality.mailboxes) this.#add(name, role, selectable);
  }

  get personality(): Personality {
    return this.#personality;
  }

  /** Turns switches while the account runs; what kind of store it is stays. */
  change(quirks: ChangeableQuirks): void {
    this.#personality = { ...this.#personality, quirks: { ...this.#personality.quirks, ...quirks } };
    this.sweep();
  }

  /** As if the user had hidden it, or removed it on the web page, system mailbox or not. @throws {DemoRefusal} */
  drop(name: string): void {
    const mailbox = this.mailbox(name);
    mailbox.dismiss();
    for (const entry of [...mailbox.entries]) mailbox.remove(entry);
    if (this.hasChildren(name)) mailbox.isSelectable = false;
    else this.mailboxes.delete(name);
  }

  get inbox(): DemoMailbox {
    return this.mailbox('INBOX');
  }

  byRole(role: Role): DemoMailbox | undefined {
    return [...this.mailboxes.values()].find((mailbox) => mailbox.role === role);
  }

  /** @throws {DemoRefusal} NONEXISTENT, for a level that holds no mail too */
  mailbox(name: string): DemoMailbox {
    const mailbox = this.mailboxes.get(name);
    if (!mailbox?.isSelectable || this.isHidden(name))
      throw new DemoRefusal(`Unknown Mailbox: ${asciiOf(name)} (Failure)`, 'NONEXISTENT');
    return mailbox;
  }

  isHidden(name: string): boolean {
    return this.personality.quirks.hiddenMailboxes.includes(name);
  }

  /** With the levels above it. @throws {DemoRefusal} */
  create(name: string): DemoMailbox {
    const parts = name.split(DELIMITER);
    if (parts.at(-1) === '' && parts.length > 1) parts.pop();
    if (parts.some((part) => part === '')) throw new DemoRefusal('Invalid folder name', 'CANNOT');
    const { reservedNames } = this.personality.quirks;
    const path = parts.join(DELIMITER);
    if (reservedNames?.names.includes(path)) throw new DemoRefusal(reservedNames.text);
    const known = this.mailboxes.get(path);
    if (known?.isSelectable) throw new DemoRefusal('Folder already exists', 'ALREADYEXISTS');
    for (let depth = 1; depth < parts.length; depth += 1) {
      const level = parts.slice(0, depth).join(DELIMITER);
      if (!this.mailboxes.has(level)) this.#add(level, undefined, true);
    }
    if (!known) return this.#add(path, undefined, true);
    known.isSelectable = true;
    return known;
  }

  /** With everything below it; the inbox's mail moves and the inbox stays (RFC 3501 §6.3.5). @throws {DemoRefusal} */
  rename(from: string, to: string): void {
    if (this.mailboxes.get(to)) throw new DemoRefusal('Folder already exists', 'ALREADYEXISTS');
    if (from === 'INBOX') {
      const target = this.create(to);
      for (const entry of [...this.inbox.entries]) this.#rules.move(entry, this.inbox, target);
      return;
    }
    const mailbox = this.mailboxes.get(from);
    if (!mailbox) throw new DemoRefusal('Unknown folder', 'NONEXISTENT');
    if (mailbox.role || !mailbox.isSelectable) throw new DemoRefusal('System folders cannot be renamed', 'CANNOT');
    if (to.startsWith(`${from}${DELIMITER}`)) throw new DemoRefusal('A folder cannot be moved into itself', 'CANNOT');
    const moved = [...this.mailboxes.values()].filter(({ name }) => isAtOrBelow(name, from));
    for (const one of moved) {
      this.mailboxes.delete(one.name);
      one.name = to + one.name.slice(from.length);
    }
    const above = to.split(DELIMITER).slice(0, -1).join(DELIMITER);
    if (above !== '' && !this.mailboxes.has(above)) this.create(above);
    for (const one of moved) this.mailboxes.set(one.name, one);
  }

  /** @throws {DemoRefusal} */
  delete(name: string): void {
    const mailbox = this.mailboxes.get(name);
    if (!mailbox) throw new DemoRefusal('Unknown folder', 'NONEXISTENT');
    if (mailbox.role || !mailbox.isSelectable) throw new DemoRefusal('System folders cannot be deleted', 'CANNOT');
    for (const entry of [...mailbox.entries]) mailbox.remove(entry);
    if (this.hasChildren(name)) mailbox.isSelectable = false;
    else this.mailboxes.delete(name);
  }

  hasChildren(name: string): boolean {
    return [...this.mailboxes.keys()].some((other) => other.startsWith(`${name}${DELIMITER}`));
  }

  append(to: DemoMailbox, { bytes, flags, internalDate }: NewMail): Entry {
    const emailId = this.#newEmailId(bytes, internalDate);
    const mail = new Mail({ bytes, flags: this.#kept(flags), internalDate, emailId });
    mail.threadId = this.#threadOf(mail);
    const entry = this.#rules.add(to, mail);
    const { messageId } = mail;
    if (messageId !== undefined && entry.mail === mail) this.#byMessageId.set(messageId, mail);
    const isDeleted = (flags.system & SystemFlag.Deleted) !== 0;
    if (isDeleted && !this.personality.quirks.labelStore?.autoExpunge) entry.isDeleted = true;
    return entry;
  }

  copy(entry: Entry, to: DemoMailbox): Entry {
    return this.#rules.copy(entry, to);
  }

  move(entry: Entry, from: DemoMailbox, to: DemoMailbox): Entry {
    return this.#rules.move(entry, from, to);
  }

  expunge(entry: Entry, from: DemoMailbox): void {
    if (!entry.isGone) this.#rules.expunge(entry, from);
  }

  /** Somebody selects the mailbox: some providers take that for an occasion. */
  selected(mailbox: DemoMailbox): void {
    mailbox.selects += 1;
    const { renumberUids } = this.personality.quirks;
    if (renumberUids && mailbox.selects % renumberUids.everySelects === 0) this.renumber(mailbox, renumberUids);
  }

  /** Gives a mailbox new uids (providers.md §2). */
  renumber(mailbox: DemoMailbox, { uidValidity, uids }: Omit<RenumberQuirk, 'everySelects'>): void {
    if (uidValidity === 'new') this.#uidValidity += 1;
    mailbox.renumber({ uids, ...(uidValidity === 'new' ? { uidValidity: this.#uidValidity } : {}) });
  }

  /** Takes what has become too old out of the view. */
  sweep(): void {
    const { visibleDays } = this.personality.quirks;
    if (visibleDays === undefined && !this.#hasWindow) return;
    this.#hasWindow = visibleDays !== undefined;
    const since = visibleDays === undefined ? 0 : Math.floor(Date.now() / 1000) - visibleDays * 86_400;
    for (const mailbox of this.mailboxes.values()) mailbox.showSince(since);
  }

  /** What the provider does not keep is dropped. */
  setFlags(entry: Entry, from: DemoMailbox, wanted: FlagSet): void {
    const flags = this.#kept(wanted);
    const current = flagsOfEntry(entry);
    if (entry.isGone || (flags.system === current.system && sameWords(flags.keywords, current.keywords))) return;
    this.#rules.setFlags(entry, from, withoutDeleted(flags), (flags.system & SystemFlag.Deleted) !== 0);
  }

  #add(name: string, role: Role | undefined, isSelectable: boolean): DemoMailbox {
    this.#uidValidity += 1;
    const uidValidity = this.#uidValidity;
    const nextModseq = () => ++this.#modseq;
    const mailboxId = `F${uidValidity}`;
    const mailbox = new DemoMailbox({ name, role, isSelectable, uidValidity, mailboxId, nextModseq });
    this.mailboxes.set(name, mailbox);
    return mailbox;
  }

  /** Made of the content, so that the same mail has the same identity after a restart; but given once only. */
  #newEmailId(bytes: Buffer, internalDate: number): bigint {
    const digest = createHash('sha256').update(bytes).update(`${internalDate}`).digest();
    let emailId = digest.readBigUInt64BE() >> 1n;
    while (this.#emailIds.has(emailId)) emailId += 1n;
    this.#emailIds.add(emailId);
    return emailId;
  }

  #kept({ system, keywords }: FlagSet): FlagSet {
    const { keepsKeywords, keptKeywords, unkeptFlags } = this.personality.quirks;
    const known = new Set(keptKeywords.map((keyword) => keyword.toLowerCase()));
    return {
      system: system & ~flagSetOf(unkeptFlags).system,
      keywords: keepsKeywords ? keywords : keywords.filter((word) => known.has(word.toLowerCase())),
    };
  }

  /** Drafts are saved again and again under one Message-ID; what is on its way out of the account does not count. */
  #joinable(messageId: string): Mail | undefined {
    const mail = this.#byMessageId.get(messageId);
    const roles = mail && [...mail.places.keys()].map(({ role }) => role);
    const isHome = roles?.some((role) => role === 'all') && !roles.includes('drafts');
    return isHome ? mail : undefined;
  }

  /** The thread of the mails it refers to, else its own. */
  #threadOf(mail: Mail): bigint {
    const references = ['references', 'in-reply-to'].flatMap((field) => headerFields(mail.header, field)).join(' ');
    const ids = [...(references.match(/<[^<>\s]+>/g) ?? []), mail.messageId ?? ''].filter((id) => id !== '');
    const known = ids.map((id) => this.#threads.get(id)).find((thread) => thread !== undefined) ?? mail.emailId;
    for (const id of ids) this.#threads.set(id, known);
    return known;
  }
}

const isAtOrBelow = (name: string, top: string): boolean => name === top || name.startsWith(`${top}${DELIMITER}`);
const sameWords = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((word, i) => word.toLowerCase() === b[i]?.toLowerCase());

/** Server texts are ASCII. */
const asciiOf = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?');
