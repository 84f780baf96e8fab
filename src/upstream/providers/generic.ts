// Any standards-minded server: Dovecot, Cyrus, Courier, Stalwart, Fastmail and unknown ones (providers.md §8).
import type { ConnectorTraits, Provider } from './provider.js';
import { COMMON_ROLE_NAMES } from './role-names.js';
import { COMMON_TEXTS } from './texts.js';

/** What holds unless a provider says otherwise. */
export const GENERIC_TRAITS: ConnectorTraits = {
  provider: 'generic',
  maxConnections: 3,
  idleMs: 5 * 60_000,
  pollMs: 60_000,
  flagScanWindow: 500,
  flagScanMs: 3 * 60_000,
  renumbersSilently: false,
  searchTrusted: true,
  deleteIsMoveToTrash: false,
  archiveIsAll: false,
  savesSent: undefined,
  folderParent: [],
  flattened: [],
  skipped: [],
  budgets: {},
  roleNames: { drafts: ['Drafts'], sent: ['Sent'], archive: ['Archive'], junk: ['Junk'], trash: ['Trash'] },
  maxCommandBytes: 8_000,
  messageLimit: undefined,
  appendNeedsLineEnd: false,
  trustsCopyUid: true,
  trustsNewKeywords: true,
  trustsCondstore: true,
  trustsQresync: true,
  ignoredCapabilities: [],
  idAfterLogin: false,
  statusKeepsAlive: false,
  loginRetryMs: undefined,
  rolesByName: COMMON_ROLE_NAMES,
  texts: COMMON_TEXTS,
};

export const generic: Provider = {
  name: 'generic',
  domains: [],
  imap: undefined,
  smtp: undefined,
  traits: GENERIC_TRAITS,
};
