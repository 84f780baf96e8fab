// QQ Mail: qq.com, foxmail.com, vip.qq.com (providers.md §2).
import { GENERIC_TRAITS } from './generic.js';
import type { Provider } from './provider.js';
import { roleNames } from './role-names.js';
import { COMMON_TEXTS, HOUR, MINUTE, says } from './texts.js';

const OTHER_FOLDERS = '其他文件夹';

export const qq: Provider = {
  name: 'qq',
  domains: ['qq.com', 'foxmail.com', 'vip.qq.com'],
  sign: /QQMail (?:XM)?IMAP4Server/,
  imap: { host: 'imap.qq.com', port: 993, tls: 'implicit' },
  smtp: { host: 'smtp.qq.com', port: 465, tls: 'implicit' },
  traits: {
    ...GENERIC_TRAITS,
    provider: 'qq',
    // Quirk(qq): many logins trigger its risk control; two connections, kept open.
    maxConnections: 2,
    // Some twenty logins in a row were the end of it for a quarter of an hour.
    budgets: { loginsPer15Minutes: 16, messagesPerDay: 500 },
    // Quirk(qq): text criteria of SEARCH are ignored (everything comes back) or refused.
    searchTrusted: false,
    // Quirk(qq): uids have been seen to change under the same UIDVALIDITY.
    renumbersSilently: true,
    // Quirk(qq): user folders live below this one; their readable name goes without it.
    folderParent: [OTHER_FOLDERS],
    flattened: [OTHER_FOLDERS],
    roleNames: {
      drafts: ['Drafts'],
      sent: ['Sent Messages'],
      junk: ['Junk'],
      trash: ['Deleted Messages'],
      archive: [OTHER_FOLDERS, 'Archive'],
    },
    // Quirk(qq): a command line over some 6 kB is dropped without any answer.
    maxCommandBytes: 2_000,
    // Quirk(qq): one text stands for five causes of a refused login, a rate limit among them.
    loginRetryMs: 15 * 60_000,
    // Quirk(qq): LIST carries no special-use attributes.
    rolesByName: roleNames({
      drafts: ['Drafts', '草稿箱'],
      sent: ['Sent Messages', '已发送'],
      junk: ['Junk', '垃圾箱', '垃圾邮件'],
      trash: ['Deleted Messages', '已删除'],
      archive: ['Archive', '归档'],
    }),
    texts: [
      // Quirk(qq): one text stands for five causes.
      says(/account is abnormal, service is not open/i, 'ambiguousLogin', 'auth', 15 * MINUTE),
      says(/please enter your authorization code/i, 'needsAppPassword', 'auth', 15 * MINUTE),
      says(/login frequency limited/i, 'loginFrequency', 'transient', 15 * MINUTE),
      says(/(?:ip|domain|sender|connection) frequency limited/i, 'throttle', 'transient', HOUR),
      says(/connection denied/i, 'throttle', 'transient', HOUR),
      says(/mail from address must be same as authorization user/i, 'fromNotAllowed', 'permanent'),
      says(/mail content denied/i, 'contentRefused', 'permanent'),
      ...COMMON_TEXTS,
    ],
  },
};
