// Gmail's store (providers.md §3): mailboxes are labels on one mail. All Mail holds everything but Spam and Trash; Starred
// is \Flagged; only Trash and Spam delete for good.
import { type FlagSet, SystemFlag } from '../../mail/flags.js';
import type { Role } from '../../mail/roles.js';
import type { LabelStoreQuirks } from '../quirks.js';
import type { DemoMailbox, Entry, Mail } from './mailbox.js';
import type { StoreRules } from './rules.js';

export interface LabelStore {
  byRole(role: Role): DemoMailbox | undefined;
  /** The mail with this Message-ID that a new one would be taken for. */
  byMessageId(messageId: string): Mail | undefined;
}

export function labelRules(store: LabelStore, quirks: LabelStoreQuirks): StoreRules {
  const place = (mail: Mail, to: DemoMailbox): Entry => mail.places.get(to) ?? to.put(mail);
  const leave = (mail: Mail, from: DemoMailbox): void => {
    const entry = mail.places.get(from);
    if (entry) from.remove(entry);
  };
  const star = (mail: Mail, isStarred: boolean): void => {
    const starred = store.byRole('flagged');
    if (!starred || isOutside(mail)) return;
    if (isStarred) place(mail, starred);
    else leave(mail, starred);
  };
  const setMailFlags = (mail: Mail, flags: FlagSet): void => {
    mail.flags = flags;
    for (const [mailbox, entry] of mail.places) mailbox.touch(entry);
    star(mail, (flags.system & SystemFlag.Flagged) !== 0);
  };
  /** A label: in the ordinary world, so out of Trash and Spam; or into one of those, so out of everything else. */
  const label = (mail: Mail, to: DemoMailbox): Entry => {
    const isOut = isOutsideRole(to.role);
    for (const mailbox of [...mail.places.keys()])
      if (mailbox !== to && (isOut || isOutsideRole(mailbox.role))) leave(mail, mailbox);
    const all = store.byRole('all');
    if (!isOut && all) place(mail, all);
    const entry = place(mail, to);
    if (!isOut) {
      const flags = mail.flags.system | (to.role === 'flagged' ? SystemFlag.Flagged : 0);
      if (flags !== mail.flags.system) setMailFlags(mail, { ...mail.flags, system: flags });
      else star(mail, (flags & SystemFlag.Flagged) !== 0);
    }
    return entry;
  };
  const unlabel = (mail: Mail, from: DemoMailbox): void => {
    leave(mail, from);
    if (from.role === 'flagged' && mail.flags.system & SystemFlag.Flagged)
      setMailFlags(mail, { ...mail.flags, system: mail.flags.system & ~SystemFlag.Flagged });
  };
  const expunge = (entry: Entry, from: DemoMailbox): void => {
    const { mail } = entry;
    if (isOutsideRole(from.role)) {
      from.remove(entry);
      return;
    }
    const isAll = from.role === 'all';
    if (!isAll) unlabel(mail, from);
    if (quirks.expungeBehavior === 'archive') return;
    if (!isAll && [...mail.places.keys()].some(({ role }) => role !== 'all')) return;
    const trash = store.byRole('trash');
    if (quirks.expungeBehavior !== 'deleteForever' && trash) label(mail, trash);
    else for (const mailbox of [...mail.places.keys()]) leave(mail, mailbox);
  };
  return {
    add: (to, mail) => {
      const known = quirks.joinsByMessageId && mail.messageId !== undefined && store.byMessageId(mail.messageId);
      return label(known || mail, to);
    },
    copy: ({ mail }, to) => label(mail, to),
    move: ({ mail }, from, to) => {
      const entry = label(mail, to);
      // All Mail is not a label that could be taken away.
      if (from !== to && from.role !== 'all') unlabel(mail, from);
      return entry;
    },
    expunge,
    setFlags: (entry, from, flags, isDeleted) => {
      setMailFlags(entry.mail, flags);
      entry.isDeleted = isDeleted;
      if (entry.isGone || !isDeleted) return;
      if (quirks.autoExpunge) expunge(entry, from);
      else from.touch(entry);
    },
  };
}

const isOutsideRole = (role: Role | undefined): boolean => role === 'trash' || role === 'junk';
const isOutside = (mail: Mail): boolean => [...mail.places.keys()].some(({ role }) => isOutsideRole(role));
