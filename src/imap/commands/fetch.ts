import { intersectRanges, resolveSet, type SequenceSet, setTexts } from '../../mail/sequence-set.js';
import { type CommandContext, type Completion, defineCommand } from '../command.js';
import { enableCondstore } from '../condstore.js';
import { BadCommandError } from '../errors.js';
import { answerFetch } from '../fetch-items/answer-fetch.js';
import type { FetchPart } from '../fetch-items/fetch-item.js';
import { readFetchParts } from '../fetch-items/index.js';
import { MODSEQ_PART } from '../fetch-items/listing.js';
import { indexFinder } from '../fetch-items/present-flags.js';
import type { Resolved, Selected } from '../selected.js';
import { selectedOf } from '../session.js';
import type { Decoder } from '../wire/decoder.js';
import { partialSlice, readPartialRange } from '../wire/partial-range.js';

interface FetchModifiers {
  /** RFC 7162 §3.1.4.1 */
  readonly changedSince?: number;
  /** RFC 7162 §3.2.6 */
  readonly vanished?: boolean;
  /** RFC 9394 §3.3: from, to; negative ones count from the end. */
  readonly partial?: readonly [number, number];
}

export interface FetchArgs {
  readonly set: SequenceSet;
  readonly parts: readonly FetchPart[];
  readonly modifiers: FetchModifiers;
}

/**
 * Command: RFC 9051 §6.4.5, RFC 3501 §6.4.5
 * Syntax: RFC 9051 §9, fetch
 * Extends: RFC 7162 §3.1.4 (CHANGEDSINCE), §3.2.6 (VANISHED); RFC 9394 (PARTIAL)
 */
export const fetch = defineCommand<FetchArgs>({
  name: 'FETCH',
  uid: true,
  states: ['selected'],
  expunges: 'held',
  capabilities: ['BINARY', 'OBJECTID', 'PREVIEW', 'SAVEDATE'],
  parse: (decoder, uid) => {
    decoder.space();
    const set = decoder.sequenceSet();
    decoder.space();
    const parts = readFetchParts(decoder);
    const modifiers = decoder.accept(' (') ? readModifiers(decoder, uid) : {};
    decoder.end();
    return { set, parts: withModseq(parts, modifiers), modifiers };
  },
  run: async (context, { set, parts, modifiers }) => {
    const { session, core, reply, uid } = context;
    if (modifiers.vanished && !session.enabled.has('QRESYNC')) {
      throw new BadCommandError('VANISHED needs ENABLE QRESYNC');
    }
    if (parts.includes(MODSEQ_PART)) enableCondstore(session, reply);
    const selected = selectedOf(session);
    // The session's own numbers first: what has vanished is then told as such, and once.
    if (modifiers.vanished) selected.poll(core, reply, { expunges: true });
    if (modifiers.vanished) tellVanished(context, selected, set, modifiers.changedSince ?? 0);
    const targets = restrict(context, selected, selected.resolve(set, uid), modifiers);
    selected.meetPresentKeywords(core, reply);
    // RFC 7162 §3.2.4: with QRESYNC, UID FETCH tells it unasked.
    const told = uid && session.enabled.has('QRESYNC') ? plusModseq(parts) : parts;
    const gone = await answerFetch({ ...context, enabled: session.enabled }, selected, targets, told);
    return gone > 0 && !uid ? SOME_GONE : undefined;
  },
});

/** The client still counts messages that are gone already (RFC 5530 §3; RFC 2180 §4.1.2). */
const SOME_GONE: Completion = { isNo: true, code: 'EXPUNGEISSUED', text: 'some of the messages no longer exist' };

/** fetch-modifiers behind their opening parenthesis (RFC 4466 §2.4). */
function readModifiers(decoder: Decoder, uid: boolean): FetchModifiers {
  let modifiers: FetchModifiers = {};
  do {
    const word = decoder.keyword();
    switch (word) {
      case 'CHANGEDSINCE':
        decoder.space();
        modifiers = { ...modifiers, changedSince: decoder.modseq() };
        break;
      case 'VANISHED':
        if (!uid) throw decoder.error('VANISHED is for UID FETCH only');
        modifiers = { ...modifiers, vanished: true };
        break;
      case 'PARTIAL':
        if (!uid) throw decoder.error('PARTIAL is for UID FETCH only');
        decoder.space();
        modifiers = { ...modifiers, partial: readPartialRange(decoder) };
        break;
      default:
        throw decoder.error(`there is no FETCH modifier ${word}`);
    }
  } while (decoder.accept(' '));
  decoder.expect(')');
  if (modifiers.vanished && modifiers.changedSince === undefined) throw decoder.error('VANISHED needs CHANGEDSINCE');
  return modifiers;
}

/** CHANGEDSINCE asks for MODSEQ too (RFC 7162 §3.1.4.1). */
const withModseq = (parts: readonly FetchPart[], { changedSince }: FetchModifiers): readonly FetchPart[] =>
  changedSince === undefined ? parts : plusModseq(parts);

const plusModseq = (parts: readonly FetchPart[]): readonly FetchPart[] =>
  parts.includes(MODSEQ_PART) ? parts : [...parts, MODSEQ_PART];

/** What went since the modseq, of the uids named; what this session still counted has been told by its own means. */
function tellVanished({ core, reply }: CommandContext, selected: Selected, set: SequenceSet, since: number): void {
  const { vanished } = core.reads.changesSince(selected.mailboxId, since);
  const { uidNext } = core.reads.snapshot(selected.mailboxId);
  const told = intersectRanges(vanished, resolveSet(set, uidNext - 1));
  for (const text of setTexts(told)) reply.untagged(`VANISHED (EARLIER) ${text}`);
}

/** The targets that PARTIAL, and of those CHANGEDSINCE, leave (RFC 9394 §3.4: in whatever order they are written). */
function restrict(
  { core }: CommandContext,
  { mailboxId }: Selected,
  targets: Resolved,
  { changedSince, partial }: FetchModifiers,
): Resolved {
  const [start, end] = partial ? partialSlice(partial, targets.uids.length) : [];
  const part = { uids: targets.uids.subarray(start, end), seqs: targets.seqs.subarray(start, end) };
  if (changedSince === undefined) return part;
  const snapshot = core.reads.snapshot(mailboxId);
  const find = indexFinder(snapshot, part.uids[0] ?? 0);
  return pick(part, (uid) => (snapshot.modseqs[find(uid)] ?? 0) > changedSince);
}

function pick({ uids, seqs }: Resolved, isWanted: (uid: number) => boolean): Resolved {
  const kept = uids.map((uid, i) => (isWanted(uid) ? i + 1 : 0)).filter((i) => i > 0);
  return { uids: kept.map((i) => uids[i - 1] ?? 0), seqs: kept.map((i) => seqs[i - 1] ?? 0) };
}
