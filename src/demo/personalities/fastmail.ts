// Fastmail, or any Cyrus 3 (providers.md §8). Its own lines are not on record: what Cyrus says, without what this demo does
// not carry out.
import { NO_QUIRKS } from '../quirks.js';
import type { Personality } from './personality.js';

const BEFORE_LOGIN = 'IMAP4rev1 LITERAL+ ID ENABLE AUTH=PLAIN SASL-IR';

export const fastmail: Personality = {
  name: 'fastmail',
  samples: 'hotmail',
  address: 'demo@fastmail.example',
  greeting: `[CAPABILITY ${BEFORE_LOGIN}] demo Cyrus IMAP 3.11 server ready`,
  capabilities: {
    beforeLogin: BEFORE_LOGIN,
    afterLogin:
      'IMAP4rev1 LITERAL+ ID ENABLE NAMESPACE UIDPLUS UNSELECT CHILDREN IDLE MOVE CONDSTORE QRESYNC ESEARCH OBJECTID STATUS=SIZE LIST-EXTENDED LIST-STATUS SPECIAL-USE QUOTA',
    toldAtLogin: 'untagged',
  },
  texts: {
    capabilityOk: 'Completed',
    loginOk: 'User logged in SESSIONID=<demo>',
    loginRefused: '[AUTHENTICATIONFAILED] authentication failed',
    bye: 'LOGOUT received',
  },
  id: '("name" "Cyrus IMAPD" "version" "3.11" "vendor" "Project Cyrus")',
  mailboxes: [
    { name: 'INBOX', role: 'inbox' },
    { name: 'Archive', role: 'archive' },
    { name: 'Drafts', role: 'drafts' },
    { name: 'Sent', role: 'sent' },
    { name: 'Spam', role: 'junk' },
    { name: 'Trash', role: 'trash' },
  ],
  folderParent: '',
  appendLimit: undefined,
  smtp: {
    host: 'smtp.fastmail.com',
    banner: 'ESMTP ready',
    sizeLimit: 73_400_320,
    loginRefused: '5.7.8 Error: authentication failed: authentication failure',
  },
  quirks: NO_QUIRKS,
};
