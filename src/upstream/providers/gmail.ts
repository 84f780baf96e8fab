// Gmail and Google Workspace (providers.md §3).
import { GENERIC_TRAITS } from './generic.js';
import type { Provider } from './provider.js';

export const gmail: Provider = {
  name: 'gmail',
  domains: ['gmail.com', 'googlemail.com'],
  imap: { host: 'imap.gmail.com', port: 993, tls: 'implicit' },
  smtp: { host: 'smtp.gmail.com', port: 465, tls: 'implicit' },
  traits: {
    ...GENERIC_TRAITS,
    provider: 'gmail',
    maxConnections: 4,
    idleMs: 10 * 60_000,
    // Quirk(gmail): its SEARCH finds whole words, not substrings.
    searchTrusted: false,
    // Quirk(gmail): folders are labels; \Deleted + EXPUNGE takes one label away and the message stays in All Mail.
    deleteIsMoveToTrash: true,
    archiveIsAll: true,
    savesSent: true,
    flattened: ['[Gmail]', '[Google Mail]'],
    // Quirk(gmail): the system folders' names are localised and some may be hidden; attributes alone tell them, none is made.
    roleNames: {},
    rolesByName: new Map(),
  },
};
