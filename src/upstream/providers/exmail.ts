// Tencent Exmail: the customers' own domains on QQ's servers (providers.md §1, §2).
import type { Provider } from './provider.js';
import { qq } from './qq.js';

export const exmail: Provider = {
  name: 'exmail',
  domains: ['exmail.qq.com'],
  imap: { host: 'imap.exmail.qq.com', port: 993, tls: 'implicit' },
  smtp: { host: 'smtp.exmail.qq.com', port: 465, tls: 'implicit' },
  traits: { ...qq.traits, provider: 'exmail' },
};
