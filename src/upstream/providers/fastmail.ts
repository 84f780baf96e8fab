// Fastmail: a Cyrus of its own; what it can do is read from CAPABILITY (providers.md §1, §8).
import { GENERIC_TRAITS } from './generic.js';
import type { Provider } from './provider.js';
import { appPasswordOf } from './remedies.js';

export const fastmail: Provider = {
  name: 'fastmail',
  domains: ['fastmail.com', 'fastmail.fm'],
  imap: { host: 'imap.fastmail.com', port: 993, tls: 'implicit' },
  smtp: { host: 'smtp.fastmail.com', port: 465, tls: 'implicit' },
  traits: { ...GENERIC_TRAITS, provider: 'fastmail', signInRemedy: appPasswordOf('Fastmail'), savesSent: false },
};
