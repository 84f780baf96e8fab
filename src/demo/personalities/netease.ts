// 163 (Coremail; providers.md §5): capabilities as captured.
import { NO_QUIRKS } from '../quirks.js';
import type { Personality } from './personality.js';

const APPEND_LIMIT = 71_680_000;
const CAPABILITIES = `IMAP4rev1 XLIST SPECIAL-USE ID LITERAL+ STARTTLS APPENDLIMIT=${APPEND_LIMIT} XAPPLEPUSHSERVICE UIDPLUS X-CM-EXT-1 SASL-IR AUTH=XOAUTH2`;

export const netease: Personality = {
  name: '163',
  samples: 'qq',
  address: 'demo@163.example',
  greeting: 'Coremail System IMap Server Ready(163com[demo])',
  capabilities: { beforeLogin: CAPABILITIES, afterLogin: CAPABILITIES, toldAtLogin: 'no' },
  texts: {
    capabilityOk: 'CAPABILITY completed',
    loginOk: 'LOGIN completed',
    loginRefused: 'LOGIN Login error or password error',
    bye: 'IMAP4rev1 Server logging out',
  },
  id: '("name" "Coremail Imap" "vendor" "Mailtech" "TransID" "demo")',
  mailboxes: [
    { name: 'INBOX', role: 'inbox' },
    { name: '草稿箱', role: 'drafts' },
    { name: '已发送', role: 'sent' },
    { name: '已删除', role: 'trash' },
    { name: '垃圾邮件', role: 'junk' },
    { name: '病毒文件夹' },
    { name: '广告邮件' },
    { name: '订阅邮件' },
  ],
  folderParent: '',
  appendLimit: APPEND_LIMIT,
  smtp: {
    host: 'smtp.163.com',
    banner: 'Anti-spam GT for Coremail System (163com[demo])',
    sizeLimit: 73_400_320,
    loginRefused: 'Error: authentication failed',
  },
  quirks: {
    ...NO_QUIRKS,
    requireId: 'SELECT Unsafe Login. Please contact kefu@188.com for help',
    statusOmits: ['UIDNEXT'],
    idleTimeoutMs: 60_000,
    noopDoesNotKeepAlive: true,
    foreignFrom: { is: 'refusedAtMail', code: 553, text: 'Mail from must equal authorized user' },
  },
};
