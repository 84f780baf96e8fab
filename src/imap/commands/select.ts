import type { MailboxSnapshot } from '../../core/core.js';
import { MailboxError } from '../../mail/errors.js';
import { isAccountTag, SystemFlag } from '../../mail/flags.js';
import { type CommandContext, type Completion, defineCommand } from '../command.js';
import { Selected } from '../selected.js';
import { selectedOf } from '../session.js';
import type { Decoder } from '../wire/decoder.js';

const SYSTEM_FLAGS = '\\Answered \\Flagged \\Deleted \\Seen \\Draft';

const parse = (decoder: Decoder): string => {
  decoder.space();
  const path = decoder.mailbox();
  decoder.end();
  return path;
};

/** Command: RFC 9051 §6.3.2 */
export const select = defineCommand({
  name: 'SELECT',
  states: ['authenticated', 'selected'],
  expunges: 'held',
  parse,
  run: (context, path) => open(context, path, false),
});

/** Command: RFC 9051 §6.3.3 */
export const examine = defineCommand({
  name: 'EXAMINE',
  states: ['authenticated', 'selected'],
  expunges: 'held',
  parse,
  run: (context, path) => open(context, path, true),
});

function open({ session, core, reply }: CommandContext, path: string, readOnly: boolean): Completion {
  if (session.state.kind === 'notAuthenticated') throw new MailboxError('NOPERM', 'please log in first');
  // Whether or not it succeeds, the old mailbox is no longer selected (RFC 9051 §6.3.2).
  session.state = { kind: 'authenticated', device: session.state.device };
  const mailbox = core.mailboxes.find(path);
  if (!mailbox) throw new MailboxError('NONEXISTENT', 'there is no such mailbox');
  if (!mailbox.selectable) throw new MailboxError('CANNOT', 'this is only a level of the hierarchy');
  const snapshot = core.reads.snapshot(mailbox.id);
  const keywords = keywordsIn(snapshot);
  reply.untagged(`FLAGS (${[SYSTEM_FLAGS, ...keywords].join(' ')})`);
  const permanent = readOnly
    ? ''
    : [SYSTEM_FLAGS, ...keywords.filter((keyword) => !isAccountTag(keyword)), '\\*'].join(' ');
  reply.untagged(`OK [PERMANENTFLAGS (${permanent})] flags that are kept`);
  reply.untagged(`${snapshot.uids.length} EXISTS`);
  reply.untagged('0 RECENT');
  const unseen = firstUnseen(snapshot);
  if (unseen > 0) reply.untagged(`OK [UNSEEN ${unseen}] first unseen message`);
  reply.untagged(`OK [UIDVALIDITY ${snapshot.uidValidity}] uids are valid`);
  reply.untagged(`OK [UIDNEXT ${snapshot.uidNext}] predicted next uid`);
  session.state = { kind: 'selected', device: session.state.device, selected: new Selected(snapshot, readOnly) };
  return { code: readOnly ? 'READ-ONLY' : 'READ-WRITE' };
}

function keywordsIn({ flagIds, flagTable }: MailboxSnapshot): string[] {
  const keywords = new Set<string>();
  for (const id of new Set(flagIds)) for (const keyword of flagTable[id]?.keywords ?? []) keywords.add(keyword);
  return [...keywords].sort();
}

function firstUnseen({ flagIds, flagTable }: MailboxSnapshot): number {
  return flagIds.findIndex((id) => ((flagTable[id]?.system ?? 0) & SystemFlag.Seen) === 0) + 1;
}

/** Command: RFC 3501 §6.4.1. Everything answered OK is durable already. */
export const check = defineCommand({
  name: 'CHECK',
  states: ['selected'],
  expunges: 'allowed',
  parse: (decoder) => decoder.end(),
  run: () => undefined,
});

/** Command: RFC 9051 §6.4.1: expunges without a word, then leaves. */
export const close = defineCommand({
  name: 'CLOSE',
  states: ['selected'],
  expunges: 'held',
  parse: (decoder) => decoder.end(),
  run: ({ session, core }) => {
    const { mailboxId, readOnly } = selectedOf(session);
    if (!readOnly) core.actions.expunge(mailboxId, undefined);
    leave(session);
    return undefined;
  },
});

/** Command: RFC 3691 §2 */
export const unselect = defineCommand({
  name: 'UNSELECT',
  states: ['selected'],
  capabilities: ['UNSELECT'],
  expunges: 'held',
  parse: (decoder) => decoder.end(),
  run: ({ session }) => {
    leave(session);
    return undefined;
  },
});

function leave(session: CommandContext['session']): void {
  if (session.state.kind === 'selected') session.state = { kind: 'authenticated', device: session.state.device };
}
