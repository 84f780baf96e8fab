// Who an account is: its address, or what it signs in as. Its name is the user's, its server may move.
import type { AccountRow } from '../store/accounts.js';
import type { Store } from '../store/store.js';
import type { CoreAccount } from './accounts.js';
import { renameAccount } from './sync/rename-account.js';
import type { UnitOfWork } from './unit-of-work.js';

const isSame = (one: string, other: string): boolean =>
  one.normalize('NFC').toLowerCase() === other.normalize('NFC').toLowerCase();

export const hasAddress = (row: AccountRow, { address }: CoreAccount): boolean => isSame(row.address, address);

/** A login that is no address says nothing: two servers may each have an "admin". */
const signsInAs = ({ loginUser }: AccountRow, { user }: CoreAccount): boolean =>
  loginUser?.includes('@') === true && user !== undefined && isSame(loginUser, user);

/**
 * Frees the names that the configuration now gives to somebody else: what is owed to the former, and its mail, must not
 * be taken for the new one's. The account itself stays, and is known again by its address.
 */
export function setAside(store: Store, unit: UnitOfWork, accounts: readonly CoreAccount[]): void {
  for (const row of store.accounts.list()) {
    const successor = accounts.find(({ name }) => name === row.name);
    if (!successor || hasAddress(row, successor) || signsInAs(row, successor)) continue;
    renameAccount(store, unit, row, freeName(store, accounts, row));
  }
}

function freeName(store: Store, accounts: readonly CoreAccount[], { id, name, address }: AccountRow): string {
  const isTaken = (candidate: string) =>
    [...store.accounts.list(), ...accounts].some((other) => other.name === candidate) ||
    store.mailboxes.byPath(candidate) !== undefined;
  // A local part may contain what separates levels of the mailbox list.
  const wanted = `${name} (${address.replaceAll('/', '_')}`;
  return isTaken(`${wanted})`) ? `${wanted}, ${id})` : `${wanted})`;
}
