// Yahoo Mail (providers.md §7): capabilities as captured. UIDONLY and PARTIAL are advertised and not carried out here.
import { NO_QUIRKS } from '../quirks.js';
import type { Personality } from './personality.js';

const APPEND_LIMIT = 41_697_280;
const BEFORE_LOGIN = `IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER ID MOVE NAMESPACE XYMHIGHESTMODSEQ UIDPLUS LITERAL+ CHILDREN UNSELECT X-MSG-EXT OBJECTID IDLE ENABLE UIDONLY X-UIDONLY LIST-EXTENDED LIST-STATUS SPECIAL-USE PARTIAL APPENDLIMIT=${APPEND_LIMIT}`;

export const yahoo: Personality = {
  name: 'yahoo',
  samples: 'gmail',
  address: 'demo@yahoo.example',
  greeting: `[CAPABILITY ${BEFORE_LOGIN}] IMAP4rev1 Hello`,
  capabilities: {
    beforeLogin: BEFORE_LOGIN,
    afterLogin: `${BEFORE_LOGIN} MESSAGELIMIT=1000`,
    toldAtLogin: 'no',
  },
  texts: {
    capabilityOk: 'CAPABILITY completed',
    loginOk: 'LOGIN completed',
    loginRefused: '[AUTHENTICATIONFAILED] LOGIN Invalid credentials',
    bye: 'IMAP4rev1 Server logging out',
  },
  id: '("name" "Yahoo IMAP" "vendor" "Yahoo! Inc.")',
  mailboxes: [
    { name: 'INBOX', role: 'inbox' },
    { name: 'Archive', role: 'archive' },
    { name: 'Bulk', role: 'junk' },
    { name: 'Draft', role: 'drafts' },
    { name: 'Sent', role: 'sent' },
    { name: 'Trash', role: 'trash' },
  ],
  folderParent: '',
  appendLimit: APPEND_LIMIT,
  smtp: {
    host: 'smtp.mail.yahoo.com',
    banner: 'smtp.mail.yahoo.com ESMTP ready',
    sizeLimit: APPEND_LIMIT,
    loginRefused: '5.7.0 (#AUTH005) Too many bad auth attempts.',
  },
  quirks: {
    ...NO_QUIRKS,
    noExpungeInIdle: true,
    messageLimitBad: '[CLIENTBUG] FETCH Bad sequence in the command',
    permutedCopyuid: true,
    appendNeedsLineEnd: '[CLIENTBUG] Additional arguments found after last expected argument',
    selectCap: 10_000,
    messageLimit: 1_000,
    maxConnections: { count: 5, text: '[LIMIT] CAPABILITY Rate limit hit.' },
    searchBad: { keys: ['HEADER'], text: '[SERVERBUG] UID SEARCH Server error', status: 'NO' },
    keepsKeywords: false,
    keptKeywords: ['$Forwarded', '$Junk', '$NotJunk'],
    inboxName: 'Inbox',
  },
};
