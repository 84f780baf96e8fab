import type { StoreRequest } from '../../core/core.js';
import type { FlagSet } from '../../mail/flags.js';
import { rangesOf, type SequenceSet } from '../../mail/sequence-set.js';
import { defineCommand } from '../command.js';
import { selectedOf } from '../session.js';
import type { Decoder } from '../wire/decoder.js';
import { writeFlags } from './fetch.js';

interface StoreArgs {
  readonly set: SequenceSet;
  readonly operation: StoreRequest['operation'];
  readonly silent: boolean;
  readonly flags: FlagSet;
}

const OPERATIONS = { '+': 'add', '-': 'remove', '': 'replace' } as const;

/** Command: RFC 9051 §6.4.6 */
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
    const word = decoder.token(/[+-]?flags(\.silent)?/iy, 'FLAGS, +FLAGS or -FLAGS').toUpperCase();
    decoder.space();
    const flags = flagsOf(decoder);
    decoder.end();
    const sign = /^[+-]/.exec(word)?.[0] as '+' | '-' | undefined;
    return { set, operation: OPERATIONS[sign ?? ''], silent: word.endsWith('.SILENT'), flags };
  },
  run: (context, { set, operation, silent, flags }) => {
    const { session, core } = context;
    const selected = selectedOf(session);
    const resolved = selected.resolve(set, context.uid);
    if (resolved.uids.length === 0) return undefined;
    core.actions.storeFlags(selected.mailboxId, { uids: rangesOf(resolved.uids), operation, flags });
    selected.ownChange(core.reads.snapshot(selected.mailboxId).modseq);
    if (!silent) writeFlags(context, resolved, context.uid);
    return undefined;
  },
});

/** With parentheses, or bare flags one behind the other (RFC 9051 §9, store-att-flags). */
function flagsOf(decoder: Decoder): FlagSet {
  if (decoder.peek() === '(') return decoder.flagList();
  const names = [decoder.flag()];
  while (decoder.accept(' ')) names.push(decoder.flag());
  return decoder.flagsOf(names);
}
