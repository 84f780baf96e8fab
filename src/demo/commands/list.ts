// LIST with its extensions (RFC 3501 §6.3.8, RFC 5258, RFC 5819, RFC 6154), LSUB and XLIST.
import type { Decoder } from '../../imap/wire/decoder.js';
import { mailboxName } from '../../imap/wire/encode.js';
import { specialUseOf } from '../../mail/roles.js';
import { type DemoCommand, SIGNED_IN } from '../command.js';
import type { DemoSession } from '../session.js';
import { DELIMITER } from '../store/account.js';
import type { DemoMailbox } from '../store/mailbox.js';
import { readStatusItems, statusLine } from './status.js';

type ListName = 'LIST' | 'LSUB' | 'XLIST';

interface ListArgs {
  readonly reference: string;
  readonly patterns: readonly string[];
  readonly select: ReadonlySet<string>;
  readonly returns: ReadonlySet<string>;
  readonly status: readonly string[];
}

const listing = (name: ListName): DemoCommand => ({
  name,
  states: SIGNED_IN,
  ...(name === 'XLIST' ? { needs: ['XLIST'] } : {}),
  run: (session, decoder) => {
    if (name === 'LSUB' && session.brokenRev2) throw decoder.error('unknown command');
    decoder.space();
    const args = readArguments(
      session,
      decoder,
      name === 'LIST' && (session.words.has('LIST-EXTENDED') || session.words.has('LIST-STATUS')),
    );
    if (args.patterns.length === 1 && args.patterns[0] === '') {
      session.line(`* ${name} (${session.account.personality.quirks.noselect}) "${DELIMITER}" ""`);
      return undefined;
    }
    const matches = args.patterns.map((pattern) => patternOf(args.reference + pattern));
    for (const mailbox of session.account.mailboxes.values()) {
      const isWanted = matches.some((match) => match.test(mailbox.name)) && isSelected(mailbox, name, args);
      if (!isWanted || session.account.isHidden(mailbox.name)) continue;
      session.line(listLine(session, name, mailbox, args));
      if (args.status.length > 0 && mailbox.isSelectable) session.line(statusLine(session, mailbox, args.status));
    }
    return undefined;
  },
});

function readArguments(session: DemoSession, decoder: Decoder, isExtended: boolean): ListArgs {
  const select = new Set<string>();
  const returns = new Set<string>();
  let status: readonly string[] = [];
  if (isExtended && decoder.peek() === '(') {
    decoder.list(() => select.add(decoder.keyword()));
    decoder.space();
  }
  const reference = decoder.mailbox();
  decoder.space();
  const patterns: string[] = [];
  if (isExtended && decoder.peek() === '(') decoder.list(() => patterns.push(decoder.listMailbox()));
  else patterns.push(decoder.listMailbox());
  if (isExtended && decoder.accept(' ')) {
    if (decoder.keyword() !== 'RETURN') throw decoder.error('expected RETURN');
    decoder.space();
    decoder.list(() => {
      const word = decoder.keyword();
      returns.add(word);
      if (word !== 'STATUS') return;
      decoder.space();
      status = readStatusItems(decoder, session);
    });
  }
  decoder.end();
  return { reference, patterns, select, returns, status };
}

function isSelected(mailbox: DemoMailbox, name: ListName, { select }: ListArgs): boolean {
  if (name === 'LSUB' || select.has('SUBSCRIBED')) return mailbox.isSubscribed;
  return !select.has('SPECIAL-USE') || (mailbox.role !== undefined && mailbox.role !== 'inbox');
}

function listLine(session: DemoSession, name: ListName, mailbox: DemoMailbox, args: ListArgs): string {
  const { account, utf8 } = session;
  const { inboxName, listAttributes, listUnquoted, noselect } = account.personality.quirks;
  const isExtended = args.returns.size > 0 || args.select.size > 0;
  const attributes = [account.hasChildren(mailbox.name) ? '\\HasChildren' : '\\HasNoChildren'];
  if (!mailbox.isSelectable) attributes.push(isExtended ? '\\NonExistent' : noselect);
  if (args.returns.has('SUBSCRIBED') && mailbox.isSubscribed) attributes.push('\\Subscribed');
  const isUnmarked = account.personality.mailboxes.find((home) => home.name === mailbox.name)?.isUnmarked;
  if (listAttributes && mailbox.role && !isUnmarked) attributes.push(...roleAttributes(mailbox.role, name));
  const quoted = mailboxName(mailbox.role === 'inbox' ? inboxName : mailbox.name, utf8);
  const written = listUnquoted && /^"[A-Za-z0-9&+,/._-]+"$/.test(quoted) ? quoted.slice(1, -1) : quoted;
  return `* ${name} (${attributes.join(' ')}) "${DELIMITER}" ${written}`;
}

const XLIST_NAMES: Readonly<Record<string, string>> = { all: '\\AllMail', flagged: '\\Starred', junk: '\\Spam' };

function roleAttributes(role: NonNullable<DemoMailbox['role']>, name: ListName): string[] {
  if (name === 'XLIST') return [XLIST_NAMES[role] ?? specialUseOf(role) ?? '\\Inbox'];
  return [specialUseOf(role)].filter((attribute) => attribute !== undefined);
}

/** `*` is anything, `%` anything but the delimiter. */
function patternOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, (char) => (char === '*' ? '*' : `\\${char}`))
    .replace(/\*+/g, '.*')
    .replace(/%+/g, `[^${DELIMITER}]*`);
  return new RegExp(`^${source}$`, /^inbox$/i.test(pattern) ? 'iu' : 'u');
}

export const listCommands: readonly DemoCommand[] = [listing('LIST'), listing('LSUB'), listing('XLIST')];
