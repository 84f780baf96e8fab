import type { Store } from '../store/store.js';
import type { AccountSettings } from './accounts.js';
import type { MailboxId, QuotaRoot, Quotas } from './mailbox-contract.js';

/** One quota root an account (RFC 9208 §3.2), of its name; none where the provider tells of no limit. */
export function createQuotas({ accounts, mailboxes, sources }: Store, settings: readonly AccountSettings[]): Quotas {
  const roots = (): (QuotaRoot & { readonly id: number })[] =>
    accounts.list().flatMap(({ id, name, quota }) => {
      const isConfigured = settings.some((account) => account.id === id);
      return quota && isConfigured ? [{ id, name, ...quota }] : [];
    });
  return {
    root: (name) => roots().find((root) => root.name === name),
    rootsOf: (mailboxId: MailboxId) => {
      const feeds = mailboxes.feedsOfMailbox(mailboxId);
      const feeding = new Set(feeds.map(({ sourceId }) => sources.get(sourceId)?.accountId));
      return roots().filter(({ id }) => feeding.has(id));
    },
  };
}
