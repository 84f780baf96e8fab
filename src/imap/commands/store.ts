import type { StoreRequest } from '../../core/core.js';
import type { FlagSet } from '../../mail/flags.js';
import {
  formatRanges,
  mergeRanges,
  type NumberRanges,
  rangesInclude,
  rangesOf,
  type SequenceSet,
} from '../../mail/sequence-set.js';
import { type CommandContext, type Completion, defineCommand } from '../command.js';
import { enableCondstore } from '../condstore.js';
import { flagsAt, indexFinder } from '../fetch-items/present-flags.js';
import { inSlices } from '../in-slices.js';
import type { Resolved, Selected } from '../selected.js';
import { selectedOf } from '../session.js';
import type { Decoder } from '../wire/decoder.js';

export interface StoreArgs {
  readonly set: SequenceSet;
  readonly operation: StoreRequest['operation'];
  readonly silent: boolean;
  /** RFC 7162 §3.1.3 */
  readonly unchangedSince: number | undefined;
  readonly flags: FlagSet;
}

const ITEM = /[+-]?FLAGS(\.SILENT)?(?= )/iy;

/**
 * Command: RFC 9051 §6.4.6
 * Syntax: RFC 9051 §9, store
 * Extends: RFC 7162 §3.1.3 (UNCHANGEDSINCE)
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
    const unchangedSince = decoder.accept('(') ? readModifier(decoder) : undefined;
    const word = decoder.token(ITEM, 'FLAGS, +FLAGS or -FLAGS').toUpperCase();
    decoder.space();
    const flags = readFlags(decoder);
    decoder.end();
    const operation = word.startsWith('+') ? 'add' : word.startsWith('-') ? 'remove' : 'replace';
    return { set, operation, silent: word.endsWith('.SILENT'), unchangedSince, flags };
  },
  run: async (context, args) => {
    const { core, reply, session, uid } = context;
    const { set, unchangedSince } = args;
    if (unchangedSince !== undefined) enableCondstore(session, reply);
    const selected = selectedOf(session);
    const targets = selected.resolve(set, uid);
    const modified: (readonly [number, number])[] = [];
    let gone = 0;
    await inSlices({ core, selected }, targets.uids, (uids, start) => {
      const seqs = targets.seqs.subarray(start, start + uids.length);
      const stored = storeSlice(context, args, { selected, targets: { uids, seqs } });
      modified.push(...stored.modified);
      gone += stored.gone;
    });
    const someGone = gone > 0 && !uid;
    // A condition that could not be kept is no success (RFC 7162 §3.1.3, example 11); uids that are gone are passed over.
    const status = someGone && unchangedSince !== undefined ? { isNo: true } : {};
    if (modified.length > 0) return { ...modifiedCompletion(context, targets, mergeRanges(modified)), ...status };
    return someGone ? { ...SOME_GONE, ...status } : undefined;
  },
});

function storeSlice(
  context: CommandContext,
  { operation, silent, unchangedSince, flags }: StoreArgs,
  { selected, targets }: Pick<Told, 'selected' | 'targets'>,
): { modified: NumberRanges; gone: number } {
  const { core, reply } = context;
  // What others have changed is told first: below, these messages count as told of.
  selected.poll(core, reply, { expunges: false });
  const before = core.reads.snapshot(selected.mailboxId).modseq;
  const request = { uids: rangesOf(targets.uids), operation, flags };
  const { modified } = core.actions.storeFlags(
    selected.mailboxId,
    unchangedSince === undefined ? request : { ...request, unchangedSince },
  );
  const { modseq } = core.reads.snapshot(selected.mailboxId);
  if (modseq > before) selected.ownChange(modseq);
  if (operation !== 'remove') selected.meetKeywords(reply, flags.keywords);
  return { modified, gone: tellFlags(context, { selected, targets, silent, modified }) };
}

/** `UNCHANGEDSINCE n)`, the one store-modifier (RFC 7162 §3.1.3). */
function readModifier(decoder: Decoder): number {
  const word = decoder.keyword();
  if (word !== 'UNCHANGEDSINCE') throw decoder.error(`there is no STORE modifier ${word}`);
  decoder.space();
  const modseq = decoder.modseq();
  decoder.expect(')');
  decoder.space();
  return modseq;
}

/** OK, though some were left alone: `[MODIFIED set]`, in the kind of numbers the command was given. */
function modifiedCompletion({ uid }: CommandContext, { uids, seqs }: Resolved, modified: NumberRanges): Completion {
  const numbers = uid ? modified : rangesOf(seqs.filter((_, i) => rangesInclude(modified, uids[i] ?? 0)));
  return { code: `MODIFIED ${formatRanges(numbers)}`, text: 'some of the messages have been changed meanwhile' };
}

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

interface Told {
  readonly selected: Selected;
  readonly targets: Resolved;
  readonly silent: boolean;
  /** Left alone by UNCHANGEDSINCE: what made them so has been told. */
  readonly modified: NumberRanges;
}

/**
 * The flags as they are now, for every message named; returns how many of them are gone. Once CONDSTORE is enabled the
 * MODSEQ is told in any case (RFC 7162 §3.1.3).
 */
function tellFlags({ core, session, reply, uid: isUid }: CommandContext, told: Told): number {
  const { uids, seqs } = told.targets;
  const snapshot = core.reads.snapshot(told.selected.mailboxId);
  const find = indexFinder(snapshot, uids[0] ?? 0);
  const condstore = session.enabled.has('CONDSTORE');
  let gone = 0;
  for (let i = 0; i < uids.length; i++) {
    const uid = uids[i] ?? 0;
    const index = find(uid);
    const flags = flagsAt(snapshot, index);
    if (!flags) gone++;
    else if (condstore ? !rangesInclude(told.modified, uid) : !told.silent) {
      const items = told.silent ? [] : [`FLAGS (${flags.wire})`];
      if (isUid || condstore) items.unshift(`UID ${uid}`);
      if (condstore) items.push(`MODSEQ (${snapshot.modseqs[index]})`);
      reply.raw(`* ${seqs[i]} FETCH (${items.join(' ')})\r\n`);
    }
  }
  return gone;
}

/** The rest has its flags, and what is gone needs none: OK, with a hint (RFC 5530 §3; RFC 2180 §4.2.1). */
const SOME_GONE: Completion = { code: 'EXPUNGEISSUED', text: 'some of the messages no longer exist' };
