// QQ Mail and Exmail (providers.md §2): exact lines as captured.
import { NO_QUIRKS } from '../quirks.js';
import type { Personality } from './personality.js';

const LOGIN_REFUSED =
  'Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy. More information at https://help.mail.qq.com/detail/108/1023';

export const qq: Personality = {
  name: 'qq',
  samples: 'qq',
  address: 'demo@qq.example',
  greeting: '[CAPABILITY IMAP4 IMAP4rev1 ID AUTH=PLAIN AUTH=LOGIN AUTH=XOAUTH2 NAMESPACE] QQMail XMIMAP4Server ready',
  capabilities: {
    beforeLogin:
      'IMAP4 IMAP4rev1 XLIST MOVE IDLE XAPPLEPUSHSERVICE AUTH=PLAIN AUTH=LOGIN AUTH=XOAUTH2 SASL-IR NAMESPACE CHILDREN ID UIDPLUS',
    afterLogin: 'IMAP4 IMAP4rev1 XLIST MOVE IDLE XAPPLEPUSHSERVICE NAMESPACE CHILDREN ID UIDPLUS',
    toldAtLogin: 'no',
  },
  texts: {
    capabilityOk: 'CAPABILITY Completed',
    loginOk: 'Success login ok',
    loginRefused: LOGIN_REFUSED,
    bye: 'LOGOUT received',
  },
  id: 'NIL',
  mailboxes: [
    { name: 'INBOX', role: 'inbox' },
    { name: 'Sent Messages', role: 'sent' },
    { name: 'Drafts', role: 'drafts' },
    { name: 'Deleted Messages', role: 'trash' },
    { name: 'Junk', role: 'junk' },
    { name: '其他文件夹', selectable: false },
    { name: '其他文件夹/归档', role: 'archive' },
  ],
  folderParent: '其他文件夹/',
  appendLimit: undefined,
  smtp: {
    host: 'smtp.qq.com',
    banner: 'QQ QMail Server',
    sizeLimit: 73_400_320,
    loginRefused: LOGIN_REFUSED,
  },
  quirks: {
    ...NO_QUIRKS,
    ascendingSetsOnly: 'UID parameters!',
    dropLongLines: 6_000,
    searchIgnoresTexts: true,
    searchIgnoresGroups: true,
    searchBad: { keys: ['TEXT', 'BODY'], text: 'UID SEARCH invalid argument' },
    examineOmitsPermanentFlags: true,
    bareSelectCodes: ['UNSEEN'],
    unseenIsCount: true,
    listAttributes: false,
    noselect: '\\NoSelect',
    foreignFrom: { is: 'refusedAtMail', code: 501, text: 'mail from address must be same as authorization user' },
  },
};

/** Own domains on Tencent's servers: the same but for its greeting. */
export const exmail: Personality = {
  ...qq,
  name: 'exmail',
  address: 'demo@exmail.example',
  greeting: '[CAPABILITY IMAP4 IMAP4rev1 ID AUTH=LOGIN NAMESPACE] QQMail IMAP4Server ready',
  capabilities: {
    ...qq.capabilities,
    beforeLogin:
      'IMAP4 IMAP4rev1 XLIST MOVE IDLE XAPPLEPUSHSERVICE AUTH=PLAIN AUTH=LOGIN NAMESPACE CHILDREN ID UIDPLUS',
  },
  smtp: { ...qq.smtp, host: 'smtp.exmail.qq.com' },
};
