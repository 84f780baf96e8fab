import type { Transfer } from '../../core/core.js';
import { rangesOf } from '../../mail/sequence-set.js';
import { defineCommand } from '../command.js';
import { highestModseqCode } from '../condstore.js';
import { countGone } from '../fetch-items/present-flags.js';
import { inSlices } from '../in-slices.js';
import { removerOf, selectedOf } from '../session.js';
import { copyUidCode, NOTHING, readTransfer, type TransferArgs } from './copy.js';

/**
 * Command: RFC 9051 §6.4.8, RFC 6851
 * Extends: RFC 4315 §3 (COPYUID, untagged and before the EXPUNGEs: RFC 6851 §4.3)
 */
export const move = defineCommand<TransferArgs>({
  name: 'MOVE',
  uid: true,
  states: ['selected'],
  writes: true,
  capabilities: ['MOVE'],
  expunges: 'allowed',
  parse: readTransfer,
  run: async ({ core, reply, session, uid }, { set, path }) => {
    const selected = selectedOf(session);
    const { uids } = selected.resolve(set, uid);
    if (uids.length === 0) return NOTHING;
    // Somebody else moved or removed them; the others can go (RFC 6851 §3.3: each message for itself).
    const isSomeGone = !uid && countGone(core.reads.snapshot(selected.mailboxId), uids) > 0;
    const by = removerOf(session);
    const pairs: Transfer['pairs'][number][] = [];
    let uidValidity = 0;
    try {
      await inSlices({ core, selected }, uids, (slice) => {
        const moved = core.actions.move(selected.mailboxId, rangesOf(slice), path, by);
        uidValidity = moved.uidValidity;
        for (const pair of moved.pairs) pairs.push(pair);
      });
    } finally {
      // Also where it had to stop: these have gone. The dispatcher tells the EXPUNGEs, after this.
      const code = copyUidCode({ uidValidity, pairs });
      if (code !== undefined) reply.untagged(`OK [${code}] moved`);
    }
    const highest = pairs.length > 0 && highestModseqCode(session, core.reads.snapshot(selected.mailboxId).modseq);
    if (isSomeGone) {
      // RFC 6851 §4.4: in a tagged OK or an untagged one.
      if (highest) reply.untagged(`OK [${highest.code}] moved`);
      return { code: 'EXPUNGEISSUED', text: 'some of the messages no longer exist' };
    }
    if (pairs.length === 0) return NOTHING;
    return highest || undefined;
  },
});
