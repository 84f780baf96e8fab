import type { AccountRow } from '../../store/accounts.js';
import type { Store } from '../../store/store.js';
import type { UnitOfWork } from '../unit-of-work.js';

/** Gives an account another name, and its mailboxes with it; everything else stays as it is. */
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
    for (const row of mailboxes.list()) {
      if (row.accountId === id && isBelow(row.path)) mailboxes.setPath(row.id, moved(row.path));
    }
    for (const path of mailboxes.subscriptions().filter(isBelow)) {
      mailboxes.unsubscribe(path);
      mailboxes.subscribe(moved(path));
    }
    work.ringTree();
  });
}
