// Outlook.com: Hotmail, Live, MSN, and Microsoft 365 (providers.md §4).
import { GENERIC_TRAITS } from './generic.js';
import type { Provider } from './provider.js';
import { COMMON_TEXTS, MINUTE, says } from './texts.js';

const COUNTRIES = ['co.uk', 'fr', 'de', 'it', 'es', 'co.jp', 'com.br', 'be', 'nl', 'ca', 'se', 'com.tw', 'com.hk'];

export const outlook: Provider = {
  name: 'outlook',
  sign: /Microsoft Exchange (?:Server )?IMAP4/,
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
    provider: 'outlook',
    maxConnections: 4,
    idleMs: 10 * 60_000,
    budgets: { messagesPerMinute: 30, recipientsPerDay: 5_000 },
    // Quirk(outlook): SEARCH takes US-ASCII only.
    searchTrusted: false,
    savesSent: true,
    // Quirk(outlook): stray or reserved folders that hold no mail of the user's.
    skipped: ['Outbox', 'Notes', 'Files'],
    roleNames: { drafts: ['Drafts'], sent: ['Sent'], junk: ['Junk'], trash: ['Deleted'], archive: ['Archive'] },
    // Quirk(outlook): COPYUID may come as a bare line or with empty sets.
    trustsCopyUid: false,
    texts: [
      says(/request is throttled/i, 'throttle', 'transient', 5 * MINUTE),
      // Quirk(outlook): a session limit, IMAP switched off, or a token of somebody else's.
      says(/authenticated but not connected/i, 'notConnected', 'transient', 5 * MINUTE),
      // Quirk(outlook): ten errors, or the refusal above, end the session with a number.
      says(/^connection closed\. 14/i, 'notConnected', 'transient', 5 * MINUTE),
      says(/^server unavailable\. 15/i, 'unavailable', 'transient', MINUTE),
      says(/basic authentication is disabled/i, 'passwordsRefused', 'auth'),
      says(/SmtpClientAuthentication is disabled/i, 'passwordsRefused', 'auth'),
      says(/^authenticate failed/i, 'wrongPassword', 'auth'),
      says(/OutboundSpamException|WASCL UserAction/i, 'webLoginRequired', 'permanent'),
      says(/SendAsDenied/i, 'fromNotAllowed', 'permanent'),
      ...COMMON_TEXTS,
    ],
  },
};

/** Its name in configurations of before. */
export const hotmail: Provider = {
  ...outlook,
  name: 'hotmail',
  domains: [],
  traits: { ...outlook.traits, provider: 'hotmail' },
};

/** Mailboxes of organisations: the same IMAP, another SMTP server. */
export const microsoft365: Provider = {
  ...outlook,
  name: 'microsoft365',
  domains: [],
  smtp: { host: 'smtp.office365.com', port: 587, tls: 'starttls' },
  traits: {
    ...outlook.traits,
    provider: 'microsoft365',
    roleNames: {
      drafts: ['Drafts'],
      sent: ['Sent Items'],
      junk: ['Junk Email'],
      trash: ['Deleted Items'],
      archive: ['Archive'],
    },
  },
};
