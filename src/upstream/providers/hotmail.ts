// Outlook.com: Hotmail, Live, MSN, and Microsoft 365 (providers.md §4).
import { GENERIC_TRAITS } from './generic.js';
import type { Provider } from './provider.js';

const COUNTRIES = ['co.uk', 'fr', 'de', 'it', 'es', 'co.jp', 'com.br', 'be', 'nl', 'ca', 'se', 'com.tw', 'com.hk'];

export const hotmail: Provider = {
  name: 'hotmail',
  domains: [
    'outlook.com',
    'hotmail.com',
    'live.com',
    'msn.com',
    'live.cn',
    'outlook.jp',
    ...COUNTRIES.flatMap((country) => [`hotmail.${country}`, `live.${country}`, `outlook.${country}`]),
  ],
  imap: { host: 'outlook.office365.com', port: 993, tls: 'implicit' },
  smtp: { host: 'smtp-mail.outlook.com', port: 587, tls: 'starttls' },
  traits: {
    ...GENERIC_TRAITS,
    provider: 'hotmail',
    maxConnections: 4,
    idleMs: 10 * 60_000,
    // Quirk(hotmail): SEARCH takes US-ASCII only.
    searchTrusted: false,
    savesSent: true,
    // Quirk(hotmail): stray or reserved folders that hold no mail of the user's.
    skipped: ['Outbox', 'Notes', 'Files'],
    roleNames: { drafts: ['Drafts'], sent: ['Sent'], junk: ['Junk'], trash: ['Deleted'], archive: ['Archive'] },
    // Quirk(hotmail): COPYUID may come as a bare line or with empty sets.
    trustsCopyUid: false,
  },
};
