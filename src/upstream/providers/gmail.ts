// Gmail and Google Workspace (providers.md §3).

import { GENERIC_TRAITS } from './generic.js';
import type { Provider } from './provider.js';
import { appPasswordOf } from './remedies.js';
import { COMMON_TEXTS, HOUR, MINUTE, says } from './texts.js';

export const gmail: Provider = {
  name: 'gmail',
  domains: ['gmail.com', 'googlemail.com'],
  sign: /\bX-GM-EXT-1\b/,
  imap: { host: 'imap.gmail.com', port: 993, tls: 'implicit' },
  smtp: { host: 'smtp.gmail.com', port: 465, tls: 'implicit' },
  traits: {
    ...GENERIC_TRAITS,
    provider: 'gmail',
    signInRemedy: appPasswordOf('Google'),
    maxConnections: 4,
    idleMs: 10 * 60_000,
    // Quirk(gmail): its SEARCH finds whole words, not substrings.
    searchTrusted: false,
    // Quirk(gmail): folders are labels; \Deleted + EXPUNGE takes one label away and the message stays in All Mail.
    deleteIsMoveToTrash: true,
    archiveIsAll: true,
    savesSent: true,
    // Over a bandwidth limit the account is locked for up to a day; other programs that use it count too.
    budgets: { downloadBytesPerDay: 2_500e6, uploadBytesPerDay: 500e6, messagesPerDay: 500 },
    flattened: ['[Gmail]', '[Google Mail]'],
    // Quirk(gmail): the system folders' names are localised and some may be hidden; attributes alone tell them, none is made.
    roleNames: {},
    rolesByName: new Map(),
    texts: [
      says(/exceeded command or bandwidth limits/i, 'downloadLimit', 'transient', HOUR),
      says(/too many simultaneous connections/i, 'tooManyConnections', 'transient', 5 * MINUTE),
      // Over its bandwidth it may say no more than this.
      says(/session expired, please log ?in again/i, 'throttle', 'transient', 5 * MINUTE),
      says(/web login required/i, 'webLoginRequired', 'auth'),
      says(/username and password not accepted|invalid credentials/i, 'wrongPassword', 'auth'),
      says(/daily user sending (?:limit|quota) exceeded/i, 'sendingLimit', 'transient', 6 * HOUR),
      says(/4\.7\.0 try again later/i, 'throttle', 'transient', HOUR),
      ...COMMON_TEXTS,
    ],
  },
};
