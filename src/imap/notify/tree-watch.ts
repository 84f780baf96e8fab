// What has changed in the tree of mailboxes since a client was last told (RFC 5465 §5.4, §5.5).
import type { Mailbox, Mailboxes, MailboxId } from '../../core/core.js';
import { specialUseOf } from '../../mail/roles.js';
import { mailboxName } from '../wire/encode.js';
import type { NotifyEvent } from './request.js';

export interface TreeWatch {
  /** The untagged LIST responses for what has changed since the last call. */
  lines(utf8: boolean): string[];
}

export type WantsTree = (mailbox: Mailbox | undefined, path: string, event: NotifyEvent) => boolean;

export function createTreeWatch(mailboxes: Mailboxes, wants: WantsTree): TreeWatch {
  let byId = mapOf(mailboxes.list());
  let subscribed = new Set(mailboxes.subscriptions());

  const names = (utf8: boolean): string[] => {
    const now = mapOf(mailboxes.list());
    const line = (attributes: string, path: string, old?: string) =>
      `LIST (${attributes}) "/" ${mailboxName(path, utf8)}${old === undefined ? '' : ` ("OLDNAME" (${mailboxName(old, utf8)}))`}`;
    const told: string[] = [];
    for (const [id, mailbox] of byId) {
      if (!now.has(id) && wants(mailbox, mailbox.path, 'MailboxName')) told.push(line('\\NonExistent', mailbox.path));
    }
    for (const [id, mailbox] of now) {
      const before = byId.get(id);
      if (before?.path === mailbox.path) continue;
      const isWanted = [mailbox.path, ...(before ? [before.path] : [])].some((path) =>
        wants(mailbox, path, 'MailboxName'),
      );
      if (isWanted) told.push(line(attributesOf(mailbox, now), mailbox.path, before?.path));
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
      const attributes = [
        ...(now.has(path) ? ['\\Subscribed'] : []),
        mailbox ? attributesOf(mailbox, byId) : '\\NonExistent',
      ];
      return [`LIST (${attributes.filter(Boolean).join(' ')}) "/" ${mailboxName(path, utf8)}`];
    });
  };

  return { lines: (utf8) => [...names(utf8), ...subscriptions(utf8)] };
}

const mapOf = (all: readonly Mailbox[]): Map<MailboxId, Mailbox> =>
  new Map(all.map((mailbox) => [mailbox.id, mailbox]));

function attributesOf(mailbox: Mailbox, all: ReadonlyMap<MailboxId, Mailbox>): string {
  const hasChildren = [...all.values()].some(({ path }) => path.startsWith(`${mailbox.path}/`));
  const use = mailbox.role && specialUseOf(mailbox.role);
  return [
    ...(mailbox.selectable ? [] : ['\\Noselect']),
    hasChildren ? '\\HasChildren' : '\\HasNoChildren',
    ...(use ? [use] : []),
  ].join(' ');
}
