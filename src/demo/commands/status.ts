import type { Decoder } from '../../imap/wire/decoder.js';
import { mailboxName } from '../../imap/wire/encode.js';
import { SystemFlag } from '../../mail/flags.js';
import { type DemoCommand, SIGNED_IN } from '../command.js';
import type { DemoSession } from '../session.js';
import type { DemoMailbox } from '../store/mailbox.js';

export const statusCommand: DemoCommand = {
  name: 'STATUS',
  states: SIGNED_IN,
  run: (session, decoder) => {
    decoder.space();
    const mailbox = session.account.mailbox(decoder.mailbox());
    decoder.space();
    const items = readStatusItems(decoder, session);
    decoder.end();
    session.line(statusLine(session, mailbox, items));
    return undefined;
  },
};

/** `(MESSAGES UIDNEXT …)`; an item the server does not know is BAD. */
export function readStatusItems(decoder: Decoder, session: DemoSession): string[] {
  const items: string[] = [];
  decoder.list(() => items.push(decoder.keyword()));
  for (const item of items) {
    const needed = NEEDS[item];
    if (!(item in VALUES) || (needed !== undefined && !session.words.has(needed)))
      throw decoder.error(`unknown status item ${item}`);
    if (item === 'HIGHESTMODSEQ') session.condstore = true;
  }
  return items;
}

export function statusLine(session: DemoSession, mailbox: DemoMailbox, items: readonly string[]): string {
  const { statusOmits, statusTrailingSpace } = session.account.personality.quirks;
  const told = items.filter((item) => !statusOmits.includes(item));
  const values = told.map((item) => `${item} ${VALUES[item]?.(mailbox, session) ?? 0}`);
  const space = statusTrailingSpace ? ' ' : '';
  return `* STATUS ${mailboxName(mailbox.name, session.utf8)} (${values.join(' ')})${space}`;
}

/** Items of an extension: known only where the word is advertised. */
const NEEDS: Readonly<Record<string, string>> = {
  HIGHESTMODSEQ: 'CONDSTORE',
  SIZE: 'STATUS=SIZE',
  MAILBOXID: 'OBJECTID',
};

const VALUES: Readonly<Record<string, (mailbox: DemoMailbox, session: DemoSession) => number | string>> = {
  MESSAGES: ({ entries }) => entries.length,
  RECENT: ({ entries, recentFrom }) => entries.filter(({ uid }) => uid >= recentFrom).length,
  UIDNEXT: ({ uidNext }) => uidNext,
  UIDVALIDITY: ({ uidValidity }) => uidValidity,
  UNSEEN: ({ entries }) => entries.filter(({ mail }) => !(mail.flags.system & SystemFlag.Seen)).length,
  SIZE: ({ entries }) => entries.reduce((sum, { mail }) => sum + mail.bytes.byteLength, 0),
  MAILBOXID: ({ mailboxId }) => `(${mailboxId})`,
  HIGHESTMODSEQ: ({ highestModseq }) => highestModseq,
  APPENDLIMIT: (_, { account }) => account.personality.appendLimit ?? 0,
};
