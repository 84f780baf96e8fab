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
    if (!(item in VALUES) || (item === 'HIGHESTMODSEQ' && !session.words.has('CONDSTORE')))
      throw decoder.error(`unknown status item ${item}`);
    if (item === 'HIGHESTMODSEQ') session.condstore = true;
  }
  return items;
}

export function statusLine(session: DemoSession, mailbox: DemoMailbox, items: readonly string[]): string {
  const values = items.map((item) => `${item} ${VALUES[item]?.(mailbox, session) ?? 0}`);
  const space = session.account.personality.quirks.statusTrailingSpace ? ' ' : '';
  return `* STATUS ${mailboxName(mailbox.name, session.utf8)} (${values.join(' ')})${space}`;
}

const VALUES: Readonly<Record<string, (mailbox: DemoMailbox, session: DemoSession) => number>> = {
  MESSAGES: ({ entries }) => entries.length,
  RECENT: ({ entries, recentFrom }) => entries.filter(({ uid }) => uid >= recentFrom).length,
  UIDNEXT: ({ uidNext }) => uidNext,
  UIDVALIDITY: ({ uidValidity }) => uidValidity,
  UNSEEN: ({ entries }) => entries.filter(({ mail }) => !(mail.flags.system & SystemFlag.Seen)).length,
  HIGHESTMODSEQ: ({ highestModseq }) => highestModseq,
  APPENDLIMIT: (_, { account }) => account.personality.appendLimit ?? 0,
};
