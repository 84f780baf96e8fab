import { MailboxError } from '../../mail/errors.js';
import { parseSequenceSet, type SequenceSet } from '../../mail/sequence-set.js';
import { createCommandTail } from '../appending/command-tail.js';
import { readMessage } from '../appending/messages.js';
import { type CommandContext, defineCommand } from '../command.js';
import { highestModseqCode } from '../condstore.js';
import { BadCommandError } from '../errors.js';
import { countGone } from '../fetch-items/present-flags.js';
import { removerOf, selectedOf } from '../session.js';
import type { Decoder } from '../wire/decoder.js';
import { destinationOf } from './append.js';

interface ReplaceArgs {
  /** One number, or `*`. */
  readonly set: SequenceSet;
  readonly path: string;
  readonly rest: Decoder;
}

const MAILBOX_LITERAL = /^[^ ]+ +(?:UID +)?REPLACE +[\d*]+ +~?\{\d+\+?\}$/i;
const NUMBER = /\*|[1-9][0-9]{0,9}/y;

/**
 * Command: RFC 8508 §3.2, §3.3
 * Extends: RFC 4315 §3 (APPENDUID, untagged and before the EXPUNGE: RFC 8508 §3.4), and all that APPEND extends
 */
export const replace = defineCommand<ReplaceArgs>({
  name: 'REPLACE',
  uid: true,
  states: ['selected'],
  writes: true,
  capabilities: ['REPLACE'],
  isDialogue: true,
  streams: (line) => !MAILBOX_LITERAL.test(line),
  expunges: 'allowed',
  parse: (decoder) => {
    decoder.space();
    const set = oneOf(decoder.token(NUMBER, 'the number of a message'));
    decoder.space();
    return { set, path: decoder.mailbox(), rest: decoder };
  },
  run: async (context, { set, path, rest }) => {
    const { core, reply, session, conversation, utf8 } = context;
    const uid = uidOf(context, set);
    const tail = createCommandTail(rest, conversation, { utf8 });
    const message = await readMessage(tail, destinationOf(context, path));
    if (tail.decoder.rest.trim() !== '') {
      await message.spool.abort();
      throw new BadCommandError('unexpected text after the message');
    }
    const selected = selectedOf(session);
    try {
      // The message may have been long in coming.
      selected.mustStand(core);
    } catch (error) {
      await message.spool.abort();
      throw error;
    }
    const by = removerOf(session);
    const { uidValidity, uids } = await core.actions.replace(selected.mailboxId, uid, path, message, by);
    // The dispatcher tells the EXPUNGE, after this.
    reply.untagged(`OK [APPENDUID ${uidValidity} ${uids[0]}] replaced`);
    // As if it had been removed by UID EXPUNGE (RFC 8508 §4.5).
    return highestModseqCode(session, core.reads.snapshot(selected.mailboxId).modseq);
  },
});

function oneOf(text: string): SequenceSet {
  try {
    return parseSequenceSet(text);
  } catch (error) {
    throw new BadCommandError((error as Error).message, { cause: error });
  }
}

/** Before the message is asked for: what is not there cannot be replaced. @throws {MailboxError} */
function uidOf({ core, session, uid }: CommandContext, set: SequenceSet): number {
  const selected = selectedOf(session);
  const { uids } = selected.resolve(set, uid);
  const [found] = uids;
  if (found === undefined) throw new MailboxError('NONEXISTENT', 'there is no such message');
  if (countGone(core.reads.snapshot(selected.mailboxId), uids) > 0)
    throw new MailboxError('EXPUNGEISSUED', 'the message no longer exists; nothing was stored');
  return found;
}
