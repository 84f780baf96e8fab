// What APPEND, COPY, MOVE, STORE and EXPUNGE mean: in a plain store, and (label-rules.ts) in a store of labels.
import type { FlagSet } from '../../mail/flags.js';
import type { DemoMailbox, Entry, Mail } from './mailbox.js';

export interface StoreRules {
  /** A new mail; another one may be taken for it. */
  add(to: DemoMailbox, mail: Mail): Entry;
  copy(entry: Entry, to: DemoMailbox): Entry;
  move(entry: Entry, from: DemoMailbox, to: DemoMailbox): Entry;
  /** An expunge of this one entry. */
  expunge(entry: Entry, from: DemoMailbox): void;
  setFlags(entry: Entry, from: DemoMailbox, flags: FlagSet, isDeleted: boolean): void;
}

export const plainRules: StoreRules = {
  add: (to, mail) => to.put(mail),
  copy: ({ mail }, to) => to.put(mail.clone()),
  move: (entry, from, to) => {
    const moved = to.put(entry.mail.clone());
    from.remove(entry);
    return moved;
  },
  expunge: (entry, from) => from.remove(entry),
  setFlags: (entry, from, flags, isDeleted) => {
    entry.mail.flags = flags;
    entry.isDeleted = isDeleted;
    from.touch(entry);
  },
};
