import type { Logger } from '../lib/logger.js';
import type { AccountRow } from '../store/accounts.js';
import type { Store } from '../store/store.js';
import { hasAddress, setAside } from './account-identity.js';
import { type AccountSettings, accountTag, type CoreAccount } from './accounts.js';
import { createLimits } from './limits/limits.js';
import { bequeathRecovered } from './local-sources.js';
import { renameAccount } from './sync/rename-account.js';
import type { Tree } from './sync/tree-contract.js';
import type { UnitOfWork } from './unit-of-work.js';

interface Registration {
  readonly store: Store;
  readonly accounts: readonly CoreAccount[];
  readonly accountKeywords: boolean;
  readonly logger: Logger;
}

/**
 * The accounts' rows in the store; those that are no longer configured leave every mailbox, unless something is
 * still owed to them; what no upstream would take stays in `Recovered`, and what was removed can be brought back when they are configured again. One of the same address under
 * another name is the same account: its uids stay, and so does what it is owed. Another address under the name of one is another.
 */
export function registerAccounts(
  { store, accounts, accountKeywords, logger }: Registration,
  unit: UnitOfWork,
  tree: Tree,
): { accounts: AccountSettings[]; owed: AccountRow[] } {
  setAside(store, unit, accounts);
  const rows = store.accounts.list();
  const unknown = accounts.filter(({ name }) => !rows.some((row) => row.name === name));
  const gone = rows.filter((row) => !accounts.some(({ name }) => row.name === name));
  const owed: AccountRow[] = [];
  const leaving: AccountRow[] = [];
  for (const row of gone) {
    const [same, other] = unknown.filter((account) => hasAddress(row, account));
    const isCertain = !other && gone.filter((other) => same && hasAddress(other, same)).length === 1;
    if (same && isCertain) renameAccount(store, unit, row, same.name);
    // What the user did and was told OK about is not thrown away with the account (promise 2).
    else if (store.accounts.isOwed(row.id)) owed.push(row);
    else leaving.push(row);
  }
  const settings = accounts.map(({ name, address, identities, isDefault, connector, login, user }): AccountSettings => {
    const { traits } = connector;
    const row = store.accounts.upsert({ name, address, provider: traits.provider, loginUser: user });
    return {
      id: row.id,
      name,
      address,
      identities: [...new Set([address, ...identities].map((identity) => identity.toLowerCase()))],
      isDefault,
      traits,
      connector,
      limits: createLimits({ store, accountId: row.id, budgets: () => traits.budgets, login, logger }),
      tag: accountKeywords ? accountTag(name) : '',
    };
  });
  const heir = settings.find(({ isDefault }) => isDefault) ?? settings[0];
  for (const { id } of leaving) {
    if (heir) unit.durable((work) => bequeathRecovered(store, work, id, heir.id));
    tree.removeAccount(id);
  }
  return { accounts: settings, owed };
}
