// Some hoster's plain server: IMAP4rev1 and little besides, nothing out of the ordinary.
import { NO_QUIRKS } from '../quirks.js';
import type { Personality } from './personality.js';

export const generic: Personality = {
  name: 'generic',
  samples: 'gmail',
  address: 'demo@generic.example',
  greeting: '[CAPABILITY IMAP4rev1 SASL-IR ID LITERAL+ AUTH=PLAIN AUTH=LOGIN] ready',
  capabilities: {
    beforeLogin: 'IMAP4rev1 SASL-IR ID LITERAL+ AUTH=PLAIN AUTH=LOGIN',
    afterLogin: 'IMAP4rev1 ID LITERAL+ IDLE UIDPLUS NAMESPACE CHILDREN UNSELECT SPECIAL-USE',
    toldAtLogin: 'untagged',
  },
  texts: {
    capabilityOk: 'CAPABILITY completed',
    loginOk: 'Logged in',
    loginRefused: '[AUTHENTICATIONFAILED] Authentication failed.',
    bye: 'Logging out',
  },
  id: '("name" "demo")',
  mailboxes: [
    { name: 'INBOX', role: 'inbox' },
    { name: 'Archive', role: 'archive' },
    { name: 'Drafts', role: 'drafts' },
    { name: 'Junk', role: 'junk' },
    { name: 'Sent', role: 'sent' },
    { name: 'Trash', role: 'trash' },
  ],
  folderParent: '',
  appendLimit: undefined,
  smtp: {
    host: 'smtp.generic.example',
    banner: 'ready',
    sizeLimit: 52_428_800,
    loginRefused: '5.7.8 Error: authentication failed',
  },
  quirks: NO_QUIRKS,
};
