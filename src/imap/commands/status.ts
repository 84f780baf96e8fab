import type { Core, Mailbox, MailboxStatus } from '../../core/core.js';
import { MailboxError } from '../../mail/errors.js';
import { type CommandContext, defineCommand } from '../command.js';
import { enableCondstore } from '../condstore.js';
import { BadCommandError } from '../errors.js';
import type { Decoder } from '../wire/decoder.js';
import { mailboxName } from '../wire/encode.js';

interface Asked {
  readonly core: Core;
  readonly mailbox: Mailbox;
  readonly status: MailboxStatus;
}

/** STATUS items; one more costs one line. */
const ITEMS: Readonly<Record<string, (asked: Asked) => number | string>> = {
  MESSAGES: ({ status }) => status.messages,
  // No session but this could claim a message as recent: truthfully none (providers.md §13.10).
  RECENT: () => 0,
  UIDNEXT: ({ status }) => status.uidNext,
  UIDVALIDITY: ({ status }) => status.uidValidity,
  UNSEEN: ({ status }) => status.unseen,
  DELETED: ({ status }) => status.deleted,
  SIZE: ({ status }) => status.sizeBytes,
  // RFC 9208 §4.1.4: what EXPUNGE would free, in units of 1024 octets.
  'DELETED-STORAGE': ({ status }) => Math.ceil(status.deletedBytes / 1024),
  HIGHESTMODSEQ: ({ status }) => status.highestModseq,
  APPENDLIMIT: appendLimitOf,
  MAILBOXID: ({ mailbox }) => `(${mailboxIdOf(mailbox)})`,
};

/** RFC 7889 §4: 0 for a mailbox that takes no messages. */
function appendLimitOf({ core, mailbox }: Asked): number {
  try {
    return core.actions.appendLimit(mailbox.path);
  } catch (error) {
    if (error instanceof MailboxError && error.code === 'CANNOT') return 0;
    throw error;
  }
}

/**
 * The MAILBOXID (RFC 8474 §4): it goes along when the mailbox is renamed. No UIDVALIDITY is ever given twice, and one
 * that changes must bring another id, so it is all the id needs.
 */
export const mailboxIdOf = ({ uidValidity }: Pick<Mailbox, 'uidValidity'>): string => `M${uidValidity}`;

/** `(MESSAGES UNSEEN …)`; also in LIST's RETURN (STATUS …). */
export function parseStatusItems(decoder: Decoder): readonly string[] {
  const items = new Set<string>();
  decoder.list(() => {
    const item = decoder.keyword();
    if (!Object.hasOwn(ITEMS, item)) throw decoder.error(`unknown STATUS item ${item}`);
    items.add(item);
  });
  if (items.size === 0) throw decoder.error('expected STATUS items');
  return [...items];
}

/**
 * Before the first answer: asking for HIGHESTMODSEQ enables CONDSTORE (RFC 7162 §3.1).
 * @throws {BadCommandError} for RECENT, which IMAP4rev2 has not (RFC 9051 Appendix E)
 */
export function beginStatus({ session, reply, rev2 }: CommandContext, items: readonly string[]): void {
  if (rev2 && items.includes('RECENT')) throw new BadCommandError('IMAP4rev2 has no STATUS item RECENT');
  if (items.includes('HIGHESTMODSEQ')) enableCondstore(session, reply);
}

/** `STATUS name (…)` of a selectable mailbox. */
export function statusLine({ core, utf8 }: CommandContext, mailbox: Mailbox, items: readonly string[]): string {
  const asked = { core, mailbox, status: core.reads.status(mailbox.id) };
  const values = items.map((item) => `${item} ${ITEMS[item]?.(asked) ?? 0}`);
  return `STATUS ${mailboxName(mailbox.path, utf8)} (${values.join(' ')})`;
}

/** Command: RFC 9051 §6.3.11 · Extends: RFC 8438 (SIZE), RFC 9208 (DELETED-STORAGE), RFC 7162 §3.1.6, RFC 7889 §4 (APPENDLIMIT), RFC 8474 §4.3 */
export const status = defineCommand({
  name: 'STATUS',
  states: ['authenticated', 'selected'],
  capabilities: ['STATUS=SIZE', 'APPENDLIMIT'],
  expunges: 'allowed',
  parse: (decoder) => {
    decoder.space();
    const path = decoder.mailbox();
    decoder.space();
    const items = parseStatusItems(decoder);
    decoder.end();
    return { path, items };
  },
  run: (context, { path, items }) => {
    const mailbox = context.core.mailboxes.find(path);
    if (!mailbox?.selectable) throw new MailboxError('NONEXISTENT', 'there is no such mailbox');
    beginStatus(context, items);
    context.reply.untagged(statusLine(context, mailbox, items));
    return undefined;
  },
});
