import type { SequenceSet } from '../../mail/sequence-set.js';
import { defineCommand } from '../command.js';
import { highestModseqCode } from '../condstore.js';
import { expungeAll } from '../in-slices.js';
import { removerOf, selectedOf } from '../session.js';

/** Command: RFC 9051 §6.4.3; UID EXPUNGE §6.4.9 (RFC 4315 §2.1). The dispatcher tells of what went. */
export const expunge = defineCommand<SequenceSet | undefined>({
  name: 'EXPUNGE',
  uid: true,
  states: ['selected'],
  writes: true,
  capabilities: ['UIDPLUS'],
  expunges: 'allowed',
  parse: (decoder, uid) => {
    let set: SequenceSet | undefined;
    if (uid) {
      decoder.space();
      set = decoder.sequenceSet();
    }
    decoder.end();
    return set;
  },
  run: async ({ session, core }, set) => {
    const selected = selectedOf(session);
    const isSome = await expungeAll({ core, selected }, set && selected.uidRangesOf(set, true), removerOf(session));
    if (!isSome) return undefined;
    return highestModseqCode(session, core.reads.snapshot(selected.mailboxId).modseq, 'CONDSTORE');
  },
});
