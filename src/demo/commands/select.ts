// SELECT and EXAMINE (RFC 3501 §6.3.1, CONDSTORE: RFC 7162 §3.1.8), CLOSE and UNSELECT.
import type { Decoder } from '../../imap/wire/decoder.js';
import { SystemFlag } from '../../mail/flags.js';
import { type Completion, type DemoCommand, SELECTED, SIGNED_IN, viewOf } from '../command.js';
import type { DemoSession } from '../session.js';
import { View } from '../view.js';

const SYSTEM = '\\Answered \\Flagged \\Draft \\Deleted \\Seen';

const open = (name: 'SELECT' | 'EXAMINE'): DemoCommand => ({
  name,
  states: SIGNED_IN,
  run: (session, decoder) => {
    decoder.space();
    const wanted = decoder.mailbox();
    readParameters(session, decoder);
    // Whatever comes of it, the mailbox that was open is not any more.
    session.view = undefined;
    const mailbox = session.account.mailbox(wanted);
    session.view = new View(mailbox, name === 'EXAMINE');
    tell(session, session.view);
    return describe(name, session.view);
  },
});

function readParameters(session: DemoSession, decoder: Decoder): void {
  if (decoder.atEnd()) return;
  decoder.space();
  decoder.list(() => {
    if (decoder.keyword() !== 'CONDSTORE' || !session.words.has('CONDSTORE')) throw decoder.error('unknown parameter');
    session.condstore = true;
  });
  decoder.end();
}

function describe(name: 'SELECT' | 'EXAMINE', { mailbox }: View): Completion {
  const text = `${name === 'SELECT' ? mailbox.name.replace(/[^\x20-\x7e]/g, '?') : 'EXAMINE'} selected. (Success)`;
  return { code: name === 'SELECT' ? 'READ-WRITE' : 'READ-ONLY', text };
}

function tell(session: DemoSession, view: View): void {
  const { bareSelectCodes, examineOmitsPermanentFlags, keepsKeywords, keptKeywords, unseenIsCount } =
    session.account.personality.quirks;
  const { mailbox } = view;
  const code = (word: string, value: string, text: string) =>
    session.line(`* OK [${word} ${value}]${bareSelectCodes.includes(word) ? '' : ` ${text}`}`);
  const keywords = new Set([...keptKeywords, ...view.shown.flatMap(({ mail }) => mail.flags.keywords)]);
  const known = [SYSTEM, ...keywords].join(' ');
  session.line(`* FLAGS (${known})`);
  const permanent = view.isReadOnly ? '' : `${known}${keepsKeywords ? ' \\*' : ''}`;
  if (!view.isReadOnly || !examineOmitsPermanentFlags) code('PERMANENTFLAGS', `(${permanent})`, 'Flags permitted.');
  code('UIDVALIDITY', `${mailbox.uidValidity}`, 'UIDs valid.');
  session.line(`* ${view.exists} EXISTS`);
  session.line(`* ${view.recent} RECENT`);
  const unseen = view.shown.filter(({ mail }) => !(mail.flags.system & SystemFlag.Seen));
  const [first] = unseen;
  if (first) code('UNSEEN', `${unseenIsCount ? unseen.length : view.shown.indexOf(first) + 1}`, 'First unseen.');
  code('UIDNEXT', `${mailbox.uidNext}`, 'Predicted next UID.');
  if (session.words.has('CONDSTORE')) code('HIGHESTMODSEQ', `${mailbox.highestModseq}`, 'Highest.');
}

export const selectCommands: readonly DemoCommand[] = [
  open('SELECT'),
  open('EXAMINE'),
  {
    name: 'CLOSE',
    states: SELECTED,
    run: (session) => {
      const { isReadOnly, mailbox } = viewOf(session);
      const deleted = isReadOnly ? [] : mailbox.entries.filter(({ isDeleted }) => isDeleted);
      for (const entry of [...deleted]) session.account.expunge(entry, mailbox);
      // RFC 3501 §6.4.2: no EXPUNGE is told.
      session.view = undefined;
      return undefined;
    },
  },
  {
    name: 'UNSELECT',
    states: SELECTED,
    needs: ['UNSELECT'],
    run: (session) => {
      session.view = undefined;
      return undefined;
    },
  },
];
