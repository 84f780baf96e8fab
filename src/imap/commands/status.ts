import type { MailboxStatus } from '../../core/core.js';
import { MailboxError } from '../../mail/errors.js';
import { defineCommand } from '../command.js';
import type { Decoder } from '../wire/decoder.js';
import { mailboxName } from '../wire/encode.js';

/** STATUS items; one more costs one line. */
const ITEMS: Readonly<Record<string, (status: MailboxStatus) => number>> = {
  MESSAGES: ({ messages }) => messages,
  // No session but this could claim a message as recent: truthfully none (providers.md §13.10).
  RECENT: () => 0,
  UIDNEXT: ({ uidNext }) => uidNext,
  UIDVALIDITY: ({ uidValidity }) => uidValidity,
  UNSEEN: ({ unseen }) => unseen,
};

/** `(MESSAGES UNSEEN …)`; also in LIST's RETURN (STATUS …). */
export function parseStatusItems(decoder: Decoder): readonly string[] {
  const items: string[] = [];
  decoder.list(() => {
    const item = decoder.keyword();
    if (!(item in ITEMS)) throw decoder.error(`unknown STATUS item ${item}`);
    items.push(item);
  });
  if (items.length === 0) throw decoder.error('expected STATUS items');
  return items;
}

export const statusText = (status: MailboxStatus, items: readonly string[]): string =>
  items.map((item) => `${item} ${ITEMS[item]?.(status) ?? 0}`).join(' ');

/** Command: RFC 9051 §6.3.11 */
export const status = defineCommand({
  name: 'STATUS',
  states: ['authenticated', 'selected'],
  expunges: 'allowed',
  parse: (decoder) => {
    decoder.space();
    const path = decoder.mailbox();
    decoder.space();
    const items = parseStatusItems(decoder);
    decoder.end();
    return { path, items };
  },
  run: ({ core, reply, utf8 }, { path, items }) => {
    const mailbox = core.mailboxes.find(path);
    if (!mailbox?.selectable) throw new MailboxError('NONEXISTENT', 'there is no such mailbox');
    reply.untagged(`STATUS ${mailboxName(mailbox.path, utf8)} (${statusText(core.reads.status(mailbox.id), items)})`);
    return undefined;
  },
});
