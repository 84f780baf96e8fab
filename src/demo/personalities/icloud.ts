// iCloud Mail (providers.md §6): capabilities as captured. Of what it advertises SORT, THREAD, CATENATE, URLAUTH and their
// like are not carried out here.
import { NO_QUIRKS } from '../quirks.js';
import type { Personality } from './personality.js';

const BEFORE_LOGIN = 'XAPPLEPUSHSERVICE IMAP4 IMAP4rev1 SASL-IR AUTH=ATOKEN AUTH=PLAIN AUTH=ATOKEN2 AUTH=XOAUTH2';

export const icloud: Personality = {
  name: 'icloud',
  samples: 'hotmail',
  address: 'demo@icloud.example',
  greeting: `[CAPABILITY ${BEFORE_LOGIN}] iCloud demo IMAP server ready`,
  capabilities: {
    beforeLogin: BEFORE_LOGIN,
    afterLogin:
      'XAPPLEPUSHSERVICE IMAP4 IMAP4rev1 CONDSTORE ENABLE QRESYNC QUOTA XAPPLELITERAL NAMESPACE UIDPLUS CHILDREN BINARY UNSELECT SORT CATENATE URLAUTH LANGUAGE ESEARCH ESORT THREAD=ORDEREDSUBJECT THREAD=REFERENCES CONTEXT=SEARCH CONTEXT=SORT WITHIN SASL-IR SEARCHRES METADATA ID XMSEARCH X-SUN-SORT ANNOTATE-EXPERIMENT-1 X-UNAUTHENTICATE X-SUN-IMAP XUM1 MULTISEARCH IDLE X-APPLE-REMOTE-LINKS LIST-STATUS',
    toldAtLogin: 'no',
  },
  texts: {
    capabilityOk: 'CAPABILITY completed',
    loginOk: 'user demo logged in',
    loginRefused: '[AUTHENTICATIONFAILED] Authentication failed',
    bye: 'LOGOUT received',
  },
  id: '("name" "iCloud IMAP" "vendor" "Apple")',
  mailboxes: [
    { name: 'INBOX', role: 'inbox' },
    { name: 'Archive', role: 'archive' },
    { name: 'Deleted Messages', role: 'trash' },
    { name: 'Drafts', role: 'drafts' },
    { name: 'Junk', role: 'junk' },
    { name: 'Notes' },
    { name: 'Sent Messages', role: 'sent' },
  ],
  folderParent: '',
  appendLimit: undefined,
  smtp: {
    host: 'smtp.mail.me.com',
    banner: 'iCloud SMTP - demo',
    sizeLimit: 28_311_552,
    loginRefused: '5.7.8 Error: authentication failed',
  },
  quirks: {
    ...NO_QUIRKS,
    enableWithoutEnabledReply: true,
    malformedVanished: true,
    esearchCountsOnly: true,
    searchIgnoresTexts: true,
    listAttributes: false,
    sendingLimit: {
      messages: 200,
      code: 550,
      text: '5.7.1 You have exceeded your daily sending limit. Please try again later.',
    },
  },
};
