// What SEARCH, SORT and THREAD have in common: a charset, keys, and the messages found among those the client knows.
import { MailboxError } from '../../mail/errors.js';
import { type SearchCriteria, someCriterion, type Unread } from '../../mail/search-criteria.js';
import type { CommandContext, Completion } from '../command.js';
import { enableCondstore } from '../condstore.js';
import { BadCommandError } from '../errors.js';
import { inLanguage, nameFor } from '../language.js';
import type { Reply } from '../reply.js';
import { CHARSETS, textDecoderOf } from '../search-keys/charset.js';
import { readSearchProgram } from '../search-keys/index.js';
import type { SearchTerm } from '../search-keys/search-key.js';
import type { Selected } from '../selected.js';
import { type Session, selectedOf } from '../session.js';
import type { Decoder } from '../wire/decoder.js';

export interface SearchProgram {
  /** Undefined when the texts are in a charset we do not know. */
  readonly term: SearchTerm | undefined;
  readonly charset: string | undefined;
  /** Its keys hold message numbers. */
  readonly hasNumbers: boolean;
}

/** Keys up to the end of the command, their texts in this charset. @throws {BadCommandError} */
export function readProgram(decoder: Decoder, charset: string | undefined): SearchProgram {
  const decode = textDecoderOf(charset);
  const { term, hasNumbers } = readSearchProgram(decoder, decode ?? ((bytes) => bytes));
  return { term: decode && term, charset, hasNumbers };
}

/** The messages found that the client has been told of. */
export interface Found {
  readonly selected: Selected;
  readonly criteria: SearchCriteria;
  /** In mailbox order. */
  readonly uids: Uint32Array;
  /** Of each uid, 1–100. */
  readonly scores: Uint8Array;
}

export const BAD_CHARSET: Completion = {
  isNo: true,
  code: `BADCHARSET (${CHARSETS.join(' ')})`,
  text: 'this charset is not known here',
};

/** What the keys mean now, in this session. */
const criteriaOf = (term: SearchTerm, selected: Selected, rev2: boolean): SearchCriteria =>
  term({ uidsOf: (set, isUid) => selected.uidRangesOf(set, isUid), now: Math.floor(Date.now() / 1000), rev2 });

/** Undefined for a charset we do not know: BAD_CHARSET. @throws {BadCommandError} */
export async function findHits(context: CommandContext, program: SearchProgram): Promise<Found | undefined> {
  const { core, reply, session, signal } = context;
  // RFC 6855 erratum 4029, of SORT and THREAD, which must name one.
  if (session.enabled.has('UTF8=ACCEPT') && !/^utf-?8$/i.test(program.charset ?? 'UTF-8'))
    throw new BadCommandError('only UTF-8 after ENABLE UTF8=ACCEPT');
  if (!program.term) return undefined;
  const selected = selectedOf(session);
  const criteria = criteriaOf(program.term, selected, context.rev2);
  // RFC 7162 §3.1.5: a command that enables CONDSTORE.
  if (usesModseq(criteria)) enableCondstore(session, reply);
  const hits = await core.reads.search(selected.mailboxId, criteria, signal);
  // The client may have closed the mailbox's connection; a mailbox cannot change while its command runs.
  if (signal.aborted) throw new MailboxError('UNAVAILABLE', 'the search was given up');
  if (hits.unread) tellUnread(hits.unread, session, reply);
  return { selected, criteria, ...told(hits.uids, hits.scores, selected) };
}

/**
 * RFC 9051 §7.1: an untagged NO warns; the command goes on. Where nothing could be read, the tagged line refuses.
 * @throws {UpstreamError}
 */
function tellUnread({ accounts, error }: Unread, { language }: Session, reply: Reply): void {
  if (error !== undefined) throw error;
  if (accounts.length === 0) return;
  const names = accounts.map((account) => nameFor(account, language)).join(', ');
  const text = `some messages of ${names} could not be searched: they are not here, and cannot be fetched now`;
  reply.untagged(inLanguage(`NO [UNAVAILABLE] ${text}`, language));
}

/** Hits the client has been told of; both lists ascend. */
function told(uids: Uint32Array, scores: Uint8Array, selected: Selected): { uids: Uint32Array; scores: Uint8Array } {
  const known = selected.uids;
  const keptUids = new Uint32Array(uids.length);
  const keptScores = new Uint8Array(uids.length);
  let at = 0;
  let count = 0;
  for (let i = 0; i < uids.length; i++) {
    const uid = uids[i] ?? 0;
    while ((known[at] ?? uid) < uid) at++;
    if (known[at] !== uid) continue;
    keptUids[count] = uid;
    keptScores[count++] = scores[i] ?? 0;
  }
  return { uids: keptUids.subarray(0, count), scores: keptScores.subarray(0, count) };
}

export const usesModseq = (criteria: SearchCriteria): boolean => someCriterion(criteria, ({ key }) => key === 'modseq');
export const usesFuzzy = (criteria: SearchCriteria): boolean => someCriterion(criteria, ({ key }) => key === 'fuzzy');

/** Uids as they are, or as sequence numbers. */
export function numbersOf(uids: Uint32Array, selected: Selected, asUids: boolean): Uint32Array {
  return asUids ? uids : uids.map((uid) => selected.seqOf(uid));
}
