import type { Transfer } from '../../core/core.js';
import { formatRanges, rangesOf, type SequenceSet } from '../../mail/sequence-set.js';
import { type CommandContext, defineCommand } from '../command.js';
import { selectedOf } from '../session.js';
import type { Decoder } from '../wire/decoder.js';

interface TransferArgs {
  readonly set: SequenceSet;
  readonly path: string;
}

function parse(decoder: Decoder): TransferArgs {
  decoder.space();
  const set = decoder.sequenceSet();
  decoder.space();
  const path = decoder.mailbox();
  decoder.end();
  return { set, path };
}

function carryOut(context: CommandContext, kind: 'copy' | 'move', { set, path }: TransferArgs): Transfer {
  const { mailboxId } = selectedOf(context.session);
  const { uids } = selectedOf(context.session).resolve(set, context.uid);
  return context.core.actions[kind](mailboxId, rangesOf(uids), path);
}

/** `COPYUID validity from to`, pairs by position (RFC 4315 §3); undefined when nothing was copied. */
function copyUid({ uidValidity, pairs }: Transfer): string | undefined {
  if (pairs.length === 0) return undefined;
  const from = formatRanges(rangesOf(pairs.map(([uid]) => uid)));
  // The new uids in the order of the old ones: a range may only stand for an ascending run.
  return `COPYUID ${uidValidity} ${from} ${runs(pairs.map(([, uid]) => uid))}`;
}

function runs(uids: readonly number[]): string {
  const out: [number, number][] = [];
  for (const uid of uids) {
    const last = out.at(-1);
    if (last && uid === last[1] + 1) last[1] = uid;
    else out.push([uid, uid]);
  }
  return formatRanges(out);
}

/** Command: RFC 9051 §6.4.7 · Extends: RFC 4315 §3 (COPYUID) */
export const copy = defineCommand<TransferArgs>({
  name: 'COPY',
  uid: true,
  states: ['selected'],
  expunges: 'allowed',
  parse,
  run: (context, args) => {
    const code = copyUid(carryOut(context, 'copy', args));
    return code === undefined ? undefined : { code };
  },
});

/** Command: RFC 9051 §6.4.8 (RFC 6851 §3.1, §4.3: COPYUID untagged, before the EXPUNGEs) */
export const move = defineCommand<TransferArgs>({
  name: 'MOVE',
  uid: true,
  states: ['selected'],
  writes: true,
  capabilities: ['MOVE'],
  expunges: 'allowed',
  parse,
  run: (context, args) => {
    const code = copyUid(carryOut(context, 'move', args));
    if (code !== undefined) context.reply.untagged(`OK [${code}] moved`);
    return undefined;
  },
});
