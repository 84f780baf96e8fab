// SELECT and EXAMINE (RFC 3501 §6.3.1, CONDSTORE: RFC 7162 §3.1.8), CLOSE and UNSELECT.
import type { Decoder } from '../../imap/wire/decoder.js';
import { SystemFlag } from '../../mail/flags.js';
import { type Completion, type DemoCommand, SELECTED, SIGNED_IN, viewOf } from '../command.js';
import type { DemoSession } from '../session.js';
import { DemoRefusal } from '../store/account.js';
import { View } from '../view.js';

const SYSTEM = '\\Answered \\Flagged \\Draft \\Deleted \\Seen';

const open = (name: 'SELECT' | 'EXAMINE'): DemoCommand => ({
  name,
  states: SIGNED_IN,
  run: (session, decoder) => {
    decoder.space();
    const wanted = decoder.mailbox();
    const known = readParameters(session, decoder);
    // Whatever comes of it, the mailbox that was open is not any more.
    session.view = undefined;
    const { account } = session;
    const { quirks } = account.personality;
    if (quirks.requireId !== undefined && !session.isIdentified) throw new DemoRefusal(quirks.requireId);
    const mailbox = account.mailbox(wanted);
    account.selected(mailbox);
    const view = new View(mailbox, name === 'EXAMINE', quirks);
    session.view = view;
    tell(session, view);
    if (known && known.uidValidity === mailbox.uidValidity) resync(session, view, known);
    return describe(name, view);
  },
});

/** What the client knows of the mailbox (RFC 7162 §3.2.5). */
interface Known {
  readonly uidValidity: number;
  readonly modseq: number;
  readonly uids: string | undefined;
}

function readParameters(session: DemoSession, decoder: Decoder): Known | undefined {
  let known: Known | undefined;
  if (decoder.atEnd()) return known;
  decoder.space();
  decoder.list(() => {
    const word = decoder.keyword();
    if (word === 'QRESYNC' && session.qresync) {
      decoder.space();
      known = readKnown(decoder);
    } else if (word !== 'CONDSTORE' || !session.words.has('CONDSTORE')) throw decoder.error('unknown parameter');
    session.condstore = true;
  });
  decoder.end();
  return known;
}

/** `(67890007 20050715194045000 41,43:211 (…))`; the match data at the end is not needed. */
function readKnown(decoder: Decoder): Known {
  const [written = '', uidValidity = '', modseq = '', uids] =
    /^\((\d+) (\d+)(?: ([0-9:,]+))?(?: \([0-9:,]+ [0-9:,]+\))?\)/.exec(decoder.rest) ?? [];
  if (written === '') throw decoder.error('expected what is known');
  decoder.accept(written);
  return { uidValidity: Number(uidValidity), modseq: Number(modseq), uids };
}

function resync(session: DemoSession, view: View, { modseq, uids }: Known): void {
  session.tellVanished(modseq, uids);
  view.shown.forEach((entry, i) => {
    if (entry.modseq > modseq)
      session.line(`* ${i + 1} FETCH (UID ${entry.uid} MODSEQ (${entry.modseq}) FLAGS (${view.flagsText(entry)}))`);
  });
}

function describe(name: 'SELECT' | 'EXAMINE', { mailbox }: View): Completion {
  const text = `${name === 'SELECT' ? mailbox.name.replace(/[^\x20-\x7e]/g, '?') : 'EXAMINE'} selected. (Success)`;
  return { code: name === 'SELECT' ? 'READ-WRITE' : 'READ-ONLY', text };
}

function tell(session: DemoSession, view: View): void {
  const {
    bareSelectCodes,
    claimsKeywords,
    examineOmitsPermanentFlags,
    keepsKeywords,
    keptKeywords,
    unkeptFlags,
    unseenIsCount,
  } = session.account.personality.quirks;
  const { mailbox } = view;
  const code = (word: string, value: string, text: string) =>
    session.line(`* OK [${word} ${value}]${bareSelectCodes.includes(word) ? '' : ` ${text}`}`);
  const keywords = new Set([...keptKeywords, ...view.shown.flatMap(({ mail }) => mail.flags.keywords)]);
  session.line(`* FLAGS (${[SYSTEM, ...keywords].join(' ')})`);
  const kept = SYSTEM.split(' ').filter((flag) => !unkeptFlags.includes(flag));
  const permanent = view.isReadOnly
    ? ''
    : `${[...kept, ...keywords].join(' ')}${keepsKeywords || claimsKeywords ? ' \\*' : ''}`;
  if (!view.isReadOnly || !examineOmitsPermanentFlags) code('PERMANENTFLAGS', `(${permanent})`, 'Flags permitted.');
  code('UIDVALIDITY', `${mailbox.uidValidity}`, 'UIDs valid.');
  session.line(`* ${view.exists} EXISTS`);
  session.line(`* ${view.recent} RECENT`);
  const unseen = view.shown.filter(({ mail }) => !(mail.flags.system & SystemFlag.Seen));
  const [first] = unseen;
  if (first) code('UNSEEN', `${unseenIsCount ? unseen.length : view.shown.indexOf(first) + 1}`, 'First unseen.');
  code('UIDNEXT', `${mailbox.uidNext}`, 'Predicted next UID.');
  if (session.words.has('OBJECTID')) code('MAILBOXID', `(${mailbox.mailboxId})`, 'Ok');
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
