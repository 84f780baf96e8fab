// Gmail (providers.md §3): exact lines as captured.
import { NO_QUIRKS } from '../quirks.js';
import type { Personality } from './personality.js';

const APPEND_LIMIT = 35_651_584;

export const gmail: Personality = {
  name: 'gmail',
  samples: 'gmail',
  address: 'demo@gmail.example',
  greeting: 'Gimap ready for requests from 127.0.0.1 d2e1a72fcca58mb0000000demo',
  capabilities: {
    beforeLogin:
      'IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 XYZZY SASL-IR AUTH=XOAUTH2 AUTH=PLAIN AUTH=PLAIN-CLIENTTOKEN AUTH=OAUTHBEARER',
    afterLogin: `IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS COMPRESS=DEFLATE ENABLE MOVE CONDSTORE ESEARCH UTF8=ACCEPT LIST-EXTENDED LIST-STATUS LITERAL- SPECIAL-USE APPENDLIMIT=${APPEND_LIMIT}`,
    toldAtLogin: 'untagged',
  },
  texts: {
    capabilityOk: 'Thats all she wrote!',
    loginOk: '{user} authenticated (Success)',
    loginRefused: '[AUTHENTICATIONFAILED] Invalid credentials (Failure)',
    bye: 'LOGOUT Requested',
  },
  id: '("name" "GImap" "vendor" "Google, Inc." "support-url" "https://support.google.com/mail" "remote-host" "127.0.0.1")',
  mailboxes: [
    { name: 'INBOX', role: 'inbox' },
    { name: '[Gmail]', selectable: false },
    { name: '[Gmail]/All Mail', role: 'all' },
    { name: '[Gmail]/Drafts', role: 'drafts' },
    { name: '[Gmail]/Important', role: 'important' },
    { name: '[Gmail]/Sent Mail', role: 'sent' },
    { name: '[Gmail]/Spam', role: 'junk' },
    { name: '[Gmail]/Starred', role: 'flagged' },
    { name: '[Gmail]/Trash', role: 'trash' },
  ],
  folderParent: '',
  appendLimit: APPEND_LIMIT,
  smtp: {
    host: 'smtp.gmail.com',
    banner: 'demo - gsmtp',
    sizeLimit: APPEND_LIMIT,
    loginRefused:
      '5.7.8 Username and Password not accepted. For more information, go to https://support.google.com/mail/?p=BadCredentials',
  },
  quirks: {
    ...NO_QUIRKS,
    maxConnections: { count: 15, text: '[ALERT] Too many simultaneous connections. (Failure)' },
    bandwidth: {
      downBytes: 2_500_000_000,
      upBytes: 500_000_000,
      text: '[OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)',
    },
    searchWholeWords: true,
    labelStore: { autoExpunge: true, expungeBehavior: 'archive', joinsByMessageId: true },
    keptKeywords: ['$NotPhishing', '$Phishing'],
    bareSelectCodes: ['HIGHESTMODSEQ'],
    savesSent: 'asItIs',
    sendingLimit: { messages: 500, code: 550, text: '5.4.5 Daily user sending limit exceeded.' },
    foreignFrom: { is: 'rewritten' },
  },
};
