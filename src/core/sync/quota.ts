import type { Store } from '../../store/store.js';
import type { UpstreamSession } from '../../upstream/connector.js';

/** It changes slowly, and nobody waits for it. */
const FRESH_FOR_MS = 30 * 60_000;

/** Asks for the account's quota if what is known of it is old, or if somebody wants it now. @throws {UpstreamError} */
export async function refreshQuota(
  { accounts }: Pick<Store, 'accounts'>,
  accountId: number,
  session: UpstreamSession,
  isWanted: boolean,
): Promise<void> {
  const checkedAt = accounts.list().find(({ id }) => id === accountId)?.quotaCheckedAt ?? 0;
  if (!isWanted && Math.abs(Date.now() - checkedAt) < FRESH_FOR_MS) return;
  const quota = session.capabilities.words.includes('QUOTA') ? await session.quota() : undefined;
  accounts.setQuota(accountId, quota, Date.now());
}
