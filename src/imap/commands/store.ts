import type { StoreRequest } from '../../core/core.js';
import type { FlagSet } from '../../mail/flags.js';
import { rangesOf, type SequenceSet } from '../../mail/sequence-set.js';
import { type CommandContext, type Completion, defineCommand } from '../command.js';
import { flagsFinder } from '../fetch-items/present-flags.js';
import type { Resolved, Selected } from '../selected.js';
import { selectedOf } from '../session.js';
import type { Decoder } from '../wire/decoder.js';

export interface StoreArgs {
  readonly set: SequenceSet;
  readonly operation: StoreRequest['operation'];
  readonly silent: boolean;
  readonly flags: FlagSet;
}

const ITEM = /[+-]?FLAGS(\.SILENT)?(?= )/iy;

/**
 * Command: RFC 9051 §6.4.6
 * Syntax: RFC 9051 §9, store
 */
export const store = defineCommand<StoreArgs>({
  name: 'STORE',
  uid: true,
  states: ['selected'],
  writes: true,
  expunges: 'held',
  parse: (decoder) => {
    decoder.space();
    const set = decoder.sequenceSet();
    decoder.space();
    const word = decoder.token(ITEM, 'FLAGS, +FLAGS or -FLAGS').toUpperCase();
    decoder.space();
    const flags = readFlags(decoder);
    decoder.end();
    const operation = word.startsWith('+') ? 'add' : word.startsWith('-') ? 'remove' : 'replace';
    return { set, operation, silent: word.endsWith('.SILENT'), flags };
  },
  run: (context, { set, operation, silent, flags }) => {
    const { core, reply, session } = context;
    const selected = selectedOf(session);
    const targets = selected.resolve(set, context.uid);
    if (targets.uids.length === 0) return undefined;
    // What others have changed is told first: below, these messages count as told of.
    selected.poll(core, reply, { expunges: false });
    const before = core.reads.snapshot(selected.mailboxId).modseq;
    core.actions.storeFlags(selected.mailboxId, { uids: rangesOf(targets.uids), operation, flags });
    const { modseq } = core.reads.snapshot(selected.mailboxId);
    if (modseq > before) selected.ownChange(modseq);
    const gone = tellFlags(context, selected, targets, silent);
    return gone > 0 && !context.uid ? SOME_GONE : undefined;
  },
});

/** In parentheses, or bare, one behind the other (RFC 9051 §9, store-att-flags). */
function readFlags(decoder: Decoder): FlagSet {
  if (decoder.peek() === '(') return decoder.flagList();
  const names = [decoder.flag()];
  while (!decoder.atEnd()) {
    decoder.space();
    if (!decoder.atEnd()) names.push(decoder.flag());
  }
  return decoder.flagsOf(names);
}

/** The flags as they are now, for every message named; returns how many of them are gone. */
function tellFlags(
  { core, reply, uid: isUid }: CommandContext,
  selected: Selected,
  { uids, seqs }: Resolved,
  silent: boolean,
): number {
  const find = flagsFinder(core.reads.snapshot(selected.mailboxId), uids[0] ?? 0);
  let gone = 0;
  for (let i = 0; i < uids.length; i++) {
    const uid = uids[i] ?? 0;
    const flags = find(uid);
    if (!flags) gone++;
    else if (!silent) reply.raw(`* ${seqs[i]} FETCH (${isUid ? `UID ${uid} ` : ''}FLAGS (${flags.wire}))\r\n`);
  }
  return gone;
}

/** The rest has its flags, and what is gone needs none: OK, with a hint (RFC 5530 §3; RFC 2180 §4.2.1). */
const SOME_GONE: Completion = { code: 'EXPUNGEISSUED', text: 'some of the messages no longer exist' };
