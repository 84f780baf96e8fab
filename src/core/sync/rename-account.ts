import type { AccountRow } from '../../store/accounts.js';
import type { Store } from '../../store/store.js';
import type { UnitOfWork } from '../unit-of-work.js';

/**
 * Gives an account another name, and its mailboxes with it; everything else stays as it is. A mailbox of somebody else's that
 * has such a name already keeps it.
 */
export function renameAccount(
  { accounts, mailboxes }: Store,
  unit: UnitOfWork,
  { id, name: from }: AccountRow,
  to: string,
): void {
  const isBelow = (path: string) => path === from || path.startsWith(`${from}/`);
  const moved = (path: string) => to + path.slice(from.length);
  unit.batch((work) => {
    accounts.setName(id, to);
    const subscribed = new Set(mailboxes.subscriptions());
    for (const row of mailboxes.list().filter(({ accountId, path }) => accountId === id && isBelow(path))) {
      const wanted = moved(row.path);
      let free = wanted;
      for (let i = 2; mailboxes.byPath(free); i++) free = `${wanted} (${i})`;
      // A level is there then, whoever's it is.
      if (free !== wanted && !row.selectable) {
        mailboxes.remove(row.id);
        continue;
      }
      mailboxes.setPath(row.id, free);
      if (!subscribed.delete(row.path)) continue;
      mailboxes.unsubscribe(row.path);
      mailboxes.subscribe(free);
    }
    // Of mailboxes that are not there.
    for (const path of [...subscribed].filter(isBelow)) {
      mailboxes.unsubscribe(path);
      mailboxes.subscribe(moved(path));
    }
    work.ringTree();
  });
}
