import { type NumberRanges, resolveSet, type SequenceSet } from '../../mail/sequence-set.js';
import { type Completion, defineCommand } from '../command.js';
import { CHARSETS, textDecoderOf } from '../search-keys/charset.js';
import { readSearchProgram } from '../search-keys/index.js';
import type { SearchTerm } from '../search-keys/search-key.js';
import type { Selected } from '../selected.js';
import { selectedOf } from '../session.js';
import type { Decoder } from '../wire/decoder.js';

export interface SearchArgs {
  /** Undefined when the texts are in a charset we do not know. */
  readonly program: SearchTerm | undefined;
}

const CHARSET = /^CHARSET /i;

/**
 * Command: RFC 9051 §6.4.4, RFC 3501 §6.4.4 (whose untagged SEARCH is what is answered)
 * Syntax: RFC 9051 §9, search
 */
export const search = defineCommand<SearchArgs>({
  name: 'SEARCH',
  uid: true,
  states: ['selected'],
  expunges: 'held',
  parse: (decoder) => {
    decoder.space();
    const decode = textDecoderOf(readCharset(decoder));
    const program = readSearchProgram(decoder, decode ?? ((bytes) => bytes));
    return { program: decode && program };
  },
  run: async ({ core, reply, session, signal, uid }, { program }) => {
    if (!program) return BAD_CHARSET;
    const selected = selectedOf(session);
    const criteria = program({ uidsOf: (set, isUid) => uidsOf(selected, set, isUid) });
    const hits = await core.reads.search(selected.mailboxId, criteria, signal);
    reply.raw(`* SEARCH${numbers(hits, selected.uids, uid)}\r\n`);
    return undefined;
  },
});

const BAD_CHARSET: Completion = {
  isNo: true,
  code: `BADCHARSET (${CHARSETS.join(' ')})`,
  text: 'this charset is not known here',
};

function readCharset(decoder: Decoder): string | undefined {
  if (!CHARSET.test(decoder.rest)) return undefined;
  decoder.keyword();
  decoder.space();
  const charset = decoder.astring();
  decoder.space();
  return charset;
}

/** Uids a set names; numbers that do not exist name nothing. What the client has not been told of is never found. */
function uidsOf({ uids }: Selected, set: SequenceSet, isUid: boolean): NumberRanges {
  const last = uids.at(-1) ?? 0;
  if (isUid)
    return resolveSet(set, last).flatMap(([low, high]) => (low > last ? [] : [[low, Math.min(high, last)] as const]));
  return resolveSet(set, uids.length).flatMap(([low, high]) => {
    const from = uids[low - 1];
    const to = uids[Math.min(high, uids.length) - 1];
    return from === undefined || to === undefined ? [] : [[from, to] as const];
  });
}

/** The hits the client has been told of, as uids or sequence numbers; both lists ascend. */
function numbers(hits: Uint32Array, told: Uint32Array, asUids: boolean): string {
  let text = '';
  let at = 0;
  for (const uid of hits) {
    while ((told[at] ?? uid) < uid) at++;
    if (told[at] === uid) text += ` ${asUids ? uid : at + 1}`;
  }
  return text;
}
