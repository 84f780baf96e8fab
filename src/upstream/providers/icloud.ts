// iCloud Mail (providers.md §6).

import { GENERIC_TRAITS } from './generic.js';
import type { Provider } from './provider.js';
import { appPasswordOf } from './remedies.js';
import { COMMON_TEXTS, HOUR, says } from './texts.js';

export const icloud: Provider = {
  name: 'icloud',
  sign: /\bXAPPLELITERAL\b/,
  domains: ['icloud.com', 'me.com', 'mac.com'],
  imap: { host: 'imap.mail.me.com', port: 993, tls: 'implicit' },
  smtp: { host: 'smtp.mail.me.com', port: 587, tls: 'starttls' },
  traits: {
    ...GENERIC_TRAITS,
    provider: 'icloud',
    signInRemedy: appPasswordOf('iCloud'),
    maxConnections: 2,
    budgets: { messagesPerDay: 200, recipientsPerDay: 1_000 },
    // Quirk(icloud): string criteria of SEARCH are unusable.
    searchTrusted: false,
    roleNames: {
      drafts: ['Drafts'],
      sent: ['Sent Messages'],
      junk: ['Junk'],
      trash: ['Deleted Messages'],
      archive: ['Archive'],
    },
    maxCommandBytes: 2_000,
    // Quirk(icloud): QRESYNC's VANISHED is malformed; mails would vanish.
    trustsQresync: false,
    texts: [says(/exceeded your daily sending limit/i, 'sendingLimit', 'transient', 6 * HOUR), ...COMMON_TEXTS],
  },
};
