// Yahoo Mail and AOL (providers.md §7).

import { GENERIC_TRAITS } from './generic.js';
import type { Provider } from './provider.js';
import { appPasswordOf } from './remedies.js';
import { COMMON_TEXTS, MINUTE, says } from './texts.js';

export const yahoo: Provider = {
  name: 'yahoo',
  sign: /\bXYMHIGHESTMODSEQ\b/,
  domains: ['yahoo.com', 'ymail.com', 'rocketmail.com', 'yahoo.co.uk', 'yahoo.fr', 'yahoo.de', 'yahoo.it', 'yahoo.es'],
  imap: { host: 'imap.mail.yahoo.com', port: 993, tls: 'implicit' },
  smtp: { host: 'smtp.mail.yahoo.com', port: 465, tls: 'implicit' },
  traits: {
    ...GENERIC_TRAITS,
    provider: 'yahoo',
    signInRemedy: appPasswordOf('Yahoo'),
    maxConnections: 2,
    idleMs: 3 * 60_000,
    searchTrusted: false,
    roleNames: { drafts: ['Draft'], sent: ['Sent'], junk: ['Bulk'], trash: ['Trash'], archive: ['Archive'] },
    maxCommandBytes: 1_000,
    // Quirk(yahoo): SEARCH gives at most so many, FETCH and MOVE of more go wrong.
    messageLimit: 1_000,
    // Quirk(yahoo): APPEND of a message without a line end behind it is BAD.
    appendNeedsLineEnd: true,
    // Quirk(yahoo): COPYUID of several messages is permuted.
    trustsCopyUid: false,
    texts: [says(/rate limit hit/i, 'throttle', 'transient', 5 * MINUTE), ...COMMON_TEXTS],
  },
};

export const aol: Provider = {
  ...yahoo,
  name: 'aol',
  domains: ['aol.com', 'aim.com'],
  imap: { host: 'imap.aol.com', port: 993, tls: 'implicit' },
  smtp: { host: 'smtp.aol.com', port: 465, tls: 'implicit' },
  traits: { ...yahoo.traits, provider: 'aol', signInRemedy: appPasswordOf('AOL') },
};
