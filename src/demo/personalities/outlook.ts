// Outlook.com / Hotmail (providers.md §4): exact lines as captured.
import { NO_QUIRKS } from '../quirks.js';
import type { Personality } from './personality.js';

export const outlook: Personality = {
  name: 'outlook',
  samples: 'hotmail',
  address: 'demo@outlook.example',
  greeting: 'Microsoft Exchange IMAP4 service ready. 00000000-0000-4000-8000-00000000demo (tcpproxy/15.21.0000.000)',
  capabilities: {
    // The line of before basic authentication was switched off: a demo account signs in with a password, nothing else.
    beforeLogin:
      'IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+',
    afterLogin:
      'IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CLIENTACCESSRULES CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE NAMESPACE LITERAL+',
    toldAtLogin: 'no',
  },
  texts: {
    capabilityOk: 'CAPABILITY completed.',
    loginOk: 'AUTHENTICATE completed.',
    loginRefused: 'AUTHENTICATE failed.',
    bye: 'Microsoft Exchange Server IMAP4 server signing off.',
  },
  id: '("name" "Microsoft.Exchange.Imap4.Imap4Server" "version" "15.21")',
  mailboxes: [
    { name: 'INBOX', role: 'inbox' },
    { name: 'Archive', role: 'archive', isUnmarked: true },
    { name: 'Deleted', role: 'trash' },
    { name: 'Drafts', role: 'drafts' },
    { name: 'Junk', role: 'junk' },
    { name: 'Notes' },
    { name: 'Outbox' },
    { name: 'Sent', role: 'sent' },
  ],
  folderParent: '',
  appendLimit: undefined,
  smtp: {
    host: 'smtp-mail.outlook.com',
    banner: 'Microsoft ESMTP MAIL Service ready',
    sizeLimit: 37_748_736,
    loginRefused: '5.7.3 Authentication unsuccessful',
  },
  quirks: {
    ...NO_QUIRKS,
    byeAfterErrors: { errors: 10, text: 'Connection closed. 14' },
    allRecent: true,
    refuseLongLines: { bytes: 10_240, text: 'Command Argument Error. 11' },
    searchBad: { keys: ['KEYWORD', 'UNKEYWORD'], text: 'Command Argument Error. 11' },
    searchAsciiOnly: true,
    keepsKeywords: false,
    keptKeywords: ['$MDNSent'],
    statusTrailingSpace: true,
    fetchOrderReversed: true,
    listUnquoted: true,
    inboxName: 'Inbox',
    reservedNames: { names: ['Files'], text: 'Folder name is reserved' },
    savesSent: 'newMessageId',
    foreignFrom: {
      is: 'refusedAfterData',
      code: 554,
      text: '5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message due to a permanent exception',
    },
  },
};

/** The name that demo accounts of before have. */
export const hotmail: Personality = { ...outlook, name: 'hotmail', address: 'demo@hotmail.example' };
