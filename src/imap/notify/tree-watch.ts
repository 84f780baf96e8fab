// What has changed in the tree of mailboxes since a client was last told (RFC 5465 §5.4, §5.5).
import type { Core, Mailbox, MailboxId } from '../../core/core.js';
import { mailboxLine } from '../commands/list-answer.js';
import { mailboxName } from '../wire/encode.js';
import type { NotifyEvent } from './request.js';

export interface TreeWatch {
  /** The untagged LIST responses for what has changed since the last call. */
  lines(utf8: boolean): string[];
}

export type WantsTree = (mailbox: Mailbox | undefined, path: string, event: NotifyEvent) => boolean;

export function createTreeWatch(core: Core, wants: WantsTree): TreeWatch {
  const { mailboxes } = core;
  let byId = mapOf(mailboxes.list());
  let subscribed = new Set(mailboxes.subscriptions());
  const goneLine = (path: string, utf8: boolean) => `LIST (\\NonExistent) "/" ${mailboxName(path, utf8)}`;

  const names = (utf8: boolean): string[] => {
    const now = mapOf(mailboxes.list());
    const told: string[] = [];
    const parents = new Set<string>();
    /** By their new paths; those below them have been told of with them (§5.4). */
    const renamed = new Map<string, string>();
    for (const [id, mailbox] of byId) {
      if (now.has(id)) continue;
      parents.add(parentOf(mailbox.path));
      if (wants(mailbox, mailbox.path, 'MailboxName')) told.push(goneLine(mailbox.path, utf8));
    }
    for (const [id, mailbox] of now) {
      const isNew = !byId.has(id);
      if (isNew) parents.add(parentOf(mailbox.path));
      const oldPath = byId.get(id)?.path ?? mailbox.path;
      if (!isNew && oldPath === mailbox.path) continue;
      const isBelow = oldPath === movedAlong(mailbox.path, renamed);
      if (!isBelow && ![mailbox.path, oldPath].some((path) => wants(mailbox, path, 'MailboxName'))) continue;
      if (!isNew) renamed.set(mailbox.path, oldPath);
      if (!isBelow) told.push(mailboxLine({ core, utf8 }, mailbox, oldPath));
    }
    // The mailbox above has more or fewer below it now (§5.4); one that is new itself has been told.
    for (const [id, mailbox] of now) {
      const isAbove = byId.has(id) && mailbox.selectable && parents.has(mailbox.path);
      if (isAbove && wants(mailbox, mailbox.path, 'MailboxName'))
        told.push(mailboxLine({ core, utf8 }, mailbox, mailbox.path));
    }
    byId = now;
    return told;
  };

  const subscriptions = (utf8: boolean): string[] => {
    const now = new Set(mailboxes.subscriptions());
    const changed = [...now, ...subscribed].filter((path) => now.has(path) !== subscribed.has(path));
    subscribed = now;
    return changed.flatMap((path) => {
      const mailbox = mailboxes.find(path);
      if (!wants(mailbox, path, 'SubscriptionChange')) return [];
      return mailbox ? mailboxLine({ core, utf8 }, mailbox, path) : goneLine(path, utf8);
    });
  };

  return { lines: (utf8) => [...names(utf8), ...subscriptions(utf8)] };
}

/** What the mailbox was called if it has only gone along with the one above it. */
const movedAlong = (path: string, renamed: ReadonlyMap<string, string>): string | undefined => {
  const parent = parentOf(path);
  const oldParent = renamed.get(parent);
  return oldParent === undefined ? undefined : oldParent + path.slice(parent.length);
};
const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const mapOf = (all: readonly Mailbox[]): Map<MailboxId, Mailbox> =>
  new Map(all.map((mailbox) => [mailbox.id, mailbox]));
